"""Holds: placed and released by people; and the requests that hold cases by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from preserve.administration.duties import Duty
from preserve.administration.holds import steps
from preserve.administration.holds.steps import HOLDS, Hold, HoldKind
from preserve.administration.holds.steps import KINDS as KINDS
from preserve.data_management import cases, proceedings
from preserve.data_management.disposal_holds import ASKED, HELD
from preserve.services.operation import Arguments, Look, command, of_archive, query
from preserve.services.session import Session

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Placed:
    """A hold after a step."""

    hold: Hold


@command("hold.add", duty=Duty.HOLD)
def add(session: Session, cases: Sequence[str], *, kind: HoldKind, reason: str, paper: str = "") -> Placed:
    """Stop the disposal of cases. Raises Refused where a case is unknown or its destruction has begun."""
    return Placed(steps.add_hold(session.actor, cases, kind=kind, reason=reason, paper=paper))


@command("hold.release", duty=Duty.RELEASE_HOLD, subject="number")
def release(session: Session, number: str, *, reason: str) -> Placed:
    """Release a hold; not by who proposes to destroy one of its cases (NotPermitted)."""
    return Placed(steps.release_hold(session.actor, number, reason=reason))


@dataclass(frozen=True, slots=True)
class HoldingRequest:
    """A request that holds its cases as long as somebody waits for them."""

    number: str
    state: str
    cases: tuple[str, ...]
    opened: str


@dataclass(frozen=True, slots=True)
class HoldList:
    """Holds, oldest first, and requests that hold by themselves; `more` older holds are not listed.

    `case_numbers` are those of all these cases, by objid; `releasable` the holds that the reader may release.
    """

    holds: tuple[Hold, ...]
    requests: tuple[HoldingRequest, ...]
    more: int
    case_numbers: dict[str, str]
    releasable: tuple[str, ...]


def _newest(session: Session, any_state: bool) -> tuple[list[Hold], int]:
    states = () if any_state else (HELD,)
    return session.once("holds", lambda connection: HOLDS.newest(connection, session.home, states, _MOST))


def _listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    holds, _ = _newest(session, arguments["any_state"])
    return {"holds": [hold.number for hold in holds]}


@query("hold.list", duty=(Duty.FIND, Duty.HOLD), look=Look("holds.listed", _listed, of_archive))
def list_holds(session: Session, *, any_state: bool = False) -> HoldList:
    """Holds that stand, with `any_state` released ones too, and the requests that hold cases by themselves."""
    holds, more = _newest(session, any_state)
    with session.archive.catalogue.read() as connection:
        rows = proceedings.rows(connection, "request", ASKED)
        wanted = {objid for hold in holds for objid in hold.cases} | {objid for row in rows for objid in row.cases}
        numbers = {objid: name.case_number for objid, name in cases.names_of(connection, wanted).items()}
    requests = tuple(HoldingRequest(row.number, row.state, row.cases, row.opened) for row in rows)
    releasable = tuple(hold.number for hold in holds if "released" in HOLDS.offered(session.person, hold))
    return HoldList(tuple(holds), requests, more, numbers, releasable)
