"""Carries a disposal out: every condition asked again, copy by copy, until nothing is left; killed, it goes on.

Order, each durable before the next: what is known is written down; the ledger tells that it begins (from then on
nothing copies, repairs or restores it); of a case that loses a part, the version without it is made and must be whole
everywhere; each copy goes under its own warrant and is told in the ledger; everything is searched for what is left;
the tombstone is written; the ledger tells that it is gone. A medium that fails or is away leaves the disposal open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from metadata.entities import Event, Link
from metadata.findings import Finding
from preserve.administration.appraisal.steps import REVIEWS
from preserve.administration.disposal import tombstones
from preserve.administration.disposal.model import Disposal, Entry, Signature, Tombstone
from preserve.administration.disposal.register import as_paper
from preserve.administration.disposal.removal import (
    Going,
    Task,
    clear_views,
    drop_images,
    leftovers,
    remove_copy,
    told_gone,
)
from preserve.administration.disposal.rules import against
from preserve.administration.disposal.steps import DISPOSALS, today_of
from preserve.administration.people import Person
from preserve.administration.retention import rules_in_force
from preserve.archival_storage.aip_versions import Change, abandoned, succeed
from preserve.archival_storage.claim import claim
from preserve.archival_storage.media import attached, store_identity
from preserve.archival_storage.packing.identifiers import identifier
from preserve.archival_storage.packing.identifiers import person as person_agent
from preserve.archival_storage.policy import read_policy, standing
from preserve.archival_storage.warrant import read_decision, warrant_for_disposal
from preserve.clock import stamp
from preserve.data_management import destroyed, holdings, ledger, sealing, versions
from preserve.data_management.database import Catalogue
from preserve.data_management.proof import anchors
from preserve.data_management.proof.verify_ledger import require_proven
from preserve.errors import PreserveError, Refused
from preserve.home import Home
from preserve.messages import say, speaking
from preserve.work import hold
from storage_adapters.durable import write_file
from storage_adapters.errors import StorageError

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line of the register: gone, or what is still to be done, or what stood against it."""

    entry: Entry
    gone: bool
    tasks: tuple[Task, ...] = ()
    against: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A disposal after a run: `done` when nothing of it is left anywhere."""

    disposal: Disposal
    done: bool
    outcomes: tuple[Outcome, ...]


def execute(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    number: str,
    *,
    now: Callable[[], datetime],
    told: Told = lambda what: None,
    progress: Callable[[int], None] = lambda moved: None,
) -> Report:
    """Begin or go on. `told` hears of each step before it is taken.

    Raises Refused before its day, where hands are missing, or where something stands against it at the beginning.
    """
    with hold(home.work / "disposal.lock", Refused("disposal.under-way", number)):
        require_proven(home, catalogue)  # what is destroyed cannot be brought back by a later finding
        found = _begin(home, catalogue, person, number, now())
        outcomes = [_one(home, catalogue, person, found, entry, now, told, progress) for entry in found.entries]
        told("export")
        # The ledger's files tell of it before anything else is done: a lost catalogue must not bring back what went.
        sealing.close_segment(home, catalogue)
        if all(one.gone for one in outcomes):
            told("close")
            found = _close(home, catalogue, person, found, now())
            sealing.close_segment(home, catalogue)
    return Report(found, found.state == "executed", tuple(outcomes))


def _begin(home: Home, catalogue: Catalogue, person: Person, number: str, moment: datetime) -> Disposal:
    with catalogue.begin() as connection:
        DISPOSALS.may(connection, person, "begun")
        found = DISPOSALS.read(connection, home, number)
        if found.state != "executing":
            DISPOSALS.check(found, "begun", person.account)
        read_decision(connection, number)
        today = today_of(home, moment)
        if found.not_before is None or today < found.not_before:
            raise Refused("disposal.not-yet", number, day=str(found.not_before))
        if found.state == "executing":
            return found
        signed = Signature(by=person.account, when=stamp(moment))
        return DISPOSALS.go_on(connection, home, found, "begun", actor=person.account, moment=moment, begun=signed)


def _one(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    found: Disposal,
    entry: Entry,
    now: Callable[[], datetime],
    told: Told,
    progress: Callable[[int], None],
) -> Outcome:
    item = entry.item
    with claim(home.work, item.case_number):
        told("begin")
        with catalogue.begin() as connection:
            mine = [one for one in destroyed.of_case(connection, item.objid) if one.item == item.item]
            if mine and mine[0].state == "destroyed":
                return Outcome(entry, True)
            if not mine:
                reasons = _stands_against(home, connection, found, entry, now())
                if reasons:
                    return Outcome(entry, False, against=tuple(reasons))
                draft = tombstones.draw_up(home, connection, found, entry, stamp(now()))
                destroyed.begin(
                    connection, item.objid, item.item, found.number, draft, actor=person.account, moment=now()
                )
    told("begun")
    if item.item:
        # Takes the claim itself; whoever came between is told of the destruction by the row that is there now.
        task = _reduce(home, catalogue, person, found, entry, told, progress)
        if task is not None:
            return Outcome(entry, False, (task,))
    with claim(home.work, item.case_number):
        return _remove_all(home, catalogue, person, found, entry, now, told)


def _stands_against(
    home: Home, connection: Connection, found: Disposal, entry: Entry, moment: datetime
) -> list[Finding]:
    review = REVIEWS.read(connection, home, found.review)
    return list(against(home, connection, review, entry.review_row, today_of(home, moment), found.number))


def _reduce(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    found: Disposal,
    entry: Entry,
    told: Told,
    progress: Callable[[int], None],
) -> Task | None:
    """Make the version without the part, once; a task where it is not whole on every medium that the policy asks."""
    item = entry.item
    with catalogue.read() as connection:
        version = _reduced_version(connection, item.objid, found.number, item.item)
        newest = versions.read(connection, item.objid)
    if not version:
        told("reduce")
        try:
            made = succeed(
                home, catalogue, newest.name, _change(home, found, entry), actor=person.account, progress=progress
            )
        except (PreserveError, StorageError) as error:
            if isinstance(error, Refused):
                raise
            return Task(newest.name, "failed", detail=f"{error.code} {error.where}")
        version = made.version
    with catalogue.read() as connection:
        stands = standing(connection, item.objid, max(newest.version, version), read_policy(home.profiles))
    if not stands.sealed:
        missing = ", ".join(f"{kind} {count}" for kind, count in stands.missing)
        return Task(f"{item.objid}_v{newest:04}", "successor", detail=missing)
    return None


def _reduced_version(connection: Connection, objid: str, disposal: str, item: str) -> int:
    told = [entry.details for entry in ledger.about(connection, objid, anchors.REDUCED)]
    mine = [one for one in told if one.get("disposal") == disposal and one.get("item") == item]
    return int(mine[-1]["version"]) if mine else 0


def _change(home: Home, found: Disposal, entry: Entry) -> Change:
    """What the new version tells: that, by whom and by which decision a part of the case was destroyed."""
    item = entry.item
    when = found.begun.when if found.begun else found.proposed.when
    heads = [found.approval.by] if found.approval else []
    hands = dict.fromkeys([found.proposed.by, *(one.by for one in found.supervisors), *heads])
    agents = [person_agent(one) for one in hands]
    with speaking(home.settings.language):
        reason = say("disposal.premis-reason", number=found.number, review=found.review, reason=entry.reason or "—")
        detail = say("disposal.premis-detail", identifier=item.item)
    event = Event(
        str(uuid5(NAMESPACE_URL, f"preserve:disposal:{found.number}:{item.item}")),
        "deletion",
        when,
        detail,
        "success",
        reason,
        tuple(Link(agent.identifier, "authorizer") for agent in agents),
        # The object itself is no longer in the package: the event is about the case, and names it in words.
        (Link(identifier(item.objid, "entity", item.objid)),),
    )
    return Change(
        action=anchors.REDUCED,
        reason=reason,
        details={"disposal": found.number, "item": item.item},
        drop=frozenset({item.item}),
        events=(event,),
        agents=tuple(agents),
    )


def _remove_all(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    found: Disposal,
    entry: Entry,
    now: Callable[[], datetime],
    told: Told,
) -> Outcome:
    item = entry.item
    abandoned.discard_of(home, catalogue, item.objid)
    profile = read_policy(home.profiles)
    minutes = rules_in_force.rules_now(home).profile.appraisal.warrant_minutes
    with catalogue.read() as connection:
        media = {row.id: row for row in holdings.all_media(connection)}
        holdings.require_held(connection, item.objid)
        rows = holdings.copies_of(connection, item.objid)
        if item.item:
            below = _reduced_version(connection, item.objid, found.number, item.item)
            rows = [row for row in rows if row.version < below]
        told_of = told_gone(connection, item.objid)
    names = tuple(sorted({row.name for row in rows}))
    going = Going(found.number, item.objid, item.item, names, item.case_number, today_of(home, now()), minutes)
    drives = attached(home, list(media.values()))
    tasks: list[Task] = []
    # The server's copy last: as long as something keeps a copy elsewhere from going, the case can still be read.
    rows.sort(key=lambda row: (media[row.medium].kind == "directory" if row.medium in media else False, row.name))
    for row in rows:
        if (row.name, row.medium) in told_of:
            continue
        if tasks and row.medium == store_identity(home) and any(one.why == "blocked" for one in tasks):
            break
        told(f"copy {row.name} {row.medium}")
        task = remove_copy(
            home, catalogue, profile, going, row, media.get(row.medium), drives, actor=person.account, moment=now()
        )
        if task is not None:
            tasks.append(task)
    if any(one.why == "blocked" for one in tasks):
        return Outcome(entry, False, tuple(tasks))
    told("images")
    with catalogue.read() as connection:
        try:
            for name in names:
                warrant_for_disposal(
                    connection,
                    profile,
                    found.number,
                    item.objid,
                    item.item,
                    name,
                    store_identity(home),
                    today=going.today,
                    minutes=minutes,
                    overwrite=False,
                )
        except Refused as error:
            return Outcome(entry, False, (Task(names[-1], "blocked", detail=error.code),))
    drop_images(home, going)
    clear_views(home, going)
    if tasks:
        return Outcome(entry, False, tuple(tasks))
    told("search")
    if left := leftovers(home, catalogue, going, drives):
        return Outcome(entry, False, tuple(left))
    told("tombstone")
    _bury(home, catalogue, person, entry, now(), told)
    return Outcome(entry, True)


def _bury(home: Home, catalogue: Catalogue, person: Person, entry: Entry, moment: datetime, told: Told) -> None:
    item = entry.item
    with catalogue.begin() as connection:
        mine = next(one for one in destroyed.of_case(connection, item.objid) if one.item == item.item)
        draft = tombstones.read_draft(home, mine)
        kept = sorted(path.name for path in home.path.glob("catalogue.sqlite.before-*"))
        remarks = tuple(f"{name}: former catalogue, still tells of it" for name in kept)
        stone, sha256 = tombstones.complete(home, connection, draft, remarks, stamp(moment))
        told("bury")
        if item.item:
            below = _reduced_version(connection, item.objid, mine.disposal, item.item)
            tombstones.forget_older(connection, item.objid, below)
        else:
            tombstones.bury(connection, stone)
        destroyed.finish(connection, item.objid, item.item, mine.disposal, sha256, actor=person.account, moment=moment)
        if item.item:
            rules_in_force.enter_case(home, connection, item.objid, actor=person.account, moment=moment)


def _close(home: Home, catalogue: Catalogue, person: Person, found: Disposal, moment: datetime) -> Disposal:
    with catalogue.begin() as connection:
        found = DISPOSALS.read(connection, home, found.number)
        stones = stones_of(home, connection, found)
        paper = as_paper(home, found, moment, stones)
        register = DISPOSALS.folder_of(home, found.number) / "register-executed.pdf"
        write_file(register, paper, durable=True, mode=0o640)
        sha256 = hashlib.sha256(paper).hexdigest()
        return DISPOSALS.go_on(
            connection,
            home,
            found,
            "executed",
            actor=person.account,
            moment=moment,
            details={"register_sha256": sha256},
            executed=stamp(moment),
            final_sha256=sha256,
        )


def stones_of(home: Home, connection: Connection, found: Disposal) -> list[Tombstone]:
    """The tombstones of what has gone by this disposal so far."""
    objids = dict.fromkeys(entry.item.objid for entry in found.entries)
    lost = [one for objid in objids for one in destroyed.of_case(connection, objid)]
    return [
        tombstones.read_draft(home, one)
        for one in sorted(lost, key=lambda one: one.since)
        if one.disposal == found.number and one.state == "destroyed"
    ]
