"""How an ingest begins, goes on, is refused and given up, as journal and ledger have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.data_management import journal, ledger
from preserve.data_management.archive import Archive
from preserve.errors import Refused, Stopped
from preserve.ingest.assess import assess
from preserve.ingest.begin import abandon, begin
from preserve.progress import Silent
from tests.support.small_case import Interrupting, ingest, left_over, small_archive, small_case


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive for all cases."""
    return small_archive(tmp_path_factory.mktemp("begin") / "archive")


def _actions(archive: Archive, subject: str) -> list[str]:
    with archive.catalogue.read() as connection:
        return [entry.action for entry in ledger.about(connection, subject)]


def test_a_second_call_goes_on_with_the_same_row(archive: Archive, tmp_path: Path) -> None:
    assessed = assess(archive.home, small_case(tmp_path, "始〔2026〕1号"), Silent())
    first = begin(archive.home, archive.catalogue, assessed, "zhou")
    second = begin(archive.home, archive.catalogue, assessed, "zhou")
    assert (first.resumed, second.resumed) == (False, True)
    assert first.row == second.row
    with archive.catalogue.read() as connection:
        assert journal.totals(connection, first.row.id)[0] == 3
    assert _actions(archive, first.row.objid) == ["ingest.started", "ingest.resumed"]


def test_a_deposit_that_is_another_by_now_is_refused(archive: Archive, tmp_path: Path) -> None:
    case = small_case(tmp_path, "始〔2026〕2号")
    begin(archive.home, archive.catalogue, assess(archive.home, case, Silent()), "zhou")
    (case / "笔录.txt").write_text("别的内容", encoding="utf-8")
    with pytest.raises(Refused, match=r"ingest\.deposit-changed"):
        begin(archive.home, archive.catalogue, assess(archive.home, case, Silent()), "zhou")


def test_given_up_it_leaves_nothing_and_begins_anew(archive: Archive, tmp_path: Path) -> None:
    number = "始〔2026〕3号"
    case = small_case(tmp_path, number)
    with pytest.raises(Stopped):
        ingest(archive, case, Interrupting("ingest.step-seal", Stopped("work.stopped")))
    with archive.catalogue.read() as connection:
        row = journal.live(connection, number)
    assert row is not None and any(row.objid in name for name in left_over(archive))
    abandon(archive.home, archive.catalogue, number, "zhou")
    assert not any(row.objid in name or row.id in name for name in left_over(archive))
    assert _actions(archive, row.objid)[-1] == "ingest.abandoned"
    assert not ingest(archive, case).resumed
    abandon(archive.home, archive.catalogue, number, "zhou")  # what is done is not given up
    with archive.catalogue.read() as connection:
        done = journal.live(connection, number)
    assert done is not None and done.state == "done"
