"""Whether the catalogue's own schema is ours: nothing in it may change, hide or answer for what is written into it.

Whoever can edit the file could put a trigger beside a table, or another expression behind a column by which entries of
the ledger are found. The rows would look right, and an entry would not be found.
"""

from __future__ import annotations

from sqlalchemy import Connection

from preserve.data_management.tables import LEDGER_COLUMNS, LOOKS_COLUMNS
from preserve.errors import NotIntact

_INDEXES = {
    "ledger": {
        "ledger_by_subject": "CREATE INDEX ledger_by_subject ON ledger (subject, action)",
        "ledger_by_action": "CREATE INDEX ledger_by_action ON ledger (action)",
        "ledger_by_cases": "CREATE INDEX ledger_by_cases ON ledger (cases, action, subject) WHERE cases IS NOT NULL",
    },
    "looks": {
        "looks_by_subject": "CREATE INDEX looks_by_subject ON looks (subject, action)",
        "looks_by_action": "CREATE INDEX looks_by_action ON looks (action)",
    },
}
_COLUMNS = {"ledger": LEDGER_COLUMNS, "looks": LOOKS_COLUMNS}


def require_schema(connection: Connection, where: str) -> None:
    """Raises NotIntact for triggers and views, and where a log is searched by anything but its entries' text."""
    query = (
        "SELECT type, name, tbl_name, sql FROM sqlite_master "
        "WHERE type IN ('trigger', 'view') OR tbl_name IN ('ledger', 'looks')"
    )
    tables: dict[str, str] = {}
    indexes: dict[str, dict[str, str]] = {log: {} for log in _INDEXES}
    for kind, name, log, statement in connection.exec_driver_sql(query):
        if kind in ("trigger", "view"):
            raise NotIntact("catalogue.schema-altered", where, name=str(name))
        if kind == "table":
            tables[str(log)] = str(statement)
        elif statement is not None:
            indexes[str(log)][str(name)] = str(statement)
    for log, columns in _COLUMNS.items():
        table = tables.get(log, "")
        expected = [f"{name} TEXT GENERATED ALWAYS AS ({how}) VIRTUAL" for name, how in columns.items()]
        if table.count("GENERATED") != len(expected) or any(column not in table for column in expected):
            raise NotIntact("catalogue.schema-altered", where, name=log)
        if indexes[log] != _INDEXES[log]:
            raise NotIntact("catalogue.schema-altered", where, name=", ".join(sorted(indexes[log])) or log)
