"""Requests for evidence as they are seen: what waits, everything about one, and use by year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from sqlalchemy import Connection

from preserve.access.redaction.log import as_data, what_of, where
from preserve.access.redaction.plan import Redaction, read_plan
from preserve.access.requests import statistics as use
from preserve.access.requests.model import Examination as Examination
from preserve.access.requests.model import Request, State
from preserve.access.requests.offering import hat_of, offered, waits_for
from preserve.access.requests.procedure import OPEN, REQUESTS
from preserve.access.requests.profile import read_requests_profile
from preserve.administration.duties import Duty
from preserve.administration.proceedings.records import check_paper
from preserve.data_management import cases, ledger, proceeding_pages
from preserve.data_management.proceeding_pages import Wanted
from preserve.data_management.proceedings import OPENING, ProceedingRow
from preserve.errors import NotFound, NotIntact, UsageError
from preserve.home import Home
from preserve.services.operation import Arguments, Look, of_archive, query
from preserve.services.pages import Page
from preserve.services.request_hiding import without_examination, without_names
from preserve.services.session import Session

_MOST = 10_000
LISTED = Page(size=1000)
STATES: tuple[State, ...] = get_args(State)
"""The states of a request, in the order of its way."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list; `capacity_name` is the capacity's name in the reader's language.

    `name` is who asks, empty where its record is not the one in the ledger; `case_numbers` stand beside `cases`.
    """

    number: str
    state: str
    opened: str
    due: str
    urgent: bool
    capacity: str
    capacity_name: str
    cases: tuple[str, ...]
    steps: int
    sha256: str
    overdue: bool
    name: str
    case_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestList:
    """A page of requests in their order; `more` follow (10,000 are counted at most), after the key `next`."""

    requests: tuple[Listed, ...]
    more: int
    next: str


def _wanted(session: Session, arguments: Arguments, connection: Connection) -> Wanted:
    state, person = arguments["state"], session.person
    if state and state not in STATES:
        raise UsageError("request.state-unknown", state)
    waiting = state in OPEN if state else not arguments["any_state"]
    return Wanted(
        "request",
        (state,) if state else OPEN if waiting or arguments["overdue"] else (),
        before=session.archive.today().isoformat() if arguments["overdue"] else "",
        # By the ledger and not by what their records say: those of a year lie in as many files.
        numbers=None if person.may(Duty.SEE_REQUESTS) else _entered_by(connection, person.account),
        waiting=waiting or arguments["overdue"],
    )


def _entered_by(connection: Connection, account: str) -> list[str]:
    return [entry.subject for entry in ledger.of_actor(connection, account, [OPENING["request"]], _MOST)]


def _page(session: Session, arguments: Arguments) -> tuple[list[ProceedingRow], int, str]:
    """The rows of the page, how many follow, and the key after which they do."""

    def read(connection: Connection) -> tuple[list[ProceedingRow], int, str]:
        wanted, page = _wanted(session, arguments, connection), arguments["page"]
        rows, more = proceeding_pages.page(connection, wanted, page.after, page.size)
        return rows, more, wanted.key_of(rows[-1]) if more else ""

    return session.once("requests", read)


def _listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"requests": [row.number for row in _page(session, arguments)[0]]}


@query("request.list", duty=(Duty.SEE_REQUESTS, Duty.SEE_OWN), look=Look("request-list.viewed", _listed, of_archive))
def list_requests(
    session: Session, *, overdue: bool = False, any_state: bool = False, state: str = "", page: Page = LISTED
) -> RequestList:
    """Requests that somebody waits for, urgent ones first, then by their day; with `overdue` those past their day.

    With `any_state` those that ended too, and with `state` those in that one; what ended, the newest first. Who may not
    see every request sees those that they entered. Raises UsageError for a state or a key that is none.
    """
    archive = session.archive
    today = archive.today().isoformat()
    asked = {"overdue": overdue, "any_state": any_state, "state": state, "page": page}
    rows, more, following = _page(session, asked)
    names = _capacity_names(archive.home)
    with archive.catalogue.read() as connection:
        known = cases.names_of(connection, {objid for row in rows for objid in row.cases})
    listed = [
        Listed(
            number=row.number,
            state=row.state,
            opened=row.opened,
            due=row.due,
            urgent=row.urgent,
            capacity=row.about,
            capacity_name=names.get(row.about, row.about),
            cases=row.cases,
            steps=row.steps,
            sha256=row.sha256,
            overdue=row.due < today and row.state in OPEN,
            name=_who(archive.home, row),
            case_numbers=tuple(known[objid].case_number if objid in known else objid for objid in row.cases),
        )
        for row in rows
    ]
    return RequestList(tuple(listed), more, following)


def _who(home: Home, row: ProceedingRow) -> str:
    """Who asks; a record that was altered or lost is told where it is shown, and keeps no list from being seen."""
    try:
        return REQUESTS.read_record(home, row).consumer.name
    except NotIntact:
        return ""


def _capacity_names(home: Home) -> dict[str, str]:
    """The names of capacities in the language in use; one that the profile no longer has is not among them."""
    return {capacity.name: capacity.label.spoken for capacity in read_requests_profile(home.profiles).capacity}


@dataclass(frozen=True, slots=True)
class RequestView:
    """Everything about one request, what its redaction plan takes out, and the digest of the record that is shown."""

    request: Request
    capacity_name: str
    redactions: tuple[dict[str, Any], ...]
    ways: tuple[str, ...] = field(repr=False)
    """For each redaction, what is done, in words, with whether a machine drafted it."""
    places: tuple[str, ...] = field(repr=False)
    """For each redaction, where in its object it applies, in words."""
    seen: str
    """What a step may be asked with, so that it is taken on this record and on no other."""
    offered: tuple[str, ...]
    """The steps that who looks may take now."""
    waits_for: tuple[str, ...]
    """Whose turn it is, as a duty; of a request that is over nobody's."""
    on_behalf_of: str
    """The head in whose place who looks would decide; empty where they would not, or are a head."""


