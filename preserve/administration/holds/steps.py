"""A hold is placed and released: by whom, on which cases, why, by which paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Connection

from preserve.administration.disposal.rules import OPEN
from preserve.administration.duties import Duty
from preserve.administration.people import Person, require
from preserve.administration.proceedings import Proceeding, Record, step
from preserve.archival_storage.packages import require_case
from preserve.clock import stamp
from preserve.data_management import destroyed, proceedings
from preserve.data_management.database import Catalogue
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


def add_hold(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    cases: Sequence[str],
    *,
    kind: HoldKind,
    reason: str,
    paper: str = "",
    moment: datetime,
) -> Hold:
    """Place a hold on cases. Raises Refused where a case is unknown or its destruction has begun."""
    if not reason.strip() or not cases:
        raise UsageError("retention.hold-reason")
    with catalogue.begin() as connection:
        require(connection, person, Duty.HOLD)
        return place(connection, home, cases, kind=kind, reason=reason, paper=paper, by=person.account, moment=moment)


def place(
    connection: Connection,
    home: Home,
    cases: Sequence[str],
    *,
    kind: HoldKind,
    reason: str,
    paper: str,
    by: str,
    moment: datetime,
) -> Hold:
    """The same in the caller's transaction, for procedures that are under way (a transfer)."""
    objids = []
    for name in cases:
        objid = require_case(home, connection, name)
        # While it is under way a hold still keeps whatever is left.
        if any(one.state == "destroyed" for one in destroyed.of_case(connection, objid, whole=True)):
            raise Refused("retention.hold-too-late", name)
        objids.append(objid)
    hold = Hold(
        number=HOLDS.new_number(home, connection, moment),
        state="added",
        step=1,
        kind=kind,
        cases=tuple(dict.fromkeys(objids)),
        reason=reason.strip(),
        paper=paper.strip(),
        by=by,
        when=stamp(moment),
    )
    return HOLDS.open(connection, home, hold, actor=by, moment=moment, details=_index_details(hold))


def release_hold(home: Home, catalogue: Catalogue, person: Person, number: str, *, why: str, moment: datetime) -> Hold:
    """Release a hold. Not by who proposes to destroy one of its cases (NotPermitted)."""
    if not why.strip():
        raise UsageError("retention.hold-reason")
    with catalogue.begin() as connection:
        HOLDS.may(connection, person, "released")
        return lift(connection, home, number, why=why, by=person.account, moment=moment)


def lift(connection: Connection, home: Home, number: str, *, why: str, by: str, moment: datetime) -> Hold:
    """As `release_hold`, in the caller's transaction and without a permission check."""
    hold = HOLDS.read(connection, home, number)
    HOLDS.check(hold, "released", by)
    for objid in hold.cases:
        for row in proceedings.about_case(connection, "disposal", objid, OPEN):
            if row.about == by:
                raise NotPermitted("retention.hold-own-disposal", number, disposal=row.number)
    return HOLDS.go_on(
        connection,
        home,
        hold,
        "released",
        actor=by,
        moment=moment,
        details=_index_details(hold),
        released_by=by,
        released=stamp(moment),
        why_released=why.strip(),
    )


def all_holds(connection: Connection, home: Home, states: Sequence[str] = ()) -> list[Hold]:
    """Every hold, or those in some states. Raises NotIntact."""
    return HOLDS.read_all(connection, home, states)


def _index_details(hold: Hold) -> dict[str, object]:
    return {"about": hold.kind, "cases": list(hold.cases)}
