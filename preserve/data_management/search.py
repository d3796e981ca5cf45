"""Full-text search that finds Chinese words of two characters.

Text is indexed one Chinese character a token and queried as phrases (`演出` is `"演 出"`): SQLite's trigram
tokenizer finds nothing shorter than three characters, and most Chinese words have two. Latin words and numbers
are found by their beginning.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, text

from preserve.errors import UsageError

_MOST_TERMS = 16
_LONGEST_TERM = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A case in which every term was found, and one place where. `field` as in `preserve.data_management.cases`."""

    objid: str
    case_number: str
    title: str
    field: str
    place: str
    shown: str


def _is_ideograph(character: str) -> bool:
    point = ord(character)
    return (
        0x3400 <= point <= 0x9FFF
        or 0xF900 <= point <= 0xFAFF
        or 0x20000 <= point <= 0x3FFFF
        or 0x3040 <= point <= 0x30FF
        or character == "〇"
    )


def tokens(words: str) -> Iterator[str]:
    """Words, numbers, and single ideographs, after NFKC and case folding. Everything else parts them."""
    word = ""
    for character in unicodedata.normalize("NFKC", words).casefold():
        if _is_ideograph(character):
            if word:
                yield word
                word = ""
            # SQLite's tables of characters are older than the newest ideographs, which stand in rare names.
            yield character if character <= "\u9fa5" else f"u{ord(character):x}"
        elif character.isascii() and character.isalnum():
            word += character
        elif not character.isascii() and unicodedata.category(character)[0] in "LN":
            # A token of its own writing, for the same reason.
            word += f"u{ord(character):x}"
        elif word:
            yield word
            word = ""
    if word:
        yield word


def match_expressions(query: str) -> list[str]:
    """One FTS5 expression a term. Only tokens come into it, quoted, so no character of a query has a meaning."""
    expressions = []
    for term in query[: _MOST_TERMS * _LONGEST_TERM].split()[:_MOST_TERMS]:
        parts = list(tokens(term[:_LONGEST_TERM]))
        if parts:
            prefix = "*" if parts[-1].isascii() else ""
            expressions.append(f'"{" ".join(parts)}"{prefix}')
    return expressions


def index(connection: Connection, rows: Iterable[tuple[str, str, str, str]]) -> None:
    """Enter rows of objid, field, place (a path or empty) and text."""
    statement = text(
        "INSERT INTO search (objid, field, place, shown, words) VALUES (:objid, :field, :place, :shown, :words)"
    )
    remaining = (
        {"objid": objid, "field": field, "place": place, "shown": shown, "words": " ".join(tokens(shown))}
        for objid, field, place, shown in rows
        if shown
    )
    while batch := list(islice(remaining, 2000)):
        connection.execute(statement, batch)


def forget(connection: Connection, objid: str) -> None:
    """Take a case out of the index, before it is entered again."""
    connection.execute(text("DELETE FROM search WHERE objid = :objid"), {"objid": objid})


def find(connection: Connection, query: str, limit: int = 50) -> list[Hit]:
    """The cases in which every term occurs, best first, each once. Raises UsageError where nothing can be searched."""
    expressions = match_expressions(query)
    if not expressions:
        raise UsageError("catalogue.nothing-to-search", query)
    values: dict[str, str | int] = {f"t{number}": one for number, one in enumerate(expressions)}
    everywhere = " INTERSECT ".join(
        f"SELECT objid FROM search WHERE search MATCH :t{number}" for number in range(len(expressions))
    )
    rows = connection.execute(
        text(
            "SELECT s.objid, c.case_number, c.title, s.field, s.place, s.shown FROM search s"
            " JOIN cases c ON c.objid = s.objid"
            f" WHERE s.search MATCH :any AND s.objid IN ({everywhere}) ORDER BY s.rank, s.objid, s.rowid"
        ),
        {**values, "any": " OR ".join(expressions)},
    )
    hits: dict[str, Hit] = {}
    for row in rows:
        hits.setdefault(row.objid, Hit(*row))
        if len(hits) >= limit:
            break
    return list(hits.values())
