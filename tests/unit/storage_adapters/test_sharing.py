"""Files that share their bytes with another's: where it works, what it saves, and that no writer reaches through it."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage_adapters.copying import copy_file_checked
from storage_adapters.errors import SourceUnreadable
from storage_adapters.sharing import Way, in_shared_extents, share_file_checked, shared_bytes, way_at
from tests.support.loop import SHARING, loop

DATA = bytes(range(256)) * 2000  # half a megabyte: its own blocks on every file system
SHA256 = hashlib.sha256(DATA).hexdigest()


def quiet(_moved: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module", params=list(SHARING))
def cloning(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real file system whose files can share blocks."""
    make, size = SHARING[request.param]
    with loop(tmp_path_factory.mktemp(request.param), size=size, make=make) as made:
        yield made.top


def share(folder: Path, way: Way, data: bytes = DATA) -> tuple[Path, Path]:
    """A file of an old version and the same one in a new version."""
    old, new = folder / f"old-{way}" / "甲.mp4", folder / f"new-{way}" / "甲.mp4"
    old.parent.mkdir()
    old.write_bytes(data)
    moved: list[int] = []
    size, digests = share_file_checked(old, new, ("sha256", "sm3"), moved.append, way)
    assert (size, digests["sha256"]) == (len(data), hashlib.sha256(data).hexdigest()) and set(digests) > {"sha256"}
    assert new.read_bytes() == data and sum(moved) == len(data)
    return old, new


def test_where_blocks_can_be_shared_a_file_of_its_own_takes_no_room(cloning: Path) -> None:
    assert [way_at(cloning, "new", way) for way in ("none", "reflink", "hardlink")] == ["none", "reflink", "reflink"]
    old, new = share(cloning, "reflink")
    assert old.stat().st_ino != new.stat().st_ino and new.stat().st_nlink == 1
    assert in_shared_extents(new) >= len(DATA)
    assert shared_bytes(old.parent, new.parent, ["甲.mp4"]) == len(DATA)
    with new.open("r+b") as stream:  # a disk that goes bad under one is bad under both; a writer is not
        stream.write(b"!" * 4096)
        os.fsync(stream.fileno())
    assert old.read_bytes() == DATA
    assert 0 < shared_bytes(old.parent, new.parent, ["甲.mp4"]) < len(DATA)
    assert sorted(path.name for path in cloning.iterdir() if "sharing" in path.name) == []


def test_else_it_is_one_file_under_two_names_where_that_is_wanted(tmp_path: Path) -> None:
    assert [way_at(tmp_path, "new", way) for way in ("none", "reflink", "hardlink")] == ["none", "none", "hardlink"]
    old, new = share(tmp_path, "hardlink")
    assert old.stat().st_ino == new.stat().st_ino
    assert shared_bytes(old.parent, new.parent, ["甲.mp4", "not there"]) == len(DATA)
    new.unlink()
    assert old.read_bytes() == DATA and old.stat().st_nlink == 1


@pytest.mark.parametrize("way", ["none", "reflink"])
def test_else_it_is_copied(way: Way, tmp_path: Path) -> None:
    old, new = share(tmp_path, way)
    assert old.stat().st_ino != new.stat().st_ino
    assert shared_bytes(old.parent, new.parent, ["甲.mp4"]) == 0


@pytest.mark.parametrize("size", [0, 1, 4096])
def test_small_files_are_shared_as_truthfully(size: int, cloning: Path, tmp_path: Path) -> None:
    for folder, way in ((cloning / str(size), "reflink"), (tmp_path, "hardlink")):
        folder.mkdir(exist_ok=True)
        old, new = share(folder, way, DATA[:size])  # type: ignore[arg-type]
        assert 0 <= shared_bytes(old.parent, new.parent, ["甲.mp4"]) <= size


def test_never_across_file_systems(cloning: Path, tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(DATA)
    assert share_file_checked(tmp_path / "old", cloning / "across", ("sha256",), quiet, "hardlink")[0] == len(DATA)
    assert (cloning / "across").stat().st_nlink == 1 and in_shared_extents(cloning / "across") == 0


def test_a_file_that_can_have_no_more_names_is_copied(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_bytes(DATA[:10])
    names = 0
    try:
        while True:
            os.link(old, tmp_path / f"{names}")
            names += 1
    except OSError:
        pass
    assert share_file_checked(old, tmp_path / "new", ("sha256",), quiet, "hardlink")[0] == 10
    assert (tmp_path / "new").stat().st_nlink == 1


@pytest.mark.parametrize("way", ["reflink", "hardlink"])
def test_what_a_kill_left_under_the_name_is_replaced_and_never_written_through(way: Way, tmp_path: Path) -> None:
    old, new = share(tmp_path, "hardlink")
    other = tmp_path / "another version"
    os.link(new, other)
    size, digests = share_file_checked(old, new, ("sha256",), quiet, way)
    assert (size, digests["sha256"]) == (len(DATA), SHA256)
    assert old.read_bytes() == other.read_bytes() == DATA


@pytest.mark.parametrize("size", [10, 3 << 20])
def test_a_copys_temporary_name_that_is_a_second_name_of_a_file_is_taken_away(size: int, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / " film.mp4.part"
    old.write_bytes(DATA)
    os.link(old, new)
    (tmp_path / "source").write_bytes(bytes(size))
    assert copy_file_checked(tmp_path / "source", tmp_path / "film.mp4", ("sha256",), quiet)[0] == size
    assert old.read_bytes() == DATA and (tmp_path / "film.mp4").read_bytes() == bytes(size)
    assert not new.exists()


def test_neither_links_nor_folders_are_shared(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "somewhere")
    (tmp_path / "folder").mkdir()
    for name in ("link", "folder", "absent"):
        with pytest.raises(SourceUnreadable):
            share_file_checked(tmp_path / name, tmp_path / "new", ("sha256",), quiet, "hardlink")
        assert not os.path.lexists(tmp_path / "new")


def test_a_clone_counts_its_blocks_once(cloning: Path) -> None:
    """As the file system itself counts them."""
    folder = cloning / "counted"
    folder.mkdir()
    os.sync()
    before = os.statvfs(cloning).f_bavail
    data = os.urandom(4 << 20)
    share(folder, "reflink", data)
    subprocess.run(["sync", "-f", str(cloning)], check=True)
    used = (before - os.statvfs(cloning).f_bavail) * os.statvfs(cloning).f_frsize
    assert used < 1.5 * len(data)
