"""The register of fonds: what is entered once stays, and the table is held to the ledger."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, update

from preserve.clock import stamp
from preserve.data_management import fonds
from preserve.data_management.fonds import FondsRow
from preserve.data_management.tables import fonds as table
from preserve.errors import Conflict, NotFound, NotIntact

MOMENT = datetime(2026, 5, 4, 8, tzinfo=UTC)
ROW = FondsRow("culture", "", "文化局", "2009-01-01", "", stamp(MOMENT))


def enter(connection: Connection, code: str, name: str, number: str = "") -> None:
    fonds.enter(connection, FondsRow(code, number, name, "", "", stamp(MOMENT)), actor="li", moment=MOMENT)


def test_a_fonds_is_what_its_entries_say(connection: Connection) -> None:
    fonds.enter(connection, ROW, actor="li", moment=MOMENT)
    assert fonds.all_fonds(connection) == [ROW]
    fonds.number(connection, "culture", "J019", "馆函〔2026〕3号", actor="li", moment=MOMENT)
    fonds.rename(connection, "culture", "文化和旅游局", "机构改革", actor="li", moment=MOMENT)
    fonds.close(connection, "culture", "2026-04-30", "撤销", actor="li", moment=MOMENT)
    row = fonds.require(connection, "culture")
    assert (row.number, row.name, row.until, row.is_open) == ("J019", "文化和旅游局", "2026-04-30", False)
    assert row.whole("ZY-001") == "J019-ZY-001" and row.whole("") == ""
    assert not list(fonds.compare(connection))


def test_codes_names_and_numbers_are_used_once_also_of_closed_ones(connection: Connection) -> None:
    enter(connection, "culture", "文化局", "J019")
    fonds.close(connection, "culture", "2026-04-30", "撤销", actor="li", moment=MOMENT)
    for code, name, number in (("culture", "别的局", ""), ("new", "文化局", ""), ("new", "别的局", "J019")):
        with pytest.raises(Conflict):
            enter(connection, code, name, number)
    enter(connection, "new", "别的局")
    with pytest.raises(Conflict):
        fonds.number(connection, "new", "J019", "来文", actor="li", moment=MOMENT)
    with pytest.raises(Conflict):
        fonds.rename(connection, "new", "文化局", "更名", actor="li", moment=MOMENT)


def test_a_number_is_given_once_and_a_fonds_closed_once(connection: Connection) -> None:
    enter(connection, "culture", "文化局", "J019")
    with pytest.raises(Conflict, match=r"fonds\.has-number"):
        fonds.number(connection, "culture", "J020", "来文", actor="li", moment=MOMENT)
    fonds.close(connection, "culture", "2026-04-30", "撤销", actor="li", moment=MOMENT)
    with pytest.raises(Conflict, match=r"fonds\.closed"):
        fonds.close(connection, "culture", "2026-05-01", "撤销", actor="li", moment=MOMENT)


def test_what_is_not_there_is_not_found(connection: Connection) -> None:
    for code in ("", "nobody"):
        with pytest.raises(NotFound):
            fonds.require(connection, code)


def test_an_edited_row_is_believed_by_nobody(connection: Connection) -> None:
    enter(connection, "culture", "文化局", "J019")
    connection.execute(update(table).values(number="J020"))
    for ask in (fonds.all_fonds, lambda known: fonds.require(known, "culture")):
        with pytest.raises(NotIntact):
            ask(connection)
    assert [found.where for found in fonds.compare(connection)] == ["culture"]
    fonds.replay(connection)
    assert fonds.require(connection, "culture").number == "J019"
