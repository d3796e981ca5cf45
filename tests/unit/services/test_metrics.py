"""What a monitor is told: nothing of a case or a person, and at a price that does not grow with the archive."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from preserve.clock import parse
from preserve.data_management import figures, ledger
from preserve.data_management.archive import Archive
from preserve.services import metrics
from preserve.services.documents import as_document
from preserve.services.jobs import WORKER_LOCK
from preserve.services.metrics import Metrics
from preserve.work import hold
from tests.support.bureau import Bureau
from tests.support.sessions import entries, founded, session_of

_WHOLE_TABLES = {"media", "m", "nodes"}
"""What may be read from one end to the other: a row a medium, a row a machine."""


def figures_of(archive: Archive) -> Metrics:
    """As a monitor asks: nobody."""
    return metrics.show(session_of(archive, None))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with closing(founded(tmp_path)) as opened:
        yield opened


def test_nobody_learns_of_a_case_or_a_person_and_no_look_is_recorded(bureau: Bureau) -> None:
    before = bureau.size()
    document = json.dumps(as_document(figures_of(bureau.archive)), ensure_ascii=False)
    for word in (bureau.case, bureau.objid, bureau.request, bureau.file, "临江", *_names(bureau)):
        assert word not in document, word
    assert bureau.size() == before


def _names(bureau: Bureau) -> list[str]:
    """Accounts and titles; roles are the names of accounts there, and words of ours."""
    with bureau.archive.catalogue.read() as connection:
        people = connection.exec_driver_sql("SELECT person FROM accounts").scalars()
        return [*people, *connection.exec_driver_sql("SELECT title FROM cases").scalars()]


def test_an_archive_with_one_case(bureau: Bureau) -> None:
    shown = figures_of(bureau.archive)
    assert (shown.taken_in.packages, shown.looked_at, shown.lacking) == (1, 1, 1)
    assert {one.representation for one in shown.held} >= {"original"}
    assert shown.held[0].bytes > 0 and shown.entries >= shown.signed > 0
    assert {room.part for room in shown.rooms} == {"store", "home"}
    assert [(one.kind, one.interval) for one in shown.readings] == [("directory", 0)]
    assert shown.readings[0].oldest and not shown.readings[0].due


def test_a_new_archive_has_nothing_to_tell_and_tells_it(archive: Archive) -> None:
    shown = figures_of(archive)
    assert (shown.jobs, shown.ended, shown.held, shown.audit, shown.copies) == ((), (), (), None, {})
    assert (shown.waiting_since, shown.proven_at, shown.backed_up) == ("", "", "")
    assert shown.entries == len(entries(archive)) and set(shown.refused.values()) == {0}


@pytest.mark.sqlite
def test_whether_a_worker_has_the_home_is_seen_without_touching_its_lock(archive: Archive) -> None:
    assert not figures_of(archive).worker
    with hold(archive.home.work / WORKER_LOCK, AssertionError("free")):  # type: ignore[arg-type]
        assert figures_of(archive).worker
    assert not figures_of(archive).worker


@dataclass
class Asked:
    """Statements with their plans, and the steps of SQLite's machine by hundreds."""

    plans: list[tuple[str, str]] = field(default_factory=list)
    steps: int = 0


@contextmanager
def watched(archive: Archive) -> Iterator[Asked]:
    """What the database is asked within."""
    asked = Asked()

    def stepped() -> int:
        asked.steps += 1
        return 0

    @event.listens_for(archive.catalogue.engine, "before_cursor_execute")
    def explain(connection: Connection, cursor: Any, statement: str, values: Any, *others: Any) -> None:
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        if statement.startswith("SELECT"):
            raw.set_progress_handler(None, 0)
            asked.plans += [(statement, str(row[3])) for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
        raw.set_progress_handler(stepped, 100)

    try:
        yield asked
    finally:
        event.remove(archive.catalogue.engine, "before_cursor_execute", explain)
        archive.catalogue.close()  # the connections that count


def _filled(archive: Archive, count: int) -> None:
    """So many cases that are well, and entries of the ledger beside them; five copies are not well."""
    day = "2026-01-31T00:00:00Z"
    with archive.catalogue.begin() as connection:
        put = connection.exec_driver_sql
        medium = put("SELECT id FROM media").scalar_one()
        for number in range(count):
            objid, name = f"aip-{number:026d}", f"aip-{number:026d}_v0001"
            row = (objid, f"案{number:06}号")
            put("INSERT INTO cases VALUES (?, ?, '', 't', 'penalty', '', 'p', 'internal', NULL, NULL, 0, '{}')", row)
            put("INSERT INTO versions VALUES (?, 1, ?, ?, 3, 9, '')", (objid, name, day))
            state = "suspect" if number < 5 else "verified"
            put("INSERT INTO copies VALUES (?, ?, ?, 1, ?, ?, ?, 1, 1, '')", (name, medium, objid, state, day, day))
            ledger.append(connection, action="access.denied", subject="x", actor="x", details={}, moment=parse(day))


@pytest.mark.sqlite
def test_figures_cost_the_same_in_an_archive_of_any_age(tmp_path: Path) -> None:
    steps = []
    for count in (600, 6_000):
        with closing(founded(tmp_path / str(count))) as archive:
            _filled(archive, count)
            with archive.catalogue.begin() as connection:
                connection.exec_driver_sql("ANALYZE")
            figures_of(archive)  # what a process asks only once
            with watched(archive) as asked:
                assert figures_of(archive).copies == {"suspect": 5}
            steps.append(asked.steps)
    assert steps[1] <= 1.1 * steps[0] + 5, steps


@pytest.mark.sqlite
def test_no_table_but_the_inventory_is_read_whole(archive: Archive) -> None:
    _filled(archive, 50)
    with watched(archive) as asked:
        figures_of(archive)
        with archive.catalogue.read() as connection:
            figures.unread(connection, "m", archive.now(), archive.now())
    assert len(asked.plans) > 15
    scans = [(plan, statement) for statement, plan in asked.plans if plan.startswith("SCAN")]
    whole = [one for one in scans if re.split(r"\s+", one[0])[1] not in _WHOLE_TABLES and not _has_an_end(*one)]
    assert whole == []
    assert any("copies_in_trouble" in plan for _, plan in asked.plans)
    assert any("copies_by_age (medium=? AND verified<?)" in plan for _, plan in asked.plans)


def _has_an_end(plan: str, statement: str) -> bool:
    """A scan along an index that stops after some rows, of the newest; or of one row; or of rows that were just made."""
    return (
        ("LIMIT" in statement and ("INDEX" in plan or "ORDER BY" in statement))
        or plan in ("SCAN CONSTANT ROW", "SCAN (subquery-1)", "SCAN anon_1", "SCAN sizes")
        or "sqlite_master" in plan
        or "max(" in statement.split("FROM")[0]
    )
