"""Copies that a browser is shown: linked, read whole, and gone as soon as they are not what was registered."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.access.viewing import shown
from preserve.access.viewing.reading_room import Viewed
from preserve.access.viewing.shown import ShownCopy, clear_shown
from preserve.clock import now

DATA = b"\x00\x00\x00\x18ftypmp42" * 1000
OBJID = "aip-01m8mcnrabdt5q8pg01gddycpp"


class Place:
    """A package with one recording, and the room."""

    def __init__(self, folder: Path) -> None:
        self.package, self.viewing = folder / f"{OBJID}_v0001", folder / "viewing"
        self.file = self.package / "data" / "a.mp4"
        self.file.parent.mkdir(parents=True)
        self.file.write_bytes(DATA)
        digest = hashlib.sha256(DATA).hexdigest()
        self.viewed = Viewed(
            name="现场.mp4",
            kind="",
            stage="",
            identifier="i",
            path="data/a.mp4",
            size=len(DATA),
            sha256=digest,
            original_sha256=digest,
            representation="access",
            recording=True,
            device="",
            length=1.0,
            began=None,
            inner=False,
        )

    def copy(self) -> ShownCopy:
        return ShownCopy(self.viewing, self.package, OBJID, self.viewed)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_small_file_is_read_whole_before_it_is_shown(place: Place) -> None:
    copy = place.copy()
    check = copy.bring(now())
    assert check.state == "intact" and copy.path.read_bytes() == DATA and copy.path != place.file
    assert copy.path.stat().st_ino == place.file.stat().st_ino or copy.path.stat().st_nlink == 1
    assert {path.suffix for path in copy.path.parent.iterdir()} == {".mp4", ".note"}


def test_it_is_read_once_a_day(place: Place) -> None:
    copy, first = place.copy(), now()
    read = {copy.bring(first + timedelta(hours=hours)).at for hours in (0, 1, 23, 25, 26)}
    assert len(read) == 2


def test_a_large_file_is_shown_while_it_is_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "AT_ONCE", 10)
    copy = place.copy()
    assert copy.bring(now()).state == "checking" and copy.path.is_file() and copy.due(now())
    assert copy.check(now()).state == "intact" and not copy.due(now())
    assert copy.due(now() + timedelta(days=2))


@pytest.mark.parametrize("how", ["a byte", "shorter", "gone"])
def test_what_differs_is_shown_no_more_until_it_is_replaced(place: Place, how: str) -> None:
    copy = place.copy()
    assert copy.bring(now()).state == "intact"
    match how:
        case "a byte":
            place.file.write_bytes(b"x" + DATA[1:])
        case "shorter":
            place.file.write_bytes(DATA[:-1])
        case _:
            place.file.unlink()
    check = copy.bring(now())
    assert check.state == "altered" and (bool(check.found) is (how != "gone"))
    assert how == "gone" or not copy.path.exists()
    copy.note_told()
    again = copy.bring(now())
    assert again.state == "altered" and again.told
    repaired = place.file.with_name("new")
    repaired.write_bytes(DATA)
    repaired.replace(place.file)
    assert copy.bring(now()).state == "intact" and copy.path.read_bytes() == DATA


def test_where_nothing_can_be_shared_it_is_copied(place: Place) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        assert os.stat(elsewhere).st_dev != place.file.stat().st_dev
        place.viewing = Path(elsewhere) / "viewing"
        copy = place.copy()
        assert copy.bring(now()).state == "intact"
        assert copy.path.stat().st_dev != place.file.stat().st_dev and copy.path.read_bytes() == DATA
        place.file.write_bytes(b"x" + DATA[1:])
        assert copy.bring(now()).state == "altered" and not copy.path.exists()


def test_a_large_one_that_must_be_copied_is_fetched_by_who_has_time(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "AT_ONCE", 10)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        place.viewing = Path(elsewhere) / "viewing"
        copy = place.copy()
        assert copy.bring(now()).state == "fetching" and not copy.path.exists()
        assert copy.bring(now(), patient=True).state == "intact"
        assert copy.bring(now()).state == "intact" and copy.path.read_bytes() == DATA


def test_a_note_that_was_damaged_is_no_word_of_anything(place: Place) -> None:
    copy = place.copy()
    copy.bring(now())
    for text in ("", "[]", '{"state": "intact"}', "\x00"):
        copy.path.with_suffix(".note").write_text(text, encoding="utf-8")
        assert copy.state().state == "checking"
        assert copy.bring(now()).state == "intact"


def test_many_requests_at_once_find_the_same(place: Place) -> None:
    with ThreadPoolExecutor(16) as pool:
        checks = list(pool.map(lambda _: place.copy().bring(now()).state, range(200)))
    assert set(checks) == {"intact"}
    assert {path.suffix for path in place.copy().path.parent.iterdir()} == {".mp4", ".note"}


def test_two_files_of_one_digest_are_two(place: Place) -> None:
    other = replace(place.viewed, path="data/b.mp4")
    (place.package / "data" / "b.mp4").write_bytes(b"other")
    assert place.copy().bring(now()).state == "intact"
    assert ShownCopy(place.viewing, place.package, OBJID, other).bring(now()).state == "altered"


def test_what_nobody_was_shown_for_hours_goes(place: Place) -> None:
    copy = place.copy()
    copy.bring(now())
    clear_shown(place.viewing, 1)
    assert copy.path.exists()
    before = time.time() - 7200
    os.utime(copy.path.with_suffix(".note"), (before, before))
    clear_shown(place.viewing, 1)
    assert not copy.path.exists() and place.file.read_bytes() == DATA


@pytest.mark.parametrize(("thrown_away", "state"), [(1, "intact"), (2, "altered")])
def test_what_other_work_threw_away_meanwhile_is_brought_once_more(place: Place, thrown_away: int, state: str) -> None:
    place.file.unlink()
    asked: list[str] = []

    def fetch(path: str) -> None:
        asked.append(path)
        if len(asked) > thrown_away:
            place.file.write_bytes(DATA)

    copy = ShownCopy(place.viewing, place.package, OBJID, place.viewed, fetch)
    assert copy.bring(now()).state == state
    assert asked == ["data/a.mp4"] * 2
