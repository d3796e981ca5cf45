"""Counts for first pages and annual sheets: of proceedings, ingests, copies, entries and packages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from preserve.clock import now
from preserve.data_management import holdings, ledger, standings
from preserve.data_management.archive import Archive
from preserve.data_management.holdings import CopyRow
from preserve.data_management.standings import Intake, Standing
from tests.support.sessions import founded


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def connection(archive: Archive) -> Iterator[Connection]:
    with archive.catalogue.begin() as opened:
        yield opened


def add(connection: Connection, number: int, created: str, findings: str | None = None) -> str:
    objid = f"aip-{number:026d}"
    connection.execute(
        text(
            "INSERT INTO cases (objid, case_number, archival_number, title, case_type, cause, producer, classification,"
            " long_term, description) VALUES (:o, :o, '', '', '', '', '', '', false, '{}')"
        ),
        {"o": objid},
    )
    connection.execute(
        text(
            "INSERT INTO versions (objid, version, name, created, files, size, manifest_sha256)"
            " VALUES (:o, 1, :n, :c, 3, 100, '')"
        ),
        {"o": objid, "n": f"{objid}_v0001", "c": created},
    )
    if findings is not None:
        connection.execute(
            text(
                "INSERT INTO ingests (id, objid, case_number, source, source_kind, fingerprint, state, step, policy,"
                " description, findings, started, boot)"
                " VALUES (:o, :o, :o, '', 'folder', :o, 'done', '', 'lossless', '{}', :f, :c, '')"
            ),
            {"o": objid, "f": findings, "c": created},
        )
    return objid


@pytest.mark.sqlite
def test_proceedings_by_state_with_their_days(connection: Connection) -> None:
    for number, due in (("1", "2026-11-01"), ("2", "2026-12-01"), ("3", "")):
        connection.execute(
            text(
                "INSERT INTO proceedings (number, kind, state, opened, about, due, urgent, steps, sha256)"
                " VALUES (:n, 'request', 'opened', '2026', '', :d, 0, 1, '')"
            ),
            {"n": number, "d": due},
        )
    found = standings.of_proceedings(connection, "2026-11-29")
    assert found == {("request", "opened"): Standing(3, 1, "2026-11-01")}


def test_what_came_in_and_what_came_late(connection: Connection) -> None:
    add(connection, 1, "2025-12-31T15:59:59Z", '[{"code": "rule.filed-late"}]')
    add(connection, 2, "2026-01-05T00:00:00Z", '[{"code": "rule.filed-late"}]')
    add(connection, 3, "2026-02-05T00:00:00Z", '[{"code": "rule.filed-late-explained"}]')
    add(connection, 4, "2026-03-05T00:00:00Z", "[]")
    add(connection, 5, "2026-03-06T00:00:00Z")
    span = ("2025-12-31T16:00:00Z", "2026-12-31T16:00:00Z")
    assert standings.intake(connection, *span) == Intake(4, 12, 400, 3, 2, 1)
    assert standings.packages_within(connection, *span) == 4
    assert standings.years(connection) == (2025, 2026)
    assert standings.package_before_last(connection, 2).startswith("aip-00000000000000000000000003")
    assert standings.package_before_last(connection, 5) == ""
    assert standings.of_ingests(connection, ("refused", "done")) == {"done": 4}


def test_damaged_copies_are_those_on_media_in_use(connection: Connection) -> None:
    moment = now()
    for medium, state in (("a", "in use"), ("b", "retired")):
        holdings.add_medium(
            connection, medium, kind="drive", label=medium, location="", actor="li", moment=moment, state=state
        )
        row = CopyRow("aip-1_v0001", medium, "aip-1", 1, "suspect", None, None)
        holdings.set_copy(connection, row, actor="li", moment=moment)
    assert [row.medium for row in standings.copies_in(connection, ("suspect",), 10)] == ["a"]
    assert standings.copies_in(connection, ("lost",), 10) == []
    assert ("drive", "in use", 1) in standings.media_by_kind(connection)


def test_entries_after_a_number(connection: Connection) -> None:
    start = ledger.size(connection)
    for action in ("a.b", "a.b", "a.c"):
        ledger.append(connection, action=action, subject="li", actor="li", details={}, moment=now())
    assert standings.of_actions(connection, ("a.b", "a.c", "a.d"), start) == {"a.b": 2, "a.c": 1}
    assert standings.of_actions(connection, ("a.b",), start + 1) == {"a.b": 1}
    before = standings.last_visit(connection, "li", "a.b")
    assert before is not None and before.number == start + 1
    assert standings.last_visit(connection, "li", "a.c") is None
