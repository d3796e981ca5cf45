"""Full-text search over descriptions and documents that finds Chinese words of two characters, by and beside filters.

One row of the index is one case, numbered by the day it was closed, so that the newest come first without sorting:
the question is over as soon as enough cases are found, however many hold the word. What was found where is then read
from the passages of those few cases alone. The index keeps no text; it is made from the table `findable`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import Connection, bindparam, select, text

from preserve.data_management import facets, machine_search, search_postgresql, search_sqlite
from preserve.data_management.engines.dialect import is_sqlite
from preserve.data_management.facets import Filters
from preserve.data_management.passages import Passage as Passage
from preserve.data_management.passages import Tokens, pack, spacing, unpack
from preserve.data_management.search_sqlite import CREATE as CREATE
from preserve.data_management.snippets import Shown, best_of, says_all
from preserve.data_management.tables import cases, findable
from preserve.data_management.tokens import Term, terms
from preserve.description.fixed_values import FIRST_YEAR
from preserve.description.legacy import last_day_of
from preserve.errors import UsageError

_A_DAY = 1 << 14  # cases closed on one day that can be told apart


@dataclass(frozen=True, slots=True)
class Hit:
    """A case in which every term was found, and one place where; `marks` are begin and end of the hits in `shown`.

    `machine`: not without what a machine read, which nobody has checked. Where `shown` is of that, `field` is `machine`
    with the `page`, or `heard` with the second `at` which it begins.
    """

    objid: str
    case_number: str
    title: str
    closed: str
    field: str
    place: str
    shown: str
    marks: tuple[tuple[int, int], ...] = ()
    machine: bool = False
    page: int = 0
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """What a case is found by, as rows hold it (`packed`), and its tokens for SQLite's index, in pieces (`Tokens`)."""

    packed: dict[str, bytes]
    pieces: dict[str, list[bytes]] | None = None

    def let_go(self) -> None:
        """Forget them when they have been entered."""
        self.packed.clear()
        if self.pieces is not None:
            self.pieces.clear()


def words_of(head: Iterable[Passage], body: Iterable[Passage], *, tokens: bool) -> Words:
    """Of the passages of a description (`head`) and its documents (`body`); no catalogue is needed for it.

    What SQLite's index takes is made of each passage as it is packed: to read all of them again would take as much
    time once more.
    """
    packed: dict[str, bytes] = {}
    pieces: dict[str, list[bytes]] = {}
    for name, passages in (("head", head), ("body", body)):
        words = Tokens()
        packed[name] = pack(spacing(passages, words) if tokens else passages)
        pieces[name] = words.pieces()
    return Words(packed, pieces if tokens else None)


def enter(
    connection: Connection,
    objid: str,
    description: Mapping[str, Any],
    words: Words,
    *,
    indexed: bool = True,
    told: Iterable[facets.Facet] | None = None,
) -> None:
    """Make a case findable by its description (plain data) and its words.

    `told` are the rows of `facets` where they were made of the description before (`facets.rows_in`). Without `indexed`
    all is written down but the index, and `fill` makes that for all cases at once.
    """
    before = connection.execute(select(findable.c.number).where(findable.c.objid == objid)).scalar()
    forget(connection, objid, indexed=indexed)
    day = _day(description).toordinal() * _A_DAY
    last = connection.execute(
        text("SELECT max(number) FROM findable WHERE number >= :day AND number < :next"),
        {"day": day, "next": day + _A_DAY},
    ).scalar()
    number = day if last is None else int(last) + 1
    if before is not None and day <= before < day + _A_DAY:
        number = int(before)  # a later version of a case keeps its place
    row = {"number": number, "objid": objid, **words.packed}
    connection.execute(findable.insert(), row)
    facets.enter_rows(connection, number, facets.rows_in(description) if told is None else told)
    if indexed and words.pieces is not None and is_sqlite(connection):
        search_sqlite.enter_words(connection, number, words.pieces)
    elif indexed:
        _index(connection).enter(connection, [row])
    if indexed:
        machine_search.enter(connection, objid)


def _day(description: Mapping[str, Any]) -> date:
    """The day by which a case is ordered; an old one of which nobody knows when it was closed comes last."""
    mark = description.get("legacy") or {}
    return last_day_of(description["closed"] or mark.get("closed", "")) or date(FIRST_YEAR, 1, 1)


def forget(connection: Connection, objid: str, *, indexed: bool = True) -> None:
    """Take a case out of the index, before it is entered again."""
    row = connection.execute(select(findable).where(findable.c.objid == objid)).first()
    if row is None:
        return
    if indexed:
        machine_search.take_out(connection, objid)
        _index(connection).forget(connection, dict(row._mapping))
    facets.forget(connection, row.number)
    connection.execute(findable.delete().where(findable.c.objid == objid))


def fill(connection: Connection) -> None:
    """Make the index of all findable cases again, in one sweep."""
    _index(connection).clear(connection)
    number = -1
    while True:
        rows = connection.execute(
            select(findable).where(findable.c.number > number).order_by(findable.c.number).limit(200)
        ).all()
        if not rows:
            break
        _index(connection).enter(connection, [dict(row._mapping) for row in rows])
        number = rows[-1].number


def passages(connection: Connection, objid: str) -> list[Passage]:
    """Everything a case can be found by."""
    row = connection.execute(select(findable.c.head, findable.c.body).where(findable.c.objid == objid)).first()
    return [] if row is None else [*unpack(row.head), *unpack(row.body)]


