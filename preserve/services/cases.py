"""Cases: listed and searched. One with everything that the catalogue knows of it is in `case_views`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from preserve.administration.duties import Duty
from preserve.data_management import cases, journal, search
from preserve.data_management.cases import CaseRow
from preserve.data_management.facets import Filters
from preserve.data_management.search import Hit, Match
from preserve.description.fixed_values import Classification, Stage, Volume
from preserve.description.labels import value_of
from preserve.description.vocabulary import read_sound_types, read_vocabulary
from preserve.errors import UsageError
from preserve.home import Home
from preserve.services.inner_volume import without_inner
from preserve.services.operation import Arguments, Look, of_archive, query
from preserve.services.pages import FIRST, MOST_COUNTED, Page
from preserve.services.session import Session

_MOST_UNFINISHED = 100


def of_case(session: Session, arguments: Arguments) -> str:
    """As what a look is about: the objid of the argument `case`."""
    with session.archive.catalogue.read() as connection:
        return cases.objid_of(connection, arguments["case"])


@dataclass(frozen=True, slots=True)
class ListedCase(CaseRow):
    """A case in a list; `case_type_name` is the type's name in the reader's language."""

    case_type_name: str


@dataclass(frozen=True, slots=True)
class UnfinishedIngest:
    """An ingest that is not done: running, waiting, refused or abandoned. Times are RFC 3339 text in UTC."""

    id: str
    objid: str
    case_number: str
    source: str
    source_kind: str
    fingerprint: str
    state: str
    step: str
    policy: str
    started: str
    ended: str | None
    boot: str


@dataclass(frozen=True, slots=True)
class CaseList:
    """A page of cases by case number, and with the first page the newest ingests that are not done.

    `more` cases follow (counted up to 10,000), after the key `next`.
    """

    cases: tuple[ListedCase, ...]
    unfinished: tuple[UnfinishedIngest, ...]
    next: str
    more: int


def _rows(session: Session, page: Page) -> list[CaseRow]:
    return session.once("cases", partial(cases.list_cases, after=page.after, limit=page.size))


def _shown_cases(session: Session, arguments: Arguments) -> Mapping[str, object]:
    """How many cases are on the page, and the first and the last number of it: everything between was shown."""
    rows = _rows(session, arguments["page"])
    numbers = [row.case_number for row in rows]
    return {"cases": len(rows), "first": min(numbers, default=""), "last": max(numbers, default="")}


@query("case.list", duty=Duty.FIND, look=Look("catalogue.listed", _shown_cases, of_archive))
def list_cases(session: Session, page: Page = FIRST) -> CaseList:
    """Cases by case number, a page at a time."""
    named = partial(read_sound_types(session.archive.home.profiles).label, "case_type")
    rows = _rows(session, page)
    with session.archive.catalogue.read() as connection:
        last = rows[-1].case_number if rows else page.after
        more = cases.count_cases(connection, after=last, most=MOST_COUNTED)
        waiting = [] if page.after else journal.unfinished(connection, newest=_MOST_UNFINISHED)
    names = UnfinishedIngest.__dataclass_fields__
    return CaseList(
        tuple(ListedCase(**cases.values_of(row), case_type_name=named(row.case_type)) for row in rows),
        tuple(UnfinishedIngest(**{name: getattr(row, name) for name in names}) for row in waiting),
        last if more else "",
        more,
    )


@dataclass(frozen=True, slots=True)
class SearchWish:
    """What is searched for: words that must all occur, and filters that must all hold; empty ones hold of everything.

    Names may be in either language. `since` and `until`: something happened between them. `machine`: also machine-read.
    """

    words: str = ""
    party: str = ""
    officer: str = ""
    device: str = ""
    place: str = ""
    kind: str = ""
    stage: str = ""
    case_type: str = ""
    measure: str = ""
    classification: str = ""
    volume: str = ""
    since: date | None = None
    until: date | None = None
    machine: bool = True

    def filters(self, home: Home) -> Filters:
        """The filters as descriptions are written. Raises UsageError for days in the wrong order."""
        since, until = (day.isoformat() if day else "" for day in (self.since, self.until))
        if since and until and since > until:
            raise UsageError("catalogue.date-order", since, since=since, until=until)
        vocabulary = read_vocabulary(home.profiles)
        return Filters(
            party=self.party,
            officer=self.officer,
            device=self.device,
            place=self.place,
            kind=self.kind,
            stage=value_of(Stage, self.stage),
            case_type=vocabulary.name_of("case_type", self.case_type),
            measure=vocabulary.name_of("measure", self.measure),
            classification=value_of(Classification, self.classification),
            volume=value_of(Volume, self.volume),
            since=since,
            until=until,
        )


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Cases, those whose description says all of it first; among them the latest closed first.

    Where there are more, they follow after the key `next`. They are not counted: a search ends when a page is full.
    """

    hits: tuple[Hit, ...]
    more: bool
    next: str


def _match(session: Session, wish: SearchWish, page: Page) -> tuple[list[Match], Filters]:
    """The matches of a page, and one more where there are more."""
    filters = wish.filters(session.home)
    asked = partial(search.match, query=wish.words, filters=filters, machine=wish.machine)
    return session.once("matches", partial(asked, after=page.after, limit=page.size + 1)), filters


def _matched_cases(session: Session, arguments: Arguments) -> Mapping[str, object]:
    """Which cases were shown, and no words: what was searched for may name a person."""
    matches, _ = _match(session, arguments["wish"], arguments["page"])
    return {"cases": [match.objid for match in matches[: arguments["page"].size]]}


@query("case.search", duty=Duty.FIND, look=Look("catalogue.searched", _matched_cases, of_archive))
def search_cases(session: Session, wish: SearchWish, page: Page = FIRST) -> SearchResult:
    """Cases by words and filters, each with a place where it was found, a page at a time."""
    matches, filters = _match(session, wish, page)
    more, matches = len(matches) > page.size, matches[: page.size]
    with session.archive.catalogue.read() as connection:
        hits = without_inner(connection, session.person, search.show(connection, matches, wish.words, filters))
    return SearchResult(tuple(hits), more, matches[-1].key if more else "")
