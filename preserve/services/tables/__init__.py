"""Results as tables in the reader's language: facts put into words and rows, one module a room, for whichever door.

A door draws them: the command line with lines of characters, a page as a table. No operation is called here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from preserve.messages import say

NOTHING = "—"
"""What a cell shows where there is nothing."""


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows, all of them words; headings are empty where each row is a name and its value."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


def table(names: str, rows: Iterable[tuple[str, ...]], *, domain: str = "words.heading", title: str = "") -> Table:
    """A table whose headings are named in one text, with blanks between: `"number state due"`."""
    return Table(tuple(say(f"{domain}-{name}") for name in names.split()), tuple(rows), title)


def facts(rows: Iterable[tuple[str, str]], title: str = "") -> Table:
    """Names and values, without headings."""
    return Table(("", ""), tuple(rows), title)


def cells(*values: object) -> tuple[str, ...]:
    """A row: each value as text, a dash where there is none."""
    return tuple(NOTHING if value in (None, "") else str(value) for value in values)
