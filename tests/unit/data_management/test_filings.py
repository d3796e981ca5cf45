"""Archival numbers: each is one case's for good, and the tables are held to the ledger."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, delete, select, update

from preserve.data_management import filings, fonds
from preserve.data_management.filings import Filing, Number
from preserve.data_management.fonds import FondsRow
from preserve.data_management.tables import archival_numbers
from preserve.data_management.tables import filings as table
from preserve.errors import Conflict, NotIntact

MOMENT = datetime(2026, 5, 4, 8, tzinfo=UTC)
SERIES = "ZY·2026"


@pytest.fixture(autouse=True)
def register(connection: Connection) -> None:
    for code, number in (("culture", "J019"), ("new", "")):
        row = FondsRow(code, number, f"{code}局", "", "", "2026-05-04T08:00:00Z")
        fonds.enter(connection, row, actor="li", moment=MOMENT)


def file(connection: Connection, objid: str, sequence: int, code: str = "culture") -> None:
    local = f"{SERIES}-{sequence:03}"
    filing = Filing(objid, code, local, "given")
    filings.file(connection, filing, Number(local, SERIES, sequence), actor="li", moment=MOMENT)


def test_a_number_is_found_with_the_number_of_its_fonds_and_without_where_there_is_none(connection: Connection) -> None:
    file(connection, "aip-1", 1)
    file(connection, "aip-2", 1, "new")
    assert filings.find(connection, "J019-ZY·2026-001") == "aip-1"
    assert filings.find(connection, "ZY·2026-001") == "aip-2"
    fonds.number(connection, "new", "J020", "来文", actor="li", moment=MOMENT)
    assert filings.find(connection, "J020-ZY·2026-001") == "aip-2"
    assert filings.find(connection, "ZY·2026-001") is None
    assert filings.find(connection, "") is None and filings.find(connection, "J019") is None


def test_a_number_is_one_case_s_and_stays_empty_when_the_case_leaves(connection: Connection) -> None:
    for sequence in (1, 2, 3):
        file(connection, f"aip-{sequence}", sequence)
    file(connection, "aip-2", 1, "new")
    with pytest.raises(Conflict, match=r"numbering\.taken"):
        file(connection, "aip-4", 2)
    assert filings.filing_of(connection, "aip-2") == Filing("aip-2", "new", f"{SERIES}-001", "given")
    (series,) = filings.series_of(connection, "culture", frozenset({"aip-3"}))
    assert (series.count, series.highest, series.empty, series.skipped) == (3, 3, (2, 3), ())
    assert filings.next_sequence(connection, "culture", SERIES) == 4
    file(connection, "aip-2", 2)  # back to where it was: the number is still its own
    assert filings.holder_of(connection, "culture", f"{SERIES}-002") == "aip-2"


def test_what_was_described_ahead_is_passed_over_and_what_is_free_is_used_first(connection: Connection) -> None:
    file(connection, "aip-2", 2)
    file(connection, "aip-7", 7)
    given = []
    for _ in range(6):
        sequence = filings.next_sequence(connection, "culture", SERIES)
        file(connection, f"aip-new-{sequence}", sequence)
        given.append(sequence)
    assert given == [1, 3, 4, 5, 6, 8]


def test_both_tables_are_made_again_from_the_ledger_and_held_to_it(connection: Connection) -> None:
    file(connection, "aip-1", 1)
    file(connection, "aip-1", 1, "new")
    file(connection, "aip-2", 2)

    def rows() -> list[list[tuple[object, ...]]]:
        tables = (archival_numbers, table)
        return [sorted(map(tuple, connection.execute(select(one)).all())) for one in tables]

    before = rows()
    assert not list(filings.compare(connection))
    connection.execute(delete(archival_numbers).where(archival_numbers.c.objid == "aip-2"))
    connection.execute(update(table).where(table.c.objid == "aip-1").values(local="x"))
    assert {found.where for found in filings.compare(connection)} == {"culture-ZY·2026-002", "aip-1"}
    with pytest.raises(NotIntact):
        filings.filing_of(connection, "aip-1")
    filings.replay(connection)
    assert rows() == before and not list(filings.compare(connection))
