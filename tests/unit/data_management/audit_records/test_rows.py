"""Records of audits are found by package, medium and month, each once, whatever file they lie in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from preserve.data_management import audit_records
from preserve.data_management.audit_records import Record

START = datetime(2026, 1, 31, 23, tzinfo=UTC)


def _record(run: str, when: datetime, copy: str, outcome: audit_records.Outcome = "intact", path: str = "") -> Record:
    return Record(when, run, copy, "m1", path, 1, 100, "", outcome, "" if outcome == "intact" else "altered", "", 5)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two runs in two months; the second found a file altered."""
    first = [_record("1", START, name) for name in ("a_v0001", "b_v0001")]
    later = START.replace(month=3)
    second = [_record("2", later, "a_v0001", "damaged"), _record("2", later, "a_v0001", "damaged", "data/x")]
    audit_records.write_run(tmp_path, "1", START, first)
    audit_records.write_run(tmp_path, "2", later, second)
    return tmp_path


def test_a_run_is_one_file_in_its_month(store: Path) -> None:
    names = [path.relative_to(store).as_posix() for path in audit_records.files_of(store)]
    assert names == ["audits/2026-01/1.parquet", "audits/2026-03/2.parquet"]
    assert not list(store.rglob("*.part"))


def test_of_a_package_oldest_first(store: Path) -> None:
    assert [(row.run, row.outcome, row.path) for row in audit_records.of_package(store, "a_v0001")] == [
        ("1", "intact", ""),
        ("2", "damaged", ""),
        ("2", "damaged", "data/x"),
    ]
    assert audit_records.of_package(store, "c_v0001") == []


def test_a_record_in_two_files_is_one(store: Path) -> None:
    audit_records.write_run(store, "1-again", START, [_record("1", START, "b_v0001")])
    assert len(audit_records.of_package(store, "b_v0001")) == 1


def test_failures_of_a_medium_and_since_a_moment(store: Path) -> None:
    assert len(audit_records.failures(store, "m1")) == 2
    assert audit_records.failures(store, "m2") == []
    assert audit_records.failures(store, since=START.replace(month=4, day=1)) == []


def test_months_from_a_moment_on(store: Path) -> None:
    assert [row.run for row in audit_records.since(store, START.replace(month=2, day=1))] == ["2", "2"]
    (month,) = audit_records.by_month(store, START.replace(year=2025))
    assert (month.month, month.medium, month.checks, month.bytes, month.last) == ("2026-01", "m1", 2, 200, START)


def test_a_run_that_found_nothing_is_a_file_too(store: Path) -> None:
    kept = audit_records.write_run(store, "3", START, [])
    assert kept.rows == 0 and (store / kept.name).is_file()
    assert len(audit_records.of_package(store, "a_v0001")) == 3
