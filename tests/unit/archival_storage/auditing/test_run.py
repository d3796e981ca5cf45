"""One audit under way: a result is on disk before the next copy is read, and a run that died is closed as failed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from preserve.archival_storage.auditing.run import Run
from preserve.archival_storage.checking import CopyCheck
from preserve.archival_storage.pace import Budget, Pace
from preserve.data_management import audit_records, audits
from preserve.work import executor
from storage_adapters.contract import FileCheck
from tests.support.kept import TWO, Kept, kept


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept(tmp_path_factory.mktemp("run")) as archive:
        yield archive


@pytest.fixture
def begun(whole: Kept) -> Iterator[Run]:
    archive = whole.archive
    with executor() as pool:
        pace = Pace(Budget(), lambda moved: None, archive.now)
        run = Run(archive.home, archive.catalogue, TWO, pace, pool, actor="li", now=archive.now)
        run.begin()
        yield run


def check(whole: Kept, outcome: str, *problems: FileCheck) -> CopyCheck:
    reason = "altered" if outcome == "damaged" else ""
    return CopyCheck(whole.name, whole.store.identity, outcome, reason, 3, 10, "a" * 64, 5, problems)  # type: ignore[arg-type]


def test_a_run_that_died_is_closed_with_what_it_found(whole: Kept, begun: Run) -> None:
    begun.record(check(whole, "intact"))
    with begun.journal.open("a") as journal:
        journal.write('{"half a li')  # it was killed there
    archive = whole.archive
    later = Run(archive.home, archive.catalogue, TWO, begun.pace, begun.pool, actor="li", now=archive.now)
    later.begin()
    assert [(finding.code, finding.where) for finding in later.report.findings] == [("audit.died", begun.report.run)]
    assert not begun.journal.exists()
    later.end()
    with archive.catalogue.read() as connection:
        states = {row.id: row.state for row in audits.runs(connection)}
        assert list(audit_records.check_anchors(connection, archive.home.store)) == []
    assert (states[begun.report.run], states[later.report.run]) == ("failed", "done")
    assert begun.report.run in {row.run for row in audit_records.of_package(archive.home.store, whole.name)}


def test_a_result_is_in_the_journal_with_each_of_its_problems(whole: Kept, begun: Run) -> None:
    problem = FileCheck("data/甲.txt", "damaged", 4, {"sha256": "b" * 64}, "x")
    begun.record(check(whole, "damaged", problem))
    rows = [json.loads(line) for line in begun.journal.read_text(encoding="utf-8").splitlines()]
    assert [(row["path"], row["outcome"], row["sha256"]) for row in rows] == [
        ("", "damaged", "a" * 64),
        ("data/甲.txt", "damaged", "b" * 64),
    ]
    assert whole.copy(whole.store.identity).state == "suspect"
    begun.record(check(whole, "intact"))
    assert whole.copy(whole.store.identity).state == "verified"
    report = begun.end()
    assert (report.counts["damaged"], report.counts["intact"], report.size) == (1, 1, 20)
    assert not begun.journal.exists()


def test_what_was_not_checked_changes_no_copy_and_of_an_unknown_one_only_the_record_is_kept(
    whole: Kept, begun: Run
) -> None:
    before = whole.copy(whole.store.identity)
    begun.record(check(whole, "not-checked"))
    assert whole.copy(whole.store.identity) == before
    begun.record(CopyCheck("aip-other_v0001", "m-9", "damaged", "absent", 0, 0, "", 1))
    assert [found.name for found in begun.end().damaged] == ["aip-other_v0001"]
