"""What waits for a decision (审批): requests, appraisals, disposals, transfers, exports and rules, by due day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from preserve.access.exporting.model import Export
from preserve.access.exporting.procedure import EXPORTS
from preserve.access.requests.model import Request
from preserve.access.requests.offering import hat_of
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.steps import check_open_concerns
from preserve.access.transfer.model import Transfer
from preserve.access.transfer.procedure import TRANSFERS
from preserve.administration.appraisal.model import Review
from preserve.administration.appraisal.steps import REVIEWS
from preserve.administration.disposal.model import Disposal
from preserve.administration.disposal.steps import DISPOSALS
from preserve.administration.duties import Duty
from preserve.administration.proceedings import Proceeding
from preserve.administration.retention.rules_in_force import rules_in_force, rules_now
from preserve.data_management import cases, looks, proceedings
from preserve.data_management.proceedings import ProceedingRow
from preserve.errors import NotIntact, NotPermitted, PreserveError, Refused
from preserve.services.operation import Arguments, Look, of_archive, query
from preserve.services.session import Session

Kind = Literal["request", "review", "disposal", "transfer", "export", "rules"]
_MOST = 500
_SHOWN = 5  # case numbers of one line


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a decision.

    `due` is a day, where it has one; `asked_by` who began it, `examined_by` who spoke before the head. What would leave
    the house, or the archive: so many cases, files and bytes, to whom. `may_not` is the code of the reason why who
    looks may not decide it, empty where they may; `opened` whether they have looked at it as it is now. `seen` is the
    digest of its record, empty where that is not the one in the ledger.
    """

    kind: Kind
    number: str
    due: str
    overdue: bool
    urgent: bool
    since: str
    asked_by: str
    examined_by: tuple[str, ...]
    about: str
    cases: int
    case_numbers: tuple[str, ...]
    files: int
    size: int
    to: str
    may_not: str
    opened: bool
    seen: str


@dataclass(frozen=True, slots=True)
class Approvals:
    """What waits for a decision, by due day, urgent first; `on_behalf_of` the head in whose place who looks decides."""

    on_behalf_of: str
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """How one kind of proceeding waits: in which state, for which deed, and what its record says of itself."""

    proceeding: Proceeding[Any]
    state: str
    look: str
    told: Callable[[Any], dict[str, Any]]


def _of_request(request: Request) -> dict[str, Any]:
    seen = request.examination
    selection = seen.selection if seen else ()
    return {
        "asked_by": request.opened_by,
        "examined_by": (seen.by,) if seen else (),
        "files": len(selection),
        "size": sum(one.size for one in selection),
        "to": request.consumer.name,
    }


def _of_review(review: Review) -> dict[str, Any]:
    return {
        "asked_by": review.drawn_by,
        "examined_by": tuple(dict.fromkeys(one.by for one in review.appraisals)),
        "files": sum(item.files for item in review.items),
        "size": sum(item.size for item in review.items),
        "to": "",
    }


def _of_disposal(disposal: Disposal) -> dict[str, Any]:
    return {
        "asked_by": disposal.proposed.by,
        "examined_by": tuple(one.by for one in disposal.supervisors),
        "files": sum(entry.item.files for entry in disposal.entries),
        "size": sum(entry.item.size for entry in disposal.entries),
        "to": "",
    }


def _of_transfer(transfer: Transfer) -> dict[str, Any]:
    return {"asked_by": transfer.prepared_by, "examined_by": (), "files": 0, "size": 0, "to": transfer.archive}


def _of_export(export: Export) -> dict[str, Any]:
    return {
        "asked_by": export.proposed_by,
        "examined_by": (),
        "files": sum(item.files for item in export.items),
        "size": sum(item.size for item in export.items),
        "to": export.receiver,
    }


_WAYS: Mapping[Kind, _Way] = {
    "request": _Way(REQUESTS, "examined", "request-record.viewed", _of_request),
    "review": _Way(REVIEWS, "appraised", "review-record.viewed", _of_review),
    "disposal": _Way(DISPOSALS, "supervised", "disposal-record.viewed", _of_disposal),
    "transfer": _Way(TRANSFERS, "prepared", "transfer.viewed", _of_transfer),
    "export": _Way(EXPORTS, "proposed", "export.viewed", _of_export),
}


def _rows(session: Session) -> dict[Kind, list[ProceedingRow]]:
    def read(connection: Connection) -> dict[Kind, list[ProceedingRow]]:
        return {
            kind: proceedings.newest(connection, way.proceeding.kind, (way.state,), _MOST)[0]
            for kind, way in _WAYS.items()
        }

    return session.once("waiting", read)


def _listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {f"{kind}s": [row.number for row in rows] for kind, rows in _rows(session).items() if rows}


@query("approvals.list", duty=Duty.DECIDE, look=Look("approvals.viewed", _listed, of_archive))
def list_approvals(session: Session) -> Approvals:
    """Everything that waits for a decision of a head, or of who decides in the place of one."""
    found = [_waiting(session, kind, row) for kind, rows in _rows(session).items() for row in rows]
    found += _rules(session)
    ordered = sorted(found, key=lambda one: (not one.urgent, not one.due, one.due, one.since, one.number))
    return Approvals(hat_of(session.person), tuple(ordered))


def _waiting(session: Session, kind: Kind, row: ProceedingRow) -> Waiting:
    home, way = session.home, _WAYS[kind]
    with session.archive.catalogue.read() as connection:
        known = cases.names_of(connection, set(row.cases[:_SHOWN]))
        opened = looks.looked_since(
            connection, way.look, row.number, session.person.account, proceedings.told(connection, row.number)[-1].time
        )
    try:
        record = way.proceeding.read_record(home, row)
        told, may_not = way.told(record), _may_not(session, way, record)
    except NotIntact as error:
        told, may_not = {"asked_by": "", "examined_by": (), "files": 0, "size": 0, "to": ""}, error.code
    return Waiting(
        kind=kind,
        number=row.number,
        due=row.due,
        overdue=bool(row.due) and row.due < session.archive.today().isoformat(),
        urgent=row.urgent,
        since=row.opened,
        about=row.about if kind == "request" else "",
        cases=len(row.cases),
        case_numbers=tuple(known[objid].case_number for objid in row.cases[:_SHOWN] if objid in known),
        may_not=may_not,
        opened=opened,
        seen=row.sha256,
        **told,
    )


def _may_not(session: Session, way: _Way, record: Any) -> str:
    """Why who looks may not approve it, as a code."""
    person = session.person
    try:
        way.proceeding.check(record, "approved", person.account, hat_of(person))
        if isinstance(record, Request):
            check_open_concerns(record)
    except (NotPermitted, Refused) as error:
        return error.code
    return ""


def _rules(session: Session) -> Iterator[Waiting]:
    """Retention rules that were changed in the profile and are not in force yet."""
    with session.archive.catalogue.read() as connection:
        try:
            now, before = rules_now(session.home), rules_in_force(session.home, connection)
        except PreserveError:
            return  # rules with mistakes are told where they are shown
    if before is None or before.sha256 == now.sha256:
        return
    yield Waiting(
        kind="rules",
        number=now.sha256[:16],
        due="",
        overdue=False,
        urgent=False,
        since="",
        asked_by="",
        examined_by=(),
        about="",
        cases=0,
        case_numbers=(),
        files=0,
        size=0,
        to="",
        may_not="",
        opened=False,
        seen=now.sha256,
    )
