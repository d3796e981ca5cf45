"""Whether the catalogue's own schema is ours: nothing in it may change, hide or answer for what is written into it.

Whoever can edit the file could put a trigger beside a table, or another expression behind a column by which entries of
the ledger are found. The rows would look right, and an entry would not be found.
"""

from __future__ import annotations

from sqlalchemy import Connection

from preserve.data_management.tables import LEDGER_COLUMNS
from preserve.errors import NotIntact

_INDEXES = {
    "ledger_by_subject": "CREATE INDEX ledger_by_subject ON ledger (subject, action)",
    "ledger_by_action": "CREATE INDEX ledger_by_action ON ledger (action)",
    "ledger_by_cases": "CREATE INDEX ledger_by_cases ON ledger (cases, action, subject) WHERE cases IS NOT NULL",
}


def require_schema(connection: Connection, where: str) -> None:
    """Raises NotIntact for triggers and views, and where the ledger is searched by anything but its entries' text."""
    query = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') OR tbl_name = 'ledger'"
    table, indexes = "", {}
    for kind, name, statement in connection.exec_driver_sql(query):
        if kind in ("trigger", "view"):
            raise NotIntact("catalogue.schema-altered", where, name=str(name))
        if kind == "table":
            table = str(statement)
        elif statement is not None:
            indexes[str(name)] = str(statement)
    expected = [f"{name} TEXT GENERATED ALWAYS AS ({how}) VIRTUAL" for name, how in LEDGER_COLUMNS.items()]
    if table.count("GENERATED") != len(expected) or any(column not in table for column in expected):
        raise NotIntact("catalogue.schema-altered", where, name="ledger")
    if indexes != _INDEXES:
        raise NotIntact("catalogue.schema-altered", where, name=", ".join(sorted(indexes)) or "ledger")
