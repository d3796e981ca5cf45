"""Recordings of the pool find their case: proposed beside a deposit, claimed by a person, released, settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from preserve.administration.duties import Duty
from preserve.clock import zone
from preserve.data_management import pool, pool_records
from preserve.data_management.pool import PoolRow, Wish
from preserve.errors import Conflict, NotFound, Refused
from preserve.ingest.draft import read_drafting
from preserve.ingest.handed import Handed
from preserve.ingest.handing_in import inboxes
from preserve.ingest.handing_in.access import Known, known, require_change
from preserve.ingest.handing_in.described import draft_of, keep
from preserve.ingest.handing_in.inboxes import Waiting
from preserve.ingest.handing_in.rooms import room_of
from preserve.ingest.stations import proposing
from preserve.ingest.stations.claimed import file_in_case, joined_to, provenance, row_of_description
from preserve.ingest.stations.profile import read_stations
from preserve.ingest.stations.proposing import Certainty, Reason
from preserve.services.operation import Arguments, Look, command, query
from preserve.services.session import Session
from preserve.services.waiting import of_deposit

UNCLAIMED = "unclaimed"
"""The type of case (`profiles/cases/unclaimed.toml`) as which recordings are kept that no case claimed."""
MOST = 500
"""So many recordings are proposed for one deposit, or claimed at once."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A recording that fits a case, why, and how well: `likely`, or a `question` for a person alone."""

    recording: PoolRow
    certainty: Certainty
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Proposals:
    """What fits the measures of a deposit, by time; `claimed` are those that somebody said belong to it already."""

    deposit: str
    case_number: str
    proposed: tuple[Proposed, ...]
    claimed: tuple[PoolRow, ...]
    more: bool


def _proposals(session: Session, connection: Connection, deposit: str) -> Proposals:
    home = session.home
    place = known(home, session.person, deposit)
    content = draft_of(home, place).content
    profile = read_stations(home.profiles)
    wanted = proposing.wanted_by(content, profile, zone(home.settings.time_zone))
    rows: dict[str, PoolRow] = {}
    for since, until in wanted.spans():
        rows |= {row.id: row for row in pool.page(connection, Wish(since=since, until=until), "", 10 * MOST)[0]}
    if wanted.case_number:
        rows |= {row.id: row for row in pool.naming_case(connection, wanted.case_number)}
    claimed = pool.of_deposit(connection, deposit)
    found = [
        Proposed(row, certainty, reasons)
        for row in sorted(rows.values(), key=lambda row: (row.taken, row.id))
        if (fit := proposing.fit(wanted, row)) is not None
        for certainty, reasons in (fit,)
    ]
    return Proposals(deposit, wanted.case_number, tuple(found[:MOST]), tuple(claimed), len(found) > MOST)


def _found(session: Session, deposit: str) -> Proposals:
    return session.once("proposals", lambda connection: _proposals(session, connection, deposit))


def _looked(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"recordings": len(_found(session, arguments["deposit"]).proposed)}


