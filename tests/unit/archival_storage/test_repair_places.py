"""Where files of a damaged package are looked for, and in which order."""

from __future__ import annotations

from pathlib import Path

from preserve.archival_storage.opening import NotAtHand, Opened
from preserve.archival_storage.repair_places import other_copies, places_in, put_aside
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.data_management.proof.anchors import Anchor
from storage_adapters.contract import CopyRef
from storage_adapters.directory import DirectoryAdapter

NAME = "aip-x_v0001"


def medium(identity: str) -> MediumRow:
    return MediumRow(identity, "directory", identity.upper(), "", "in use", "", "", "", 0, None, {})


def copy(identity: str, state: str, verified: str | None, parts: int = 1) -> CopyRow:
    return CopyRow(NAME, identity, "aip-x", 1, state, None, verified, 1, parts)


def test_what_was_found_good_comes_first_and_the_damaged_copy_not_at_all(tmp_path: Path) -> None:
    media: dict[str, Opened | NotAtHand] = {
        name: Opened(medium(name), DirectoryAdapter(tmp_path, name)) for name in ("a", "b", "c", "d")
    }
    media["away"] = NotAtHand(medium("away"), "not-connected")
    copies = [
        copy("a", "suspect", "2026-03-01"),
        copy("b", "verified", "2026-02-01"),
        copy("c", "verified", "2026-01-01"),
        copy("d", "verified", "2026-01-01", parts=2),  # one part of a divided package is no copy of it
        copy("away", "verified", "2026-01-01"),
        copy("unknown", "verified", "2026-01-01"),
    ]
    assert [place.label for place in other_copies(copies, medium("x"), media)] == ["C", "B", "A"]
    assert [place.label for place in other_copies(copies, medium("c"), media)] == ["B", "A"]


def test_quarantines_are_read_newest_first(tmp_path: Path) -> None:
    for folder, text in (("01a", "old"), ("01b", "new")):
        (tmp_path / "quarantine" / f"{NAME}.{folder}").mkdir(parents=True)
        (tmp_path / "quarantine" / f"{NAME}.{folder}" / "bagit.txt").write_text(text)
    (tmp_path / "quarantine" / "aip-y_v0001.01c").mkdir()
    places = put_aside(tmp_path, "X", NAME)
    read = [place.adapter.read(CopyRef(NAME), Path("bagit.txt")).read() for place in places]  # type: ignore[arg-type]
    assert read == [b"new", b"old"] and {place.label for place in places} == {"X (quarantine)"}


def test_what_is_not_whole_is_taken_file_by_file(tmp_path: Path) -> None:
    package = tmp_path / "inserted" / "packages" / NAME
    (package / "data").mkdir(parents=True)
    (package / "data" / "a.txt").write_text("a")
    anchor = Anchor(NAME, "aip-x", 1, "0" * 64, "0" * 64)
    (place,) = places_in(anchor, [tmp_path / "inserted"], tmp_path / "scratch", lambda moved: None)
    with place.adapter.read(CopyRef(NAME), Path("data/a.txt")) as stream:  # type: ignore[arg-type]
        assert stream.read() == b"a"
    assert places_in(anchor, [], tmp_path / "scratch-2", lambda moved: None) == []