@dataclass(frozen=True, slots=True)
class Match:
    """A case that was found, and where it stands.

    `later` is 1 where its documents had to be asked, 2 where what a machine read in it had to be, 0 otherwise.
    """

    objid: str
    number: int
    later: int

    @property
    def key(self) -> str:
        """What the next page begins after."""
        return f"{self.later}-{self.number}"


def find(connection: Connection, query: str, filters: Filters | None = None, limit: int = 50) -> list[Hit]:
    """The cases that `match` finds, each with one place where. Raises UsageError where nothing can be searched."""
    return show(connection, match(connection, query, filters, limit=limit), query, filters)


def match(
    connection: Connection,
    query: str,
    filters: Filters | None = None,
    *,
    after: str = "",
    limit: int = 50,
    machine: bool = True,
) -> list[Match]:
    """The cases in which every term occurs and every filter holds, each once, from the one after the key `after`.

    Those whose description says all of it come first, then those whose documents do, and, with `machine`, those in
    which a machine read the rest; among them the latest closed first. Raises UsageError where nothing can be searched,
    or `after` is not a key.
    """
    filters = filters or Filters()
    wanted = terms(query)
    if not wanted and (query.strip() or not filters):
        raise UsageError("catalogue.nothing-to-search", query)
    begin, below = _place(after)
    where, values = facets.days(connection, filters)
    matches: list[tuple[int, int]] = []
    filters.require_letters()
    for later in (0, 1, 2) if machine else (0, 1):
        if later >= begin and len(matches) < limit:
            place = {"below": below if later == begin else _HIGHEST, "limit": limit - len(matches)}
            asked = {**values, **place, "where": where}
            if later < 2:
                found = _index(connection).numbers(connection, wanted, filters, later, asked)
            else:
                found = machine_search.numbers(connection, wanted, filters, asked)
            matches += [(number, later) for number in found]
    objids = _objids(connection, [number for number, _ in matches])
    return [Match(objids[number], number, later) for number, later in matches if number in objids]


def _index(connection: Connection) -> Any:
    """The index of the engine at hand: a module."""
    return search_sqlite if is_sqlite(connection) else search_postgresql


_HIGHEST = (1 << 63) - 1


def _place(after: str) -> tuple[int, int]:
    if not after:
        return 0, _HIGHEST
    place = re.fullmatch(r"([012])-(\d{1,18})", after)
    if place is None:
        raise UsageError("catalogue.after-wrong", after)
    return int(place[1]), int(place[2])


def _objids(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    query = select(findable.c.number, findable.c.objid).where(
        findable.c.number.in_(bindparam("numbers", expanding=True))
    )
    return {row.number: row.objid for row in connection.execute(query, {"numbers": list(numbers)})}


def show(connection: Connection, matches: Sequence[Match], query: str, filters: Filters | None = None) -> list[Hit]:
    """Each of these cases with one place where it was found."""
    return _hits(connection, matches, terms(query), filters or Filters())


def _hits(connection: Connection, matches: Sequence[Match], wanted: Sequence[Term], filters: Filters) -> list[Hit]:
    query = (
        select(findable.c.number, findable.c.objid, findable.c.head, cases.c.case_number, cases.c.title, cases.c.closed)
        .join(cases, cases.c.objid == findable.c.objid)
        .where(findable.c.number.in_(bindparam("numbers", expanding=True)))
    )
    rows = {row.number: row for row in connection.execute(query, {"numbers": [match.number for match in matches]})}
    known = [match for match in matches if match.number in rows]
    best = _best_of_each(connection, known, {number: row.head for number, row in rows.items()}, wanted)
    hits = []
    for match in known:
        row = rows[match.number]
        if match.number not in best:
            field, file, value = facets.matching_file(connection, match.number, filters)
            best[match.number] = (Passage(field, file, value), value, ())
        found, shown, marks = best[match.number]
        field, _, place = found.field.partition("-")
        page, at = int(place) if field == "machine" else 0, float(place) if field == "heard" else 0.0
        case = (row.objid, row.case_number, row.title, row.closed or "")
        hits.append(Hit(*case, field, found.place, shown, marks, match.later == 2, page, at))
    return hits


def _candidates(by_machine: Iterable[Passage], *packed: bytes) -> Iterator[Passage]:
    """The passages of a case, one after the other: a large one has a million."""
    return chain(by_machine, *map(unpack, packed))


def _best_of_each(
    connection: Connection, matches: Sequence[Match], heads: Mapping[int, bytes], wanted: Sequence[Term]
) -> dict[int, Shown]:
    """What is shown of these cases, by number: of documents only where no description says all that is wanted."""
    if not wanted:
        return {}
    best: dict[int, Shown | None] = {}
    lacking = []
    for match in matches:  # one after the other: what a large case says is large
        head = partial(unpack, heads[match.number])
        if match.later == 0 and says_all(head(), wanted):
            best[match.number] = best_of(head, wanted)
        else:
            lacking.append(match)
    query = select(findable.c.number, findable.c.body).where(
        findable.c.number.in_(bindparam("numbers", expanding=True))
    )
    asked = {"numbers": [match.number for match in lacking]}
    bodies = {row.number: row.body for row in connection.execute(query, asked)} if lacking else {}
    for match in lacking:
        by_machine = machine_search.passages(connection, match.objid) if match.later == 2 else []
        candidates = partial(_candidates, by_machine, heads[match.number], bodies[match.number])
        best[match.number] = best_of(candidates, wanted)
    return {number: shown for number, shown in best.items() if shown is not None}
