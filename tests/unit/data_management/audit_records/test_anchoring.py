"""Audit records: written, found, made into months and years without losing what counts, anchored at every step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preserve.data_management import audit_records, audits
from preserve.data_management.audit_records import Record
from preserve.data_management.database import Catalogue
from tests.support.catalogues import new_catalogue

START = datetime(2020, 1, 5, 3, 0, tzinfo=UTC)


def record(when: datetime, copy: str, outcome: str = "intact", medium: str = "store", path: str = "") -> Record:
    reason = "" if outcome == "intact" else "altered" if outcome == "damaged" else "medium-absent"
    return Record(when, "run", copy, medium, path, 3, 1000, "00" * 32, outcome, reason, "", 5)  # type: ignore[arg-type]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    made = new_catalogue(tmp_path / "catalogue.sqlite")
    yield made
    made.close()


def keep(catalogue: Catalogue, store: Path, number: int, records: list[Record]) -> None:
    """A run with these records, as the audit leaves it."""
    run = f"run-{number:06d}"
    moment = max(row.when for row in records)
    rows = [replace(row, run=run) for row in records]
    with catalogue.begin() as connection:
        audits.begin(connection, run, actor="scheduler", moment=moment)
        kept = audit_records.write_run(store, run, moment, rows)
        outcome = audits.Outcome("done", "", {}, kept.name, kept.sha256)
        audits.end(connection, run, outcome, actor="scheduler", moment=moment)


def compact(catalogue: Catalogue, store: Path, moment: datetime) -> None:
    with catalogue.begin() as connection:
        audit_records.compact(connection, store, moment, actor="scheduler")
    with catalogue.begin() as connection:
        audit_records.sweep(connection, store)


def test_others_read_the_columns_and_what_they_mean(catalogue: Catalogue, tmp_path: Path) -> None:
    keep(catalogue, tmp_path, 1, [record(START, "aip-b_v0001"), record(START, "aip-a_v0001", "damaged")])
    audit_records.write_run(tmp_path, "empty", START, [])
    assert len(audit_records.of_package(tmp_path, "aip-a_v0001")) == 1
    file = next(path for path in audit_records.files_of(tmp_path) if path.stem != "empty")
    table = pq.read_table(file)
    assert table["copy"].to_pylist() == ["aip-a_v0001", "aip-b_v0001"]
    assert table["when"].to_pylist() == [START, START]
    assert all(field.metadata[b"meaning"] for field in table.schema)


def test_each_change_of_form_keeps_what_counts(catalogue: Catalogue, tmp_path: Path) -> None:
    """Eight years of nightly runs over two copies: the oldest years are thinned, failures are all there."""
    moment, number = START, 0
    bad = 0
    while moment < START + timedelta(days=365 * 8):
        rows = [record(moment, "aip-a_v0001"), record(moment, "aip-b_v0001")]
        if number % 37 == 5:
            rows[1] = record(moment, "aip-b_v0001", "damaged")
            rows.append(record(moment, "aip-b_v0001", "damaged", path="data/x.mp4"))
            bad += 2
        keep(catalogue, tmp_path, number, rows)
        compact(catalogue, tmp_path, moment)
        number += 1
        moment += timedelta(days=9)
    with catalogue.read() as connection:
        assert audit_records.check_anchors(connection, tmp_path) == []
        assert set(audit_records.anchored(connection)) == {
            path.relative_to(tmp_path).as_posix() for path in (tmp_path / "audits").rglob("*.parquet")
        }
    names = [path.relative_to(tmp_path / "audits").as_posix() for path in audit_records.files_of(tmp_path)]
    assert "2020.parquet" in names and "2027-11.parquet" in names
    assert len(audit_records.failures(tmp_path)) == bad
    assert len([row for row in audit_records.of_package(tmp_path, "aip-b_v0001") if row.outcome == "damaged"]) == bad
    seen = audit_records.of_package(tmp_path, "aip-a_v0001")
    assert seen[0].when == START
    assert sum(row.checks for row in seen) == number
    first_year = [row for row in seen if row.when.year == 2020]
    assert [row.checks for row in first_year] == [1, first_year[1].checks] and len(first_year) == 2


def test_a_crash_between_the_new_file_and_the_end_of_the_old(catalogue: Catalogue, tmp_path: Path) -> None:
    keep(catalogue, tmp_path, 1, [record(START, "aip-a_v0001")])
    later = START + timedelta(days=40)
    with pytest.raises(RuntimeError), catalogue.begin() as connection:
        audit_records.compact(connection, tmp_path, later, actor="x")
        raise RuntimeError
    with catalogue.read() as connection:  # the old file still counts, the new one is not anchored
        assert audit_records.check_anchors(connection, tmp_path) == []
    compact(catalogue, tmp_path, later)
    with catalogue.read() as connection:
        assert audit_records.check_anchors(connection, tmp_path) == []
    assert sum(row.checks for row in audit_records.of_package(tmp_path, "aip-a_v0001")) == 1


def test_a_file_that_is_gone_or_altered_is_named(catalogue: Catalogue, tmp_path: Path) -> None:
    keep(catalogue, tmp_path, 1, [record(START, "aip-a_v0001")])
    keep(catalogue, tmp_path, 2, [record(START + timedelta(days=1), "aip-a_v0001")])
    one, two = audit_records.files_of(tmp_path)
    one.unlink()
    two.write_bytes(two.read_bytes()[:-1] + b"?")
    with catalogue.read() as connection:
        codes = [finding.code for finding in audit_records.check_anchors(connection, tmp_path)]
    assert codes == ["audit.records-absent", "audit.records-altered"]


_ROWS = st.lists(
    st.tuples(st.integers(0, 900), st.sampled_from("abcde"), st.sampled_from(["intact", "damaged", "not-checked"])),
    min_size=1,
    max_size=60,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ROWS)
def test_what_is_found_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    made = new_catalogue(folder / "catalogue.sqlite")
    records = [record(START + timedelta(days=day), f"aip-{name}_v0001", outcome) for day, name, outcome in rows]
    for number, row in enumerate(records):
        keep(made, folder, number, [row])
    for moment in (None, START + timedelta(days=1000)):
        if moment:
            compact(made, folder, moment)
        for name in "abcde":
            wanted = sorted((row.when, row.outcome) for row in records if row.copy == f"aip-{name}_v0001")
            got = sorted((row.when, row.outcome) for row in audit_records.of_package(folder, f"aip-{name}_v0001"))
            assert got == wanted
        bad = [row for row in records if row.outcome != "intact"]
        assert len(audit_records.failures(folder, "store")) == len(bad)
    made.close()


@pytest.mark.parametrize("rows", [[], [record(START, "aip-a_v0001", "damaged")]], ids=["nothing", "failures"])
def test_a_year_without_anything_intact_is_thinned(catalogue: Catalogue, tmp_path: Path, rows: list[Record]) -> None:
    run = "run-000001"
    with catalogue.begin() as connection:
        audits.begin(connection, run, actor="scheduler", moment=START)
        kept = audit_records.write_run(tmp_path, run, START, rows)
        outcome = audits.Outcome("done", "", {}, kept.name, kept.sha256)
        audits.end(connection, run, outcome, actor="scheduler", moment=START)
    for years in range(1, 8):
        compact(catalogue, tmp_path, START + timedelta(days=366 * years))
    with catalogue.read() as connection:
        assert audit_records.check_anchors(connection, tmp_path) == []
    assert len(audit_records.failures(tmp_path)) == len(rows)