def _request(session: Session, number: str) -> Request:
    return REQUESTS.read_record(session.home, _row(session, number))


def _row(session: Session, number: str) -> ProceedingRow:
    return session.once("request", lambda connection: REQUESTS.row(connection, number))


def permitted(session: Session, number: str) -> Request:
    """The request, for who may see every one, or entered it. Raises NotFound: others may not know that it is there."""
    request = _request(session, number)
    if not session.person.may(Duty.SEE_REQUESTS) and request.opened_by != session.person.account:
        raise NotFound(REQUESTS.unknown, number)
    return request


def _cases_of(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"cases": list(permitted(session, arguments["number"]).cases)}


@query(
    "request.show",
    duty=(Duty.SEE_REQUESTS, Duty.SEE_OWN),
    subject="number",
    look=Look("request-record.viewed", _cases_of),
    hidden={Duty.SEE_REQUESTS: without_examination, Duty.FIND: without_names},
)
def show(session: Session, number: str) -> RequestView:
    """Everything about one request, as its last record in the store says; who only entered it sees where it stands.

    Who may not see cases sees no names of files. Raises NotFound, NotIntact where the record was changed.
    """
    home = session.archive.home
    request = permitted(session, number)
    planned = _planned(home, request)
    capacity = request.consumer.capacity
    return RequestView(
        request,
        _capacity_names(home).get(capacity, capacity),
        tuple({"object": redaction.object, **as_data(redaction)} for redaction in planned),
        tuple(what_of(redaction) for redaction in planned),
        tuple(where(redaction) for redaction in planned),
        _row(session, number).sha256,
        offered(request, session.person),
        tuple(duty.value for duty in waits_for(request)),
        hat_of(session.person),
    )


def _planned(home: Home, request: Request) -> tuple[Redaction, ...]:
    """What the plan of a request takes out: whoever approves must see it."""
    if request.examination is None or request.examination.redaction is None:
        return ()
    folder = REQUESTS.folder_of(home, request.number)
    return read_plan(check_paper(folder, request.examination.redaction))


@dataclass(frozen=True, slots=True)
class UseByYear:
    """Use of the archive; `capacity_names` are the capacities' names in the reader's language."""

    years: tuple[use.Use, ...]
    capacity_names: dict[str, str]


@query("request.statistics", duty=(Duty.SEE_REQUESTS, Duty.REPORT))
def statistics(session: Session, year: int | None = None) -> UseByYear:
    """Use by year, as archives report it (档案利用统计)."""
    home = session.archive.home
    with session.archive.catalogue.read() as connection:
        years = use.count_use(connection, home, year)
    return UseByYear(tuple(years), _capacity_names(home))
