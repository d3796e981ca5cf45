"""New versions that were begun and not entered: what is to be removed when they are given up, or their case goes."""

from __future__ import annotations

from preserve.archival_storage.media import server_store
from preserve.archival_storage.packing import attempts
from preserve.data_management import journal, migrations_journal, versions
from preserve.data_management.database import Catalogue
from preserve.data_management.migrations_journal import Row
from preserve.home import Home
from storage_adapters.contract import CopyRef


def is_published(home: Home, row: Row) -> bool:
    """Whether it got as far as the rename: then it is entered, whatever counts by now."""
    return server_store(home).has(CopyRef(_name(row)))


def give_up(home: Home, catalogue: Catalogue, row: Row) -> None:
    """Remove what was made of a new version that is not published; the next run begins anew. Raises Busy."""
    attempts.clear_all(server_store(home), home.work, _name(row), row.id, catalogue.while_held)
    with catalogue.begin() as connection:
        journal.forget_files(connection, row.id)
        migrations_journal.forget(connection, row.id)


def discard_of(home: Home, catalogue: Catalogue, objid: str) -> None:
    """Nothing half-made of a case stays: for a disposal that is being carried out, by the holder of the case's claim.

    A new version that was published and never entered is no copy that anybody counts: it goes the same way.
    """
    adapter = server_store(home)
    while True:
        with catalogue.read() as connection:
            row = migrations_journal.running(connection, objid)
            entered = row is not None and versions.is_entered(connection, _name(row))
        if row is None:
            return
        if not entered and is_published(home, row):
            adapter.withdraw(CopyRef(_name(row)))
        give_up(home, catalogue, row)


def _name(row: Row) -> str:
    return f"{row.objid}_v{row.version:04}"
