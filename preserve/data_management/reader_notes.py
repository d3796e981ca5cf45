"""What readers keep for themselves: searches, marks in recordings, and the cases that they chose for work.

None of it is about a case, so none of it stands in the ledger; each reader sees and changes their own only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from preserve.data_management.tables import cases, chosen_cases, marks, saved_searches

MOST_SEARCHES = 100
MOST_MARKS = 1000
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that somebody keeps: its name, and words and filters as the page's address has them."""

    name: str
    query: str
    made: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of a recording that a reader noted: `at` in seconds from its start."""

    number: int
    at: float
    note: str
    made: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case that is chosen, as lists name it."""

    objid: str
    case_number: str
    title: str


def searches_of(connection: Connection, account: str) -> list[SavedSearch]:
    """The searches of one reader, by name."""
    table = saved_searches.c
    rows = connection.execute(
        select(table.name, table.query, table.made).where(table.account == account).order_by(table.name)
    )
    return [SavedSearch(*row) for row in rows]


def save_search(connection: Connection, account: str, search: SavedSearch) -> None:
    """Keep a search; one of the same name gives way."""
    forget_search(connection, account, search.name)
    row = {"account": account, "name": search.name, "query": search.query, "made": search.made}
    connection.execute(insert(saved_searches), row)


def forget_search(connection: Connection, account: str, name: str) -> int:
    """How many there were of that name: one or none."""
    table = saved_searches.c
    return connection.execute(delete(saved_searches).where(table.account == account, table.name == name)).rowcount


def marks_of(connection: Connection, account: str, identifier: str) -> list[Mark]:
    """The marks of one reader in one recording, by their time."""
    table = marks.c
    rows = connection.execute(
        select(table.number, table.at, table.note, table.made)
        .where(table.account == account, table.identifier == identifier)
        .order_by(table.at, table.number)
    )
    return [Mark(*row) for row in rows]


def add_mark(connection: Connection, account: str, identifier: str, at: float, note: str, made: str) -> None:
    """Note a moment."""
    row = {"account": account, "identifier": identifier, "at": at, "note": note, "made": made}
    connection.execute(insert(marks), row)


def drop_mark(connection: Connection, account: str, identifier: str, number: int) -> int:
    """How many of the reader's marks that was: one or none."""
    table = marks.c
    mine = (table.number == number, table.account == account, table.identifier == identifier)
    return connection.execute(delete(marks).where(*mine)).rowcount


def are_marks(connection: Connection) -> bool:
    """Whether anybody noted any moment of anything."""
    return connection.execute(select(marks.c.number).limit(1)).first() is not None


def forget_marks(connection: Connection, identifiers: Iterable[str]) -> None:
    """Forget what everybody noted of these objects: they were destroyed."""
    gone = list(identifiers)
    for start in range(0, len(gone), _AT_ONCE):
        connection.execute(delete(marks).where(marks.c.identifier.in_(gone[start : start + _AT_ONCE])))


def chosen_by(connection: Connection, account: str) -> list[Chosen]:
    """The cases that one reader chose, by case number."""
    rows = connection.execute(
        select(cases.c.objid, cases.c.case_number, cases.c.title)
        .join(chosen_cases, chosen_cases.c.objid == cases.c.objid)
        .where(chosen_cases.c.account == account)
        .order_by(cases.c.case_number)
    )
    return [Chosen(*row) for row in rows]


def count_chosen(connection: Connection, account: str) -> int:
    """How many they are."""
    query = select(func.count()).select_from(chosen_cases).where(chosen_cases.c.account == account)
    return int(connection.execute(query).scalar_one())


def choose(connection: Connection, account: str, objids: Iterable[str]) -> None:
    """Choose these cases too."""
    known = set(connection.execute(select(chosen_cases.c.objid).where(chosen_cases.c.account == account)).scalars())
    rows = [{"account": account, "objid": objid} for objid in dict.fromkeys(objids) if objid not in known]
    if rows:
        connection.execute(insert(chosen_cases), rows)


def let_go(connection: Connection, account: str, objids: Iterable[str] | None = None) -> None:
    """Choose these no longer; without any, none."""
    mine = delete(chosen_cases).where(chosen_cases.c.account == account)
    if objids is None:
        connection.execute(mine)
        return
    for objid in objids:
        connection.execute(mine.where(chosen_cases.c.objid == objid))
