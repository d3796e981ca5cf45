"""What becomes of a number when its case is destroyed: nothing. It stays in the register, and is given to none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration.disposal.executing import execute
from preserve.administration.disposal.tombstones import after_rebuild
from preserve.administration.index_check import compare
from preserve.archival_storage.media import server_store
from preserve.data_management import cases, filings
from preserve.data_management.rebuild import rebuild
from preserve.errors import NotIntact
from preserve.services import fonds
from tests.support.catalogue_state import state
from tests.support.due_case import Bureau, bureau_in
from tests.support.numbered import give_numbers
from tests.support.sessions import founder

LATER = timedelta(days=40)
SERIES = "ZY·ZF·2013·D10"


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    """The archive of two due cases, which gives numbers from now on and has given both one."""
    with bureau_in(tmp_path) as opened:
        give_numbers(opened.archive)
        session = founder(opened.archive)
        fonds.enter(session, "culture", name="临江市文化和旅游局")
        fonds.file(session, "culture", opened.objids, reason="补编档号")
        yield opened


def number_of(bureau: Bureau, objid: str) -> str:
    with bureau.archive.catalogue.read() as connection:
        return cases.read(connection, objid).archival_number


def test_a_number_that_became_whole_meanwhile_stops_no_disposal_and_stays_empty(bureau: Bureau) -> None:
    assert [number_of(bureau, objid) for objid in bureau.objids] == [f"{SERIES}-001", f"{SERIES}-002"]
    disposal = bureau.decided()
    fonds.number(founder(bureau.archive), "culture", "J019", paper="馆函〔2026〕3号")
    execute(bureau.as_("chen", LATER), disposal.number)
    (series,) = fonds.show(founder(bureau.archive), "culture").series
    assert series.count == 2 and series.empty and set(series.empty) <= {1, 2}
    with bureau.archive.catalogue.begin() as connection:
        assert filings.next_sequence(connection, "culture", SERIES) == 3
        assert all(filings.holder_of(connection, "culture", f"{SERIES}-{n:03}") == bureau.objids[n - 1] for n in (1, 2))


def test_a_rebuilt_catalogue_says_the_same_of_numbers_and_of_what_went(bureau: Bureau) -> None:
    execute(bureau.as_("chen", LATER), bureau.decided().number)
    home = bureau.archive.home
    with bureau.archive.catalogue.read() as connection:
        before = state(connection)
    rebuild(home, [server_store(home)], finish=after_rebuild(home))
    with bureau.archive.catalogue.read() as connection:
        after = state(connection)
        assert [found for found in compare(home, connection) if found.severity == "error"] == []
    for table in ("cases", "fonds", "filings", "archival_numbers"):
        assert after[table] == before[table], table


def test_a_number_that_no_entry_gave_stops_a_disposal(bureau: Bureau) -> None:
    disposal = bureau.decided()
    with bureau.archive.catalogue.begin() as connection:
        connection.exec_driver_sql("UPDATE filings SET local = 'ZY·ZF·2013·D10-009'")
        connection.exec_driver_sql("UPDATE fonds SET number = 'X001'")
    with pytest.raises(NotIntact):
        execute(bureau.as_("chen", LATER), disposal.number)
