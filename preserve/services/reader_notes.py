"""What readers keep for themselves: searches, marks in recordings, and the cases that they chose for work."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from preserve.administration.duties import Duty
from preserve.clock import stamp
from preserve.data_management import cases, reader_notes, search
from preserve.data_management.reader_notes import Chosen as Chosen
from preserve.data_management.reader_notes import SavedSearch as SavedSearch
from preserve.errors import NotFound, Refused, UsageError
from preserve.services.cases import SearchWish
from preserve.services.operation import command, query
from preserve.services.reading_files import find_file
from preserve.services.session import Session

MOST_CHOSEN = 5000
_LONGEST_NAME, _LONGEST_NOTE, _LONGEST_QUERY = 60, 500, 2000


@dataclass(frozen=True, slots=True)
class SavedSearches:
    """The searches of one reader, by name."""

    searches: tuple[SavedSearch, ...]


@query("search.saved", duty=Duty.FIND)
def saved_searches(session: Session) -> SavedSearches:
    """The searches that one keeps."""
    with session.archive.catalogue.read() as connection:
        return SavedSearches(tuple(reader_notes.searches_of(connection, session.person.account)))


@command("search.save", duty=Duty.FIND)
def save_search(session: Session, name: str, query: str) -> None:
    """Keep a search under a name: words and filters as the address of the list has them. Raises Refused."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME:
        raise UsageError("catalogue.search-name-wrong", "name", longest=_LONGEST_NAME)
    if len(query) > _LONGEST_QUERY or any(ord(character) < 32 for character in query):
        raise UsageError("catalogue.search-query-wrong", "query")
    account = session.person.account
    with session.archive.catalogue.begin() as connection:
        known = {one.name for one in reader_notes.searches_of(connection, account)}
        if name not in known and len(known) >= reader_notes.MOST_SEARCHES:
            raise Refused("catalogue.too-many-searches", name, most=reader_notes.MOST_SEARCHES)
        saved = SavedSearch(name, query, stamp(session.archive.now()))
        reader_notes.save_search(connection, account, saved)


@command("search.forget", duty=Duty.FIND)
def forget_search(session: Session, name: str) -> None:
    """Keep a search no longer. Raises NotFound."""
    with session.archive.catalogue.begin() as connection:
        if not reader_notes.forget_search(connection, session.person.account, name):
            raise NotFound("catalogue.no-such-search", name)


@command("reading.mark", duty=Duty.FIND, subject="case")
def add_mark(session: Session, case: str, file: str, at: float, note: str = "") -> None:
    """Note a moment of a recording, for oneself. Raises Refused, UsageError for a moment that is none."""
    opened = find_file(session, case, file)
    if not math.isfinite(at) or at < 0 or at > 10_000_000:
        raise UsageError("look.mark-wrong", "at")
    account, identifier = session.person.account, opened.viewed.identifier
    with session.archive.catalogue.begin() as connection:
        if len(reader_notes.marks_of(connection, account, identifier)) >= reader_notes.MOST_MARKS:
            raise Refused("look.marks-full", opened.viewed.name, most=reader_notes.MOST_MARKS)
        made = stamp(session.archive.now())
        reader_notes.add_mark(connection, account, identifier, round(at, 3), note.strip()[:_LONGEST_NOTE], made)


@command("reading.unmark", duty=Duty.FIND, subject="case")
def drop_mark(session: Session, case: str, file: str, number: int) -> None:
    """Take a mark of one's own away. Raises NotFound for one that is somebody else's or of another file."""
    opened = find_file(session, case, file)
    with session.archive.catalogue.begin() as connection:
        if not reader_notes.drop_mark(connection, session.person.account, opened.viewed.identifier, number):
            raise NotFound("look.no-such-mark", str(number))


@dataclass(frozen=True, slots=True)
class ChosenCases:
    """The cases that one chose, by case number."""

    cases: tuple[Chosen, ...]


@query("chosen.list", duty=Duty.FIND)
def list_chosen(session: Session) -> ChosenCases:
    """The cases that one chose for work: kept from page to page and from day to day."""
    with session.archive.catalogue.read() as connection:
        return ChosenCases(tuple(reader_notes.chosen_by(connection, session.person.account)))


@command("chosen.add", duty=Duty.FIND)
def choose(session: Session, objids: Sequence[str]) -> ChosenCases:
    """Choose these cases too. Raises Refused where one is not there, or they would be too many."""
    account = session.person.account
    with session.archive.catalogue.begin() as connection:
        found = [cases.objid_of(connection, objid) for objid in objids]
        _require_room(reader_notes.count_chosen(connection, account) + len(found))
        reader_notes.choose(connection, account, found)
        return ChosenCases(tuple(reader_notes.chosen_by(connection, account)))


@command("chosen.add_found", duty=Duty.FIND)
def choose_found(session: Session, wish: SearchWish) -> ChosenCases:
    """Choose every case that a search finds; without words and filters, every case. Raises Refused for too many."""
    account = session.person.account
    with session.archive.catalogue.begin() as connection:
        if wish == SearchWish():
            _require_room(cases.count_cases(connection, most=MOST_CHOSEN + 1))
            found = [row.objid for row in cases.list_cases(connection, limit=MOST_CHOSEN)]
        else:
            matches = search.match(connection, wish.words, wish.filters(session.home), limit=MOST_CHOSEN + 1)
            found = [match.objid for match in matches]
            _require_room(len(found))
        reader_notes.choose(connection, account, found)
        return ChosenCases(tuple(reader_notes.chosen_by(connection, account)))


@command("chosen.drop", duty=Duty.FIND)
def let_go(session: Session, objids: Sequence[str] = ()) -> ChosenCases:
    """Choose these no longer; without any, none."""
    account = session.person.account
    with session.archive.catalogue.begin() as connection:
        reader_notes.let_go(connection, account, objids or None)
        return ChosenCases(tuple(reader_notes.chosen_by(connection, account)))


def _require_room(count: int) -> None:
    if count > MOST_CHOSEN:
        raise Refused("catalogue.too-many-chosen", count=count, most=MOST_CHOSEN)
