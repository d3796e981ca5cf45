"""The few words of SQL that the engines say differently, as expressions that each of them compiles for itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, Integer, Table, Text, func, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import functions
from sqlalchemy.types import BigInteger


class FromEntry(ColumnElement[str]):
    """What a generated column takes out of an entry's text, as SQLite and as PostgreSQL say it."""

    inherit_cache = False
    type = Text()

    def __init__(self, sqlite: str, postgresql: str) -> None:
        self.sqlite, self.postgresql = sqlite, postgresql


@compiles(FromEntry)
def _for_sqlite(element: FromEntry, compiler: Any, **options: Any) -> str:
    return element.sqlite


@compiles(FromEntry, "postgresql")
def _for_postgresql(element: FromEntry, compiler: Any, **options: Any) -> str:
    return element.postgresql


class position(functions.FunctionElement[int]):  # noqa: N801  a function of SQL
    """Where a word begins in a text, from 1; 0 where it is not in it."""

    type = BigInteger()
    inherit_cache = True


@compiles(position)
def _instr(element: Any, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(position, "postgresql")
def _strpos(element: Any, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


class json_text(functions.FunctionElement[str]):  # noqa: N801  a function of SQL
    """A value out of a JSON text by keys, as text: `json_text(column, "details", "first")`."""

    type = Text()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], *keys: str) -> None:
        # The keys are names of ours. A path that is not a value of the statement lets SQLite keep its plan.
        super().__init__(column, text("'$." + ".".join(keys) + "'"))


@compiles(json_text)
def _json_extract(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **options)})"


@compiles(json_text, "postgresql")
def _json_path(element: Any, compiler: Any, **options: Any) -> str:
    column, path = list(element.clauses)
    keys = ",".join(str(path.text).strip("'").removeprefix("$.").split("."))
    return f"(({compiler.process(column, **options)})::json #>> '{{{keys}}}')"


def unless_there(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves a row alone whose key is there already."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing()
    return table.insert().prefix_with("OR IGNORE", dialect="sqlite")


def go_on_numbering(connection: Connection, tables: Iterable[Table]) -> None:
    """After rows were brought from elsewhere: have new rows numbered from the highest on, as SQLite does by itself."""
    if is_sqlite(connection):
        return
    for table in tables:
        column = table.autoincrement_column
        if column is not None and isinstance(column.type, Integer) and column.autoincrement == "auto":
            asked = {"table": table.name, "column": column.name}
            sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), asked).scalar()
            if sequence:
                highest = select(func.coalesce(func.max(column), 0) + 1)
                connection.execute(select(func.setval(sequence, highest.scalar_subquery(), False)))


def is_sqlite(connection: Connection) -> bool:
    """Whether the catalogue is a SQLite file: what has an own way there asks this."""
    return connection.dialect.name == "sqlite"


def on(connection: Connection, sqlite: str, postgresql: str) -> str:
    """The words for the engine at hand."""
    return sqlite if is_sqlite(connection) else postgresql


__all__ = ["FromEntry", "go_on_numbering", "is_sqlite", "json_text", "on", "position", "unless_there"]
