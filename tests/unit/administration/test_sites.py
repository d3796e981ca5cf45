"""Where a home is made: it is there whole or not at all, nobody else makes one there, and nothing is overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from preserve.administration.sites import clear, is_store_of, publish_site, require_free, site
from preserve.errors import Busy, Conflict, MediumProblem, Refused, Stopped
from storage_adapters.directory import MARKER


def test_nothing_lies_at_the_place_before_it_is_published(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "home"
    with site(path, "founding") as building:
        (building / "preserve.toml").write_text("x")
        assert not path.exists()
        publish_site(building, path)
    assert (path / "preserve.toml").read_text() == "x"
    assert [entry.name for entry in path.parent.iterdir()] == ["home"]
    with pytest.raises(Conflict, match=r"home\.exists"), site(path, "founding"):
        pass


def test_an_error_leaves_nothing_and_a_wish_to_stop_leaves_what_is_done(tmp_path: Path) -> None:
    path = tmp_path / "home"
    with pytest.raises(ValueError, match="lost"), site(path, "founding") as building:
        (building / "half").write_text("x")
        raise ValueError("lost")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Stopped), site(path, "founding") as building:
        (building / "half").write_text("x")
        raise Stopped("work.stopped")
    with site(path, "founding") as again:
        assert (again / "half").exists()


def test_a_mount_point_is_told_before_anything_is_made() -> None:
    with pytest.raises(Refused, match=r"home\.mount-point"):
        require_free(Path("/proc"))


def test_an_error_of_the_disk_is_the_place_s(tmp_path: Path) -> None:
    with pytest.raises(MediumProblem) as caught, site(tmp_path / "home", "founding"):
        raise OSError(28, "No space left on device")
    assert (caught.value.code, caught.value.values["reason"]) == ("home.unwritable", "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_only_one_is_at_it(tmp_path: Path) -> None:
    path = tmp_path / "home"
    with site(path, "founding"):
        with pytest.raises(Busy) as caught, site(path, "founding"):
            pass
        assert caught.value.code == "home.under-way"
        assert list(tmp_path.iterdir()), "the one who was refused took away what the other is at"


def test_only_an_empty_folder_or_nothing_is_free(tmp_path: Path) -> None:
    require_free(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    require_free(tmp_path / "empty")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    (tmp_path / "file").write_text("")
    for name in ("full", "link", "file"):
        with pytest.raises(Conflict, match=r"home\.not-empty"):
            require_free(tmp_path / name)


def test_what_came_to_the_place_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "home"
    with pytest.raises(Conflict, match=r"home\.not-empty"), site(path, "founding") as building:
        path.write_text("somebody else's")
        publish_site(building, path)
    assert path.read_text() == "somebody else's"


def test_a_folder_is_cleared_but_for_what_is_kept(tmp_path: Path) -> None:
    for name in ("store/packages/aip/a", "store/ledger/b", "work/c", "d"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "store")
    clear(tmp_path, tmp_path / "store" / "packages")
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()] == [
        "store/packages/aip/a"
    ]
    clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("marker", [b"", b"{", b"[]", b"{}", b'{"medium": "store-other"}'])
def test_a_store_is_another_s_unless_its_marker_says_so(tmp_path: Path, marker: bytes) -> None:
    assert not is_store_of(tmp_path, "one")
    (tmp_path / MARKER).write_bytes(marker)
    assert not is_store_of(tmp_path, "one")
    (tmp_path / MARKER).write_text(json.dumps({"medium": "store-one"}))
    assert is_store_of(tmp_path, "one")