@query("pool.propose", duty=Duty.INGEST, subject="deposit", look=Look("pool.viewed", _looked, of_deposit))
def propose(session: Session, deposit: str) -> Proposals:
    """Which recordings of the pool fit a deposit's measures by time, officer and device. Raises NotFound."""
    return _found(session, deposit)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Recordings that a person said belong to a deposit; `files` are their paths in it, in the same order."""

    deposit: str
    recordings: tuple[str, ...]
    files: tuple[str, ...]


@command("pool.claim", duty=Duty.INGEST, subject="deposit")
def claim(session: Session, deposit: str, recordings: Sequence[str], *, reason: str = "") -> Claimed:
    """Say that recordings belong to a deposit that waits: its description names them, and ingest takes them in.

    All of them or none; said again it is the same. Raises NotFound, Conflict where one is another deposit's, or the
    deposit is in other hands or not whole, NotIntact.
    """
    home, archive = session.home, session.archive
    wanted = list(dict.fromkeys(recordings))
    if not 0 < len(wanted) <= MOST:
        raise Refused("pool.none-named", deposit, limit=MOST)
    place = known(home, session.person, deposit)
    require_change(place, session.person)
    place.room.path.mkdir(parents=True, exist_ok=True)
    with place.room.held():
        if place.record.kind == "inbox":
            place.room.write(place.record)
        rows: list[PoolRow] = []
        details = {"deposit": deposit, "reason": reason.strip()[:2000]}
        with archive.catalogue.begin() as connection:
            for name in wanted:
                row = pool.require(connection, home, name)
                if (row.state, row.deposit) != ("claimed", deposit):
                    row = pool.step(
                        connection, row, pool.CLAIMED, details, actor=session.person.account, moment=archive.now()
                    )
                rows.append(row)
        files = _describe(session, place, rows)
    return Claimed(deposit, tuple(row.id for row in rows), files)


def _describe(session: Session, place: Known, rows: Sequence[PoolRow]) -> tuple[str, ...]:
    """Rows of the description for recordings that were claimed; what stands there already stays."""
    home = session.home
    profile, drafting = read_stations(home.profiles), read_drafting(home.profiles)
    before = draft_of(home, place)
    content: dict[str, Any] = dict(before.content)
    listed = content.get("objects")
    objects = list(listed) if isinstance(listed, (list, tuple)) else []
    there = {str(one.get("file", "")) for one in objects if isinstance(one, dict)}
    files = []
    for row in rows:
        record = pool_records.read_record(home, row.id, row.record)
        made = row_of_description(record, profile, drafting, zone(home.settings.time_zone))
        files.append(str(made["file"]))
        if content.get("case_type") == UNCLAIMED:
            made["with_case"] = False  # kept for its own term, and not for that of a case
        if made["file"] not in there:
            objects.append(made)
    keep(home, place.room, {**content, "objects": objects}, before.version, draft_of(home, place).version)
    return tuple(files)


@dataclass(frozen=True, slots=True)
class Released:
    """Recordings that wait in the pool again."""

    recordings: tuple[str, ...]


@command("pool.release", duty=Duty.INGEST)
def release(session: Session, recordings: Sequence[str], *, reason: str) -> Released:
    """Say that recordings do not belong to the deposit that they were claimed for: they wait again, all or none.

    Raises NotFound, Conflict where one is in no deposit, or its deposit was taken in, Refused without a reason.
    """
    home, archive = session.home, session.archive
    if not reason.strip():
        raise Refused("pool.no-reason")
    wanted = list(dict.fromkeys(recordings))
    if not 0 < len(wanted) <= MOST:
        raise Refused("pool.none-named", "", limit=MOST)
    gone: dict[str, list[PoolRow]] = {}
    with archive.catalogue.begin() as connection:
        for name in wanted:
            row = pool.require(connection, home, name)
            if row.deposit and _taken_in(session, row.deposit):
                raise Conflict("pool.state-wrong", row.id, state="in-case")
            gone.setdefault(row.deposit, []).append(row)
            pool.step(
                connection,
                row,
                pool.RELEASED,
                {"deposit": row.deposit, "reason": reason.strip()[:2000]},
                actor=session.person.account,
                moment=archive.now(),
            )
    for deposit, rows in gone.items():
        with suppress(NotFound):
            _forget(session, known(home, session.person, deposit), rows)
    return Released(tuple(wanted))


def _taken_in(session: Session, deposit: str) -> bool:
    with suppress(NotFound):
        return room_of(session.home, deposit).read().state == "taken-in"
    return False


def _forget(session: Session, place: Known, rows: Sequence[PoolRow]) -> None:
    """The description speaks of them no more."""
    home = session.home
    profile = read_stations(home.profiles)
    files = {file_in_case(row.id, row.name, profile) for row in rows}
    with place.room.held():
        before = draft_of(home, place)
        listed = before.content.get("objects")
        objects = [one for one in listed or () if not (isinstance(one, dict) and one.get("file") in files)]
        keep(home, place.room, {**before.content, "objects": objects}, before.version, before.version)


def handed_with_claims(session: Session, place: Known) -> Handed:
    """A deposit as ingest takes it, with the recordings that were claimed for it."""
    home = session.home
    profile = read_stations(home.profiles)
    given = place.handed()
    with session.archive.catalogue.read() as connection:
        rows = pool.of_deposit(connection, place.room.id)
        seen = {row.id: pool.places_of(connection, row.id) for row in rows}
        rows = [pool.require(connection, home, row.id) for row in rows]
    if not rows:
        return given
    records = [pool_records.read_record(home, row.id, row.record) for row in rows]
    joined = tuple(joined_to(home, record, profile) for record in records)
    return replace(given, joined=joined, notes=provenance(home, rows, records, seen, profile))


def with_claims(session: Session, waiting: Waiting, given: Handed) -> Handed | None:
    """A folder of the inbox as ingest takes it with the recordings that were claimed for it; None where none were.

    A description that was `given` beside it counts before the one that was filled in on its page.
    """
    with session.archive.catalogue.read() as connection:
        if not pool.of_deposit(connection, waiting.id):
            return None
    found = handed_with_claims(session, Known(*inboxes.record_of(session.home, waiting), waiting.path))
    return replace(given, joined=found.joined, notes=found.notes) if given.description else found
