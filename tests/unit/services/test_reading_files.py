"""The files of a case as a reader goes through them: found, permitted, and told of when one is not what it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.access.viewing import reading_room
from preserve.administration.disposal.removal import Going, drop_shown
from preserve.errors import NotFound, Refused
from preserve.services.reading import Line, _line, open_reading
from preserve.services.reading_timeline import show_timeline
from tests.support.bureau import Bureau


def test_a_file_is_new_until_it_was_looked_at(bureau: Bureau) -> None:
    session, head = bureau.session(bureau.askers["examiner"]), bureau.session(bureau.askers["head"])
    others = open_reading(head, bureau.case).unseen
    whole = open_reading(session, bureau.case)  # others' tests may have looked at some as the same person
    new = [number for number, one in enumerate(whole.files) if not one.seen]
    assert whole.shown is None and whole.unseen == len(new) > 2
    at = new[0]
    shown = open_reading(session, bureau.objid, whole.files[at].identifier)
    assert shown.unseen == whole.unseen - 1 and shown.files[at].seen and not shown.files[new[1]].seen
    names = ["", *(one.identifier for one in whole.files), ""]
    assert shown.shown is not None and (shown.shown.before, shown.shown.after) == (names[at], names[at + 2])
    assert open_reading(head, bureau.case).unseen == others


def test_what_is_not_there(bureau: Bureau) -> None:
    session, before = bureau.session(bureau.askers["head"]), bureau.size()
    with pytest.raises(NotFound):
        open_reading(session, bureau.case, "../../etc/passwd")
    with pytest.raises(Refused):
        open_reading(session, "nothing")
    assert bureau.size() == before, "nothing was looked at"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("00:01:05 问：请说明身份", 65.0),
        ("[1:02:03] 答：我是店长", 3723.0),
        ("02：30 问", 150.0),
        ("2026年10月3日 笔录", None),
        ("问：你在现场吗", None),
        ("", None),
    ],
)
def test_a_line_of_a_transcript_names_its_moment(text: str, at: float | None) -> None:
    assert _line(text) == Line(text, at)


def test_recordings_are_placed_by_the_clock_that_is_right(bureau: Bureau) -> None:
    line = show_timeline(bureau.session(bureau.askers["head"]), bureau.case)
    assert line.recordings and min(one.start for one in line.recordings) == 0
    assert line.length >= max(one.start for one in line.recordings) > 0
    assert line.unplaced == 0


def test_links_of_a_case_go_before_its_copies_do(bureau: Bureau, tmp_path: Path) -> None:
    """A second name of a file in the store would keep its bytes from being overwritten."""
    session = bureau.session(bureau.askers["head"])
    with bureau.archive.catalogue.read() as connection:
        _, files = reading_room.contents(connection, bureau.archive.home, bureau.case)
    open_reading(session, bureau.case, files[0].identifier)
    folder = bureau.archive.home.path / "viewing" / ".shown" / bureau.objid
    (stored,) = [path for path in bureau.archive.home.store.rglob(Path(files[0].path).name) if path.is_file()][:1]
    good = stored.read_bytes()
    assert any(folder.iterdir())
    today = bureau.archive.today()
    going = Going("x", bureau.objid, "", today, 1, (), bureau.case)
    drop_shown(bureau.archive.home, going)
    assert not folder.exists() and stored.read_bytes() == good and stored.stat().st_nlink == 1
