"""Everything that a catalogue says, to compare two of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, text

from preserve.data_management.rebuild import JOURNAL
from preserve.data_management.tables import checkpoints as checkpoint_table
from preserve.data_management.tables import metadata


def state(connection: Connection, *, journal: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in a fixed order, to compare two catalogues with."""
    tables = [table for table in metadata.sorted_tables if journal or table not in JOURNAL]
    found = {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
        for table in tables
    }
    # What was signed between two segments lies in the catalogue alone.
    closing = select(checkpoint_table).where(checkpoint_table.c.first_entry.isnot(None))
    found["checkpoints"] = [tuple(row) for row in connection.execute(closing.order_by(checkpoint_table.c.size))]
    # A case's number in the index may be another when the catalogue is made again.
    for name in ("findable", "facets"):
        del found[name]
    found["findable"] = [
        tuple(row) for row in connection.execute(text("SELECT objid, head, body FROM findable ORDER BY 1"))
    ]
    rows = text("SELECT objid, kind, value, file FROM facets JOIN findable USING (number) ORDER BY 1, 2, 3, 4")
    found["facets"] = [tuple(row) for row in connection.execute(rows)]
    return found
