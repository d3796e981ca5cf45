"""The index of words in a SQLite catalogue: an FTS5 table without content, one row a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from preserve.data_management import facets
from preserve.data_management.facets import Filters
from preserve.data_management.passages import unpack
from preserve.data_management.tokens import BETWEEN, Term, spaced

_COLUMNS = ("head", "body", *facets.IN_PART, "marks")
# As bytes a long text is there once; of one that is not Latin the driver makes UTF-8 beside it.
_VALUES = ", ".join(f"CAST(:{name} AS TEXT)" for name in _COLUMNS)
_INSERT = text(f"INSERT INTO search (rowid, {', '.join(_COLUMNS)}) VALUES (:number, {_VALUES})")
_DELETE = text(f"INSERT INTO search (search, rowid, {', '.join(_COLUMNS)}) VALUES ('delete', :number, {_VALUES})")
CREATE = f"CREATE VIRTUAL TABLE search USING fts5({', '.join(_COLUMNS)}, content='', columnsize=0, tokenize='ascii')"


def enter(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Put cases into the index, by their rows of `findable`."""
    connection.execute(_INSERT, [_words(connection, row) for row in rows])


def enter_words(connection: Connection, number: int, made: Mapping[str, bytes]) -> None:
    """Put a case into the index by the tokens of its passages, joined, of its description and of its documents."""
    connection.execute(_INSERT, _columns(connection, number, made))


def forget(connection: Connection, row: dict[str, Any]) -> None:
    """Take a case out. An index without content is told what it must forget."""
    connection.execute(_DELETE, _words(connection, row))


def clear(connection: Connection) -> None:
    """Take every case out."""
    connection.execute(text("INSERT INTO search (search) VALUES ('delete-all')"))


def numbers(
    connection: Connection, wanted: Sequence[Term], filters: Filters, later: int, values: dict[str, Any]
) -> list[int]:
    """The next cases, the highest number first, that hold every term and filter, and lie within the days.

    Of those whose description says all of it, or with `later` of the others. `values` are what `below` and `limit` are,
    the condition on days as `where`, and what that asks for.
    """
    questions = _questions(wanted, filters)
    if later >= len(questions) or (not later and _in_no_description(connection, wanted)):
        return []
    bound = {name: value for name, value in values.items() if name != "where"}
    return _numbers(connection, values["where"], {**bound, "match": questions[later]})


def _words(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    made = {name: BETWEEN.join(spaced(one.text) for one in unpack(row[name])) for name in ("head", "body")}
    return _columns(connection, row["number"], made)


def _columns(connection: Connection, number: int, made: Mapping[str, str] | Mapping[str, bytes]) -> dict[str, Any]:
    return {"number": number, **made, **facets.columns(facets.rows_of(connection, number))}


def _questions(wanted: Sequence[Term], filters: Filters) -> list[str]:
    """What the index is asked: first by the description alone, then by everything; empty where it need not be asked."""
    rest = filters.expression()
    if not wanted:
        return [rest]
    phrase = " AND ".join(term.expression for term in wanted)
    questions = (f"({{head}}: ({phrase}))", f"(({{head body}}: ({phrase})) NOT ({{head}}: ({phrase})))")
    return [" AND ".join(part for part in (question, rest) if part) for question in questions]


def _in_no_description(connection: Connection, wanted: Sequence[Term]) -> bool:
    """Whether a token of the query stands in no description: then the index need not look for all of it in all of them.

    What stands in one is found at once; of what stands in none, one token's list is read, and not that of every token
    with its places in the documents. A query of one token is itself that question.
    """
    tokens = list(dict.fromkeys(token for term in wanted for token in term.tokens))
    ask = text("SELECT 1 FROM search WHERE search MATCH :match LIMIT 1")
    return len(tokens) > 1 and any(
        connection.execute(ask, {"match": f'{{head}}: "{token}"'}).first() is None for token in tokens
    )


def _numbers(connection: Connection, where: str, values: dict[str, Any]) -> list[int]:
    table, column = ("search", "rowid") if values["match"] else ("findable", "number")
    matches = "search MATCH :match" if values["match"] else "1"
    rows = connection.execute(
        text(
            f"SELECT {column} FROM {table} WHERE {matches} AND {table}.{column} < :below"
            f"{where.format(number=f'{table}.{column}')} ORDER BY {column} DESC LIMIT :limit"
        ),
        values,
    )
    return [int(row[0]) for row in rows]
