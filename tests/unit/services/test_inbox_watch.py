"""The watched inbox drafts what lies still and has no description, and changes nothing in it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from preserve.clock import now, running_on
from preserve.services.deposit_descriptions import form
from preserve.services.inbox_watch import SETTLED, watch
from preserve.services.waiting import waiting
from tests.support.people import session
from tests.support.waiting import archive_with_inbox


def test_a_new_folder_gets_a_draft_once_it_lies_still(tmp_path: Path) -> None:
    archive = archive_with_inbox(tmp_path)
    folder = tmp_path / "share" / "没有著录"
    try:
        assert watch(session(archive)).filling == ("没有著录",)
        start = now()
        with running_on(lambda: start + timedelta(seconds=SETTLED + 5)):
            (folder / "决定书.txt").write_text("行政处罚决定书", encoding="utf-8")
            assert watch(session(archive)).filling == ("没有著录",)  # something came meanwhile
        with running_on(lambda: start + timedelta(seconds=2 * SETTLED + 15)):
            done = watch(session(archive))
            assert (done.drafted, done.filling, done.absent) == (("没有著录",), (), ("card",))
            assert watch(session(archive)).drafted == ()
        one = next(one for one in waiting(session(archive)).deposits if one.name == "没有著录")
        assert [row["file"] for row in form(session(archive), one.id).files] == ["决定书.txt", "现场检查笔录.txt"]
        assert sorted(path.name for path in folder.iterdir()) == ["决定书.txt", "现场检查笔录.txt"]
    finally:
        archive.close()
