"""A hold is placed and released: by whom, on which cases, why, by which paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from preserve.administration.duties import Duty
from preserve.administration.filing import read_record, write_record
from preserve.administration.people import Person, require
from preserve.clock import stamp
from preserve.data_management import gone, proceedings
from preserve.data_management.blocks import HELD
from preserve.data_management.cases import find_case
from preserve.data_management.database import Catalogue
from preserve.errors import NotPermitted, Refused, UsageError
from preserve.home import Home

HoldKind = Literal["litigation", "inquiry", "complaint", "audit", "transfer", "other"]
KINDS: tuple[HoldKind, ...] = get_args(HoldKind)
OPEN_DISPOSAL = ("proposed", "supervised", "approved", "executing")


class Hold(BaseModel):
    """One hold as it stands after a step; `paper` is the number of the document that asks for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str
    state: Literal["added", "released"]
    step: int
    kind: HoldKind
    cases: tuple[str, ...]
    reason: str
    paper: str = ""
    by: str
    when: str
    released_by: str = ""
    released: str = ""
    why_released: str = ""


def add_hold(
    home: Home, catalogue: Catalogue, person: Person, cases: Sequence[str], *, kind: HoldKind, reason: str,
    paper: str = "", moment: datetime,
) -> Hold:  # fmt: skip
    """Place a hold on cases. Raises Refused where a case is unknown or its destruction has begun."""
    if not reason.strip() or not cases:
        raise UsageError("retention.hold-reason")
    with catalogue.begin() as connection:
        require(connection, person, Duty.HOLD)
        return place(connection, home, cases, kind=kind, reason=reason, paper=paper, by=person.account, moment=moment)


def place(
    connection: Connection, home: Home, cases: Sequence[str], *, kind: HoldKind, reason: str, paper: str, by: str,
    moment: datetime,
) -> Hold:  # fmt: skip
    """The same in the caller's transaction, for procedures that are under way (a transfer)."""
    objids = []
    for name in cases:
        objid = find_case(connection, name)
        if objid is None:
            raise Refused("cli.case-unknown", name)
        # While it is under way a hold still keeps whatever is left.
        if any(one.state == "destroyed" for one in gone.of_case(connection, objid, whole=True)):
            raise Refused("retention.hold-too-late", name)
        objids.append(objid)
    number = proceedings.next_number(connection, "hold", moment.year)
    hold = Hold(
        number=number, state="added", step=1, kind=kind, cases=tuple(dict.fromkeys(objids)), reason=reason.strip(),
        paper=paper.strip(), by=by, when=stamp(moment),
    )  # fmt: skip
    _write(connection, home, hold, actor=by, moment=moment)
    return hold


def release_hold(
    home: Home, catalogue: Catalogue, person: Person, number: str, *, why: str, moment: datetime
) -> Hold:  # fmt: skip
    """Release a hold. Not by who proposes to destroy one of its cases (NotPermitted)."""
    if not why.strip():
        raise UsageError("retention.hold-reason")
    with catalogue.begin() as connection:
        require(connection, person, Duty.RELEASE_HOLD)
        return lift(connection, home, number, why=why, by=person.account, moment=moment)


def lift(connection: Connection, home: Home, number: str, *, why: str, by: str, moment: datetime) -> Hold:
    """The same in the caller's transaction, without asking who may."""
    hold = read_hold(connection, home, number)
    if hold.state != HELD:
        raise Refused("retention.hold-released-already", number)
    for objid in hold.cases:
        for row in proceedings.about_case(connection, "disposal", objid, OPEN_DISPOSAL):
            if row.about == by:
                raise NotPermitted("retention.hold-own-disposal", number, disposal=row.number)
    stepped = hold.model_copy(
        update={"state": "released", "step": 2, "released_by": by, "released": stamp(moment),
                "why_released": why.strip()}
    )  # fmt: skip
    _write(connection, home, stepped, actor=by, moment=moment)
    return stepped


def read_hold(connection: Connection, home: Home, number: str) -> Hold:
    """A hold as its last record says. Raises Refused, NotIntact."""
    row = proceedings.read_row(connection, number)
    if row is None or row.kind != "hold":
        raise Refused("retention.hold-unknown", number)
    return read_record(home.store / "holds" / number / f"{row.steps:04d}-{row.state}.json", row.sha256, Hold)


def all_holds(connection: Connection, home: Home, states: Sequence[str] = ()) -> list[Hold]:
    """Every hold, or those in some states."""
    return [read_hold(connection, home, row.number) for row in proceedings.rows(connection, "hold", states)]


def _write(connection: Connection, home: Home, hold: Hold, *, actor: str, moment: datetime) -> None:
    sha256 = write_record(home.store / "holds" / hold.number / f"{hold.step:04d}-{hold.state}.json", hold)
    details = {"state": hold.state, "step": hold.step, "sha256": sha256, "about": hold.kind, "cases": list(hold.cases)}
    proceedings.add_step(connection, "hold", hold.number, hold.state, details, actor=actor, moment=moment)
