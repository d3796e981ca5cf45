"""A run of the audit: what is due is read, damage is told apart from absence, and a budget ends it in good order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.archival_storage.auditing import run_audit
from preserve.archival_storage.pace import Budget
from preserve.archival_storage.replicate import replicate
from preserve.data_management import audits
from preserve.errors import Conflict, Stopped
from preserve.work import hold
from tests.support.kept import TWO, Kept, kept


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept(tmp_path_factory.mktemp("audit")) as archive:
        archive.beside("一号柜")
        replicate(archive.archive.home, archive.archive.catalogue, TWO, actor="li", now=archive.archive.now)
        yield archive


def states(whole: Kept) -> list[tuple[str, str]]:
    with whole.archive.catalogue.read() as connection:
        return [(row.id, row.state) for row in audits.runs(connection)]


def test_everything_is_read_and_intact(whole: Kept) -> None:
    report = run_audit(whole.archive, TWO, Budget(), everything=True, actor="li")
    assert (report.state, report.status, dict(report.counts), report.findings) == ("done", 0, {"intact": 2}, [])
    assert report.size > 0 and dict(states(whole))[report.run] == "done"


def test_a_budget_ends_it_and_the_run_is_closed(whole: Kept) -> None:
    report = run_audit(whole.archive, TWO, Budget(size=1), everything=True, actor="li")
    assert (report.state, report.reason) == ("stopped", "bytes")
    assert dict(states(whole))[report.run] == "stopped" and "running" not in dict(states(whole)).values()


def test_a_person_may_stop_it(whole: Kept) -> None:
    def stop(moved: int) -> None:
        raise Stopped("work.stopped")

    before = dict(states(whole))
    with pytest.raises(Stopped):
        run_audit(whole.archive, TWO, Budget(), everything=True, actor="li", progress=stop)
    (new,) = set(states(whole)) - set(before.items())
    assert new[1] == "stopped"


def test_two_at_once_are_one_too_many(whole: Kept) -> None:
    lock = whole.archive.home.work / "audit.lock"
    with hold(lock, Conflict("x")), pytest.raises(Conflict, match=r"audit\.under-way"):
        run_audit(whole.archive, TWO, Budget(), actor="li")


def test_damage_is_found_and_the_copy_suspect_and_what_is_away_is_not_damage(whole: Kept) -> None:
    file = next(path for path in whole.root.rglob("*.txt") if "original" in path.parts)
    good = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(good[:-1] + b"?")
    (whole.folder / "一号柜").rename(whole.folder / "away")
    try:
        report = run_audit(whole.archive, TWO, Budget(), everything=True, actor="li")
    finally:
        file.write_bytes(good)
        (whole.folder / "away").rename(whole.folder / "一号柜")
    assert report.status == 4 and report.counts["damaged"] == 1 and report.suspect == 1
    (check,) = report.damaged
    assert [problem.path.endswith(file.name) for problem in check.problems] == [True]
    assert whole.copy(whole.store.identity).state == "suspect"
    assert all(check.outcome == "not-checked" for check in report.unchecked)
