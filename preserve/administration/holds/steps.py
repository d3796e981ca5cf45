"""A hold is placed and released: by whom, on which cases, why, by which paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from sqlalchemy import Connection

from preserve.administration.actor import Actor
from preserve.administration.disposal.rules import OPEN
from preserve.administration.duties import Duty
from preserve.administration.proceedings import Proceeding, Record, step
from preserve.archival_storage.packages import require_case
from preserve.clock import stamp
from preserve.data_management import destroyed, proceedings
from preserve.data_management.disposal_holds import HELD
from preserve.errors import NotPermitted, Refused, UsageError
from preserve.home import Home

HoldKind = Literal["litigation", "inquiry", "complaint", "audit", "transfer", "other"]
KINDS: tuple[HoldKind, ...] = get_args(HoldKind)


class Hold(Record):
    """One hold as it stands after a step; `paper` is the number of the document that asks for it."""

    state: Literal["added", "released"]
    kind: HoldKind
    cases: tuple[str, ...]
    reason: str
    paper: str = ""
    by: str
    when: str
    released_by: str = ""
    released: str = ""
    why_released: str = ""


HOLDS = Proceeding(
    kind="hold",
    folder="holds",
    model=Hold,
    words="retention.hold-state",
    unknown="retention.hold-unknown",
    wrong_step="retention.hold-released-already",
    steps=(step("released", HELD, "", Duty.RELEASE_HOLD),),
)


def add_hold(actor: Actor, cases: Sequence[str], *, kind: HoldKind, reason: str, paper: str = "") -> Hold:
    """Place a hold on cases. Raises Refused where a case is unknown or its destruction has begun."""
    if not reason.strip() or not cases:
        raise UsageError("retention.hold-reason")
    home, moment = actor.home, actor.now()
    with actor.catalogue.begin() as connection:
        hold = Hold(
            number=HOLDS.new_number(home, connection, moment),
            state="added",
            step=1,
            kind=kind,
            cases=tuple(dict.fromkeys(_still_there(home, connection, name) for name in cases)),
            reason=reason.strip(),
            paper=paper.strip(),
            by=actor.account,
            when=stamp(moment),
        )
        return HOLDS.open(connection, home, hold, actor=actor.account, moment=moment, details=_index_details(hold))


def _still_there(home: Home, connection: Connection, name: str) -> str:
    """The objid of a case. Raises Refused where nothing is left of it."""
    objid = require_case(home, connection, name)
    # While it is under way a hold still keeps whatever is left.
    if any(gone.state == "destroyed" for gone in destroyed.of_case(connection, objid, whole=True)):
        raise Refused("retention.hold-too-late", name)
    return objid


def release_hold(actor: Actor, number: str, *, reason: str) -> Hold:
    """Release a hold. Not by who proposes to destroy one of its cases (NotPermitted)."""
    if not reason.strip():
        raise UsageError("retention.hold-reason")
    home, moment, account = actor.home, actor.now(), actor.account
    with actor.catalogue.begin() as connection:
        HOLDS.may(connection, actor.person, "released")
        hold = HOLDS.read(connection, home, number)
        HOLDS.check(hold, "released", account)
        for objid in hold.cases:
            for row in proceedings.about_case(connection, "disposal", objid, OPEN):
                if row.about == account:
                    raise NotPermitted("retention.hold-own-disposal", number, disposal=row.number)
        return HOLDS.go_on(
            connection,
            home,
            hold,
            "released",
            actor=account,
            moment=moment,
            details=_index_details(hold),
            released_by=account,
            released=stamp(moment),
            why_released=reason.strip(),
        )


def _index_details(hold: Hold) -> dict[str, object]:
    return {"about": hold.kind, "cases": list(hold.cases)}
