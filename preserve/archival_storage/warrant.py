"""The only maker of permission to remove archived bytes: it asks ledger and catalogue itself, each time, for each copy.

A warrant for disposal rests on a decision and not on other copies: the ledger must tell that one proposed, two
supervised and the head approved, all different people; that the days between are over; that destruction of this very
thing has begun; and nothing may stand against it now: no hold, no request, no day that has not come. It holds for
minutes and for one copy on one medium. For a part of a case the version without it must be whole everywhere first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from preserve.archival_storage.policy import StorageProfile, standing
from preserve.data_management import destroyed, disposal_holds, holdings, ledger, proceedings, retention_index, versions
from preserve.data_management.proof import anchors
from preserve.errors import NotIntact, Refused
from storage_adapters.contract import CopyRef, Warrant


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision to destroy, as the ledger tells it: who proposed, supervised and approved it, and from which day."""

    number: str
    proposer: str
    supervisors: tuple[str, str]
    head: str
    not_before: date
    state: str
    cases: tuple[str, ...]


def read_decision(connection: Connection, number: str) -> Decision:
    """The decision of that number. Raises Refused where hands are missing or the same, or where it was withdrawn."""
    entries = proceedings.told(connection, number)
    by = {
        deed: [entry for entry in entries if entry.action == f"disposal.{deed}"]
        for deed in ("proposed", "supervised", "approved", "withdrawn")
    }
    supervisors = tuple(dict.fromkeys(entry.actor for entry in by["supervised"]))
    row = proceedings.read(connection, number, "disposal")
    if row is None or by["withdrawn"] or not by["proposed"] or not by["approved"] or len(supervisors) < 2:
        raise Refused("disposal.not-decided", number)
    approved = by["approved"][-1]
    heads = {approved.actor, str(approved.details.get("on_behalf_of", ""))} - {""}
    proposer = by["proposed"][0].actor
    if {proposer, *supervisors} & heads or proposer in supervisors:
        raise Refused("disposal.not-decided", number)
    return Decision(
        number,
        proposer,
        (supervisors[0], supervisors[1]),
        approved.actor,
        date.fromisoformat(approved.details["not_before"]),
        row.state,
        row.cases,
    )


@dataclass(frozen=True, slots=True)
class Destruction:
    """What a disposal takes of a case: all of it, or with `item` the recording of that identifier.

    `today` is the bureau's day; a warrant holds for so many `minutes`.
    """

    disposal: str
    objid: str
    item: str
    today: date
    minutes: int


def warrant_for_disposal(
    connection: Connection,
    profile: StorageProfile,
    destruction: Destruction,
    name: str,
    medium: str,
    *,
    overwrite: bool = False,
) -> Warrant:
    """Permission to remove the package `name` from `medium` because of a disposal; with `overwrite` its bytes first.

    Raises Refused with what is missing.
    """
    disposal, objid, item = destruction.disposal, destruction.objid, destruction.item
    decision = read_decision(connection, disposal)
    holdings.require_held(connection, objid)
    if decision.state != "executing" or destruction.today < decision.not_before:
        raise Refused("disposal.not-yet", disposal, day=decision.not_before.isoformat())
    begun = [loss for loss in destroyed.of_case(connection, objid) if loss.item == item and loss.disposal == disposal]
    if not begun or name.rpartition("_v")[0] != objid or objid not in decision.cases:
        raise Refused("disposal.not-of-it", name, number=disposal)
    if blocks := disposal_holds.blocks(connection, objid):
        raise Refused("disposal.blocked", name, kind=blocks[0].kind, number=blocks[0].number)
    _require_due(connection, destruction, name)
    if item:
        _require_successor(connection, profile, destruction, name)
    # Adapters know no other time than the machine's: these minutes are real ones.
    expires = datetime.now(UTC) + timedelta(minutes=destruction.minutes)
    return Warrant(CopyRef(name), medium, disposal, decision.supervisors, expires, overwrite)


def _require_due(connection: Connection, destruction: Destruction, name: str) -> None:
    """The day of all that goes must have come, as the decided rules say."""
    objid, item = destruction.objid, destruction.item
    retention_index.require_decided(connection, objid)
    days = retention_index.rows_of(connection, objid)
    if not any(row.item == item for row in days):
        raise NotIntact("ledger.contradicts-index", objid, table="retention")
    for row in days:
        if (not item or row.item == item) and (row.due is None or row.due > destruction.today.isoformat()):
            raise Refused("disposal.not-due", name, day=row.due or "—")


def _require_successor(connection: Connection, profile: StorageProfile, destruction: Destruction, name: str) -> None:
    """The version that this disposal made must be newer than `name` and have all the copies that its class asks for."""
    disposal, objid = destruction.disposal, destruction.objid
    reductions = [entry.details for entry in ledger.about(connection, objid, anchors.REDUCED)]
    wanted = (disposal, destruction.item)
    mine = [reduction for reduction in reductions if (reduction.get("disposal"), reduction.get("item")) == wanted]
    if not mine or int(name.rpartition("_v")[2]) >= int(mine[-1]["version"]):
        raise Refused("disposal.no-successor", name, number=disposal)
    newest = versions.read(connection, objid).version
    stands = standing(connection, objid, newest, profile)
    if not stands.sealed:
        missing = ", ".join(f"{kind} {count}" for kind, count in stands.missing)
        raise Refused("disposal.successor-not-sealed", name, missing=missing)
