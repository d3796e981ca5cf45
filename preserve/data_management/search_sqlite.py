"""The index of words in a SQLite catalogue: an FTS5 table without content, one row a case."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from preserve.data_management import facets
from preserve.data_management.facets import Filters
from preserve.data_management.passages import Tokens, spacing, unpack
from preserve.data_management.tokens import Term
from preserve.work import give_back

_COLUMNS = ("head", "body", *facets.IN_PART, "marks")
_VALUES = ", ".join(f"CAST(share_of(:{name}, :turn, :turns) AS TEXT)" for name in _COLUMNS)
_INSERT = text(f"INSERT INTO search (rowid, {', '.join(_COLUMNS)}) VALUES (:number, {_VALUES})")
_DELETE = text(f"INSERT INTO search (search, rowid, {', '.join(_COLUMNS)}) VALUES ('delete', :number, {_VALUES})")
CREATE = f"CREATE VIRTUAL TABLE search USING fts5({', '.join(_COLUMNS)}, content='', columnsize=0, tokenize='ascii')"

_AT_ONCE = 8  # pieces of tokens, of a megabyte each

Pieces = Mapping[str, Sequence[bytes]]
"""The tokens of a description (`head`) and of documents (`body`), as `Tokens.pieces` gives them."""


def enter(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Put cases into the index, by their rows of `findable`."""
    for row in rows:
        enter_words(connection, row["number"], _pieces(row))


def enter_words(connection: Connection, number: int, pieces: Pieces) -> None:
    """Put a case into the index by the tokens of its passages.

    Until a row is whole, FTS5 holds each of its tokens in memory, some 150 bytes beside the places where it stands:
    300 MB for a million files with names and numbers of their own. So a large case is entered in turns, each of which
    has another share of the tokens, and a sign in the place of every other. FTS5 writes out what it holds before a row
    comes again. The index has each token with its places, in the order of tokens, and knows nothing of turns: what is
    found is the same, phrases too. Only one token in two turns it cannot have, for the later would hide the earlier.
    """
    turns = _turns(pieces)
    row = {"number": number, "turns": turns, **_joined(pieces), **_about(connection, number)}
    for turn in range(turns):
        connection.execute(_INSERT, {**row, "turn": turn})
        if turns > 1:
            connection.execute(_DELETE, _nothing(number))  # it writes out what it holds before more is brought
            give_back()
    if turns > 1:
        connection.execute(_INSERT, _nothing(number))  # as many taken out as entered, but one


def forget(connection: Connection, row: dict[str, Any]) -> None:
    """Take a case out, by its row of `findable`."""
    forget_words(connection, row["number"], _pieces(row))


def forget_words(connection: Connection, number: int, pieces: Pieces) -> None:
    """Take a case out. An index without content is told what it must forget; where that stood is nothing to it."""
    turns = _turns(pieces)
    if turns > 1:
        connection.execute(_INSERT, [_nothing(number)] * (turns - 1))
    for turn in range(turns):
        share = _joined({name: texts[turn::turns] for name, texts in pieces.items()})
        about = {} if turn else _about(connection, number)
        connection.execute(_DELETE, {**_nothing(number), **share, **about})


def _pieces(row: Mapping[str, Any]) -> Pieces:
    """The tokens of a row of `findable`."""
    made: dict[str, list[bytes]] = {}
    for name in ("head", "body"):
        words = Tokens()
        deque(spacing(unpack(row[name]), words), 0)
        made[name] = words.pieces()
    return made


def _about(connection: Connection, number: int) -> dict[str, bytes]:
    rows = facets.columns(facets.rows_of(connection, number))
    return {name: zlib.compress(said.encode(), 1) for name, said in rows.items()}


def _turns(pieces: Pieces) -> int:
    return 1 + sum(map(len, pieces.values())) // _AT_ONCE


def _joined(pieces: Pieces) -> dict[str, bytes]:
    return {name: b"".join(texts) for name, texts in pieces.items()}


def _nothing(number: int) -> dict[str, Any]:
    """A row without a word."""
    return {"number": number, "turn": 0, "turns": 1, **dict.fromkeys(_COLUMNS, b"")}


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
