"""What waits: listed by what presses, with verdict and days left; and known again once it was taken in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.data_management.archive import Archive
from preserve.errors import NotFound
from preserve.services import deposits
from preserve.services.waiting import DepositWaiting, show, waiting
from preserve.services.waiting_deeds import examine
from tests.support.people import entries, session
from tests.support.waiting import archive_with_inbox


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = archive_with_inbox(tmp_path_factory.mktemp("waiting"))
    yield opened
    opened.close()


def by_name(archive: Archive) -> dict[str, DepositWaiting]:
    return {one.name: one for one in waiting(session(archive)).deposits}


def test_what_presses_most_comes_first(archive: Archive) -> None:
    found = waiting(session(archive))
    assert [one.name for one in found.deposits] == ["整案", "缺文书", "没有著录"]
    assert [one.standing for one in found.deposits] == ["late", "late", "unknown"]
    assert found.deposits[0].days > 0 and found.deposits[0].due == "2026-05-18"
    assert found.absent == ("card",)
    assert entries(archive)[-1]["action"] == "deposits.viewed"


def test_who_takes_nothing_in_sees_no_inbox(archive: Archive) -> None:
    assert waiting(session(archive, "zhou")).deposits == ()
    with pytest.raises(NotFound):
        show(session(archive, "zhou"), by_name(archive)["整案"].id)


def test_the_verdict_is_that_of_what_lies_there_now(archive: Archive) -> None:
    one = by_name(archive)["缺文书"]
    examine(session(archive), one.id)
    shown = show(session(archive), one.id)
    assert shown.deposit.verdict == "error" and shown.findings and not shown.stale
    (archive.home.path.parent / "share" / "缺文书" / "新文件.txt").write_text("新", encoding="utf-8")
    from preserve.ingest.handing_in.figures import figures

    figures(archive.home.path.parent / "share" / "缺文书", fresh=True)
    shown = show(session(archive), one.id)
    assert shown.stale and shown.deposit.verdict == ""


def test_what_was_taken_in_by_a_command_is_known_again(archive: Archive) -> None:
    done = deposits.ingest(session(archive), archive.home.path.parent / "share" / "整案", jobs=1)
    one = by_name(archive)["整案"]
    assert (one.objid, one.state) == (done.objid, "draft")
