"""Carries a disposal out: every condition asked again, copy by copy, until nothing is left; killed, it goes on.

Order, each durable before the next: what is known is written down; the ledger tells that it begins (from then on
nothing copies, repairs or restores it); of a case that loses a part, the version without it is made and must be whole
everywhere; each copy goes under its own warrant and is told in the ledger; everything is searched for what is left;
the tombstone is written; the ledger tells that it is gone; copies of the catalogue that still hold its words go, before
the disposal ends, since nobody takes it up again after that. A medium that fails or is away leaves the disposal open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metadata.findings import Finding
from preserve import kept_records
from preserve.administration.actor import Actor
from preserve.administration.appraisal.steps import REVIEWS
from preserve.administration.disposal import tombstones
from preserve.administration.disposal.model import Disposal, Entry, Signature
from preserve.administration.disposal.pooled import forget_pooled
from preserve.administration.disposal.reducing import reduce, reduced_version
from preserve.administration.disposal.register import as_paper, names_in
from preserve.administration.disposal.removal import (
    Going,
    Removal,
    Task,
    clear_views,
    copies_destroyed,
    drop_images,
    drop_shown,
    forget_readings,
    leftovers,
    remove_copy,
)
from preserve.administration.disposal.rules import obstacles
from preserve.administration.disposal.steps import DISPOSALS, register_file
from preserve.administration.retention import rules_in_force
from preserve.archival_storage.aip_versions import abandoned
from preserve.archival_storage.media import store_identity
from preserve.archival_storage.opening import open_media
from preserve.archival_storage.policy import read_policy
from preserve.archival_storage.warrant import read_decision, warrant_for_disposal
from preserve.clock import stamp
from preserve.data_management import backup, destroyed, holdings, sealing
from preserve.data_management.archive import Archive
from preserve.data_management.database import sweep
from preserve.data_management.holdings import CopyRow
from preserve.data_management.proof.verify_ledger import require_proven
from preserve.data_management.successors import still_told
from preserve.errors import Refused
from preserve.work import claim
from storage_adapters.durable import write_file

Watch = Callable[[str], None]
"""Called with the name of each step before it is taken: what a test interrupts, or does in between."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line of the register: gone, or what is still to be done, or what stood against it."""

    entry: Entry
    gone: bool
    tasks: tuple[Task, ...] = ()
    obstacles: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A disposal after a run: `done` when nothing of it is left anywhere."""

    disposal: Disposal
    done: bool
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of one disposal: who carries it out, and who hears of it."""

    actor: Actor
    disposal: Disposal
    watch: Watch
    progress: Callable[[int], None]

    @property
    def archive(self) -> Archive:
        return self.actor.archive


def execute(
    actor: Actor, number: str, *, watch: Watch = lambda step: None, progress: Callable[[int], None] = lambda moved: None
) -> Report:
    """Begin or go on; only one at a time, which the caller sees to. `progress` may raise Stopped between two steps.

    Raises Refused before its day, where hands are missing, or where something stands against it at the beginning.
    """
    require_proven(actor.home, actor.catalogue)  # what is destroyed cannot be brought back by a later finding
    run = _Run(actor, _begin(actor, number), watch, progress)
    outcomes = [_carry_out(run, entry) for entry in run.disposal.entries]
    if any(outcome.gone for outcome in outcomes):
        watch("backups")
        backup.drop_all(actor.home)  # what was destroyed would live on in copies of the catalogue, its words with it
    watch("export")
    # The ledger's files tell of it before anything else is done: a lost catalogue must not bring back what went.
    sealing.close_segment(actor.home, actor.catalogue)
    disposal = run.disposal
    if all(outcome.gone for outcome in outcomes):
        watch("close")
        disposal = _close(run)
        sealing.close_segment(actor.home, actor.catalogue)
    return Report(disposal, disposal.state == "executed", tuple(outcomes))


def _begin(actor: Actor, number: str) -> Disposal:
    home, moment = actor.home, actor.now()
    with actor.catalogue.begin() as connection:
        DISPOSALS.may(connection, actor.person, "begun")
        disposal = DISPOSALS.read(connection, home, number)
        if disposal.state != "executing":
            DISPOSALS.check(disposal, "begun", actor.account)
        read_decision(connection, number)
        if disposal.not_before is None or actor.archive.today() < disposal.not_before:
            raise Refused("disposal.not-yet", number, day=str(disposal.not_before))
        if disposal.state == "executing":
            return disposal
        signature = Signature(by=actor.account, when=stamp(moment))
        return DISPOSALS.go_on(connection, home, disposal, "begun", actor=actor.account, moment=moment, begun=signature)


def _carry_out(run: _Run, entry: Entry) -> Outcome:
    """One line of the register, from the last questions to its tombstone."""
    run.progress(0)
    with claim(run.archive.home.work, entry.item.case_number):
        if (outcome := _begin_entry(run, entry)) is not None:
            return outcome
    run.watch("begun")
    if entry.item.item:
        # Takes the claim itself; whoever came between is told of the destruction by the row that is there now.
        task = reduce(run.actor, run.disposal, entry, watch=run.watch, progress=run.progress)
        if task is not None:
            return Outcome(entry, False, (task,))
    with claim(run.archive.home.work, entry.item.case_number):
        return _remove_all(run, entry)


def _begin_entry(run: _Run, entry: Entry) -> Outcome | None:
    """Write down that its destruction begins; the outcome where it is gone already, or may not go now."""
    archive, item, number = run.archive, entry.item, run.disposal.number
    run.watch("begin")
    with archive.catalogue.begin() as connection:
        gone = [row for row in destroyed.of_case(connection, item.objid) if row.item == item.item]
        if gone:
            return Outcome(entry, True) if gone[0].state == "destroyed" else None
        review = REVIEWS.read(connection, archive.home, run.disposal.review)
        findings = tuple(obstacles(archive.home, connection, review, entry.review_row, archive.today(), number))
        if findings:
            return Outcome(entry, False, obstacles=findings)
        moment = archive.now()
        draft = tombstones.draw_up(archive.home, connection, run.disposal, entry, stamp(moment))
        destroyed.begin(connection, item.objid, item.item, number, draft, actor=run.actor.account, moment=moment)
    return None


def _remove_all(run: _Run, entry: Entry) -> Outcome:
    """Every copy of it, then what was made of it on this machine; the tombstone where nothing is left."""
    removal, rows = _what_goes(run, entry)
    drop_shown(run.archive.home, removal.going)
    tasks = _remove_copies(run, removal, rows)
    if any(task.why == "blocked" for task in tasks):
        return Outcome(entry, False, tuple(tasks))
    run.watch("images")
    if (task := _nothing_against_images(run, removal)) is not None:
        return Outcome(entry, False, (task,))
    drop_images(run.archive.home, removal.going)
    clear_views(run.archive.home, removal.going)
    if (task := forget_readings(run.actor, removal.going)) is not None:
        tasks.append(task)
    run.watch("pool")
    if (task := forget_pooled(run.actor, removal.going)) is not None:
        tasks.append(task)
    if tasks:
        return Outcome(entry, False, tuple(tasks))
    run.watch("search")
    if left := leftovers(run.archive.home, run.archive.catalogue, removal.going, removal.opened):
        return Outcome(entry, False, tuple(left))
    run.watch("tombstone")
    _bury(run, entry)
    return Outcome(entry, True)


def _what_goes(run: _Run, entry: Entry) -> tuple[Removal, list[CopyRow]]:
    """The copies that are still to go, in the order in which they go, and what is needed to remove them."""
    home, item, number = run.archive.home, entry.item, run.disposal.number
    abandoned.discard_of(home, run.archive.catalogue, item.objid)
    minutes = rules_in_force.rules_now(home).profile.appraisal.warrant_minutes
    with run.archive.catalogue.read() as connection:
        media = {row.id: row for row in holdings.all_media(connection)}
        holdings.require_held(connection, item.objid)
        rows = holdings.copies_of(connection, item.objid)
        if item.item:
            below = reduced_version(connection, item.objid, number, item.item)
            rows = [row for row in rows if row.version < below]
        already_gone = copies_destroyed(connection, item.objid)
    names = tuple(sorted({row.name for row in rows}))
    going = Going(number, item.objid, item.item, run.archive.today(), minutes, names, item.case_number)
    opened = open_media(home, list(media.values()))
    # The server's copy last: as long as something keeps a copy elsewhere from going, the case can still be read.
    rows.sort(key=lambda row: (row.medium == store_identity(home), row.name))
    left = [row for row in rows if (row.name, row.medium) not in already_gone]
    return Removal(run.actor, read_policy(home.profiles), going, media, opened), left


def _remove_copies(run: _Run, removal: Removal, rows: Sequence[CopyRow]) -> list[Task]:
    """One copy after the other; what could not be done now. Where one is blocked the server's stays."""
    tasks: list[Task] = []
    server = store_identity(run.archive.home)
    for row in rows:
        if row.medium == server and any(task.why == "blocked" for task in tasks):
            break
        run.progress(0)
        run.watch(f"copy {row.name} {row.medium}")
        task = remove_copy(removal, row)
        if task is not None:
            tasks.append(task)
    return tasks


def _nothing_against_images(run: _Run, removal: Removal) -> Task | None:
    """Asks for each package whether images of it on the server may go; what stands against it."""
    going = removal.going
    with run.archive.catalogue.read() as connection:
        try:
            for name in going.names:
                warrant_for_disposal(connection, removal.profile, going, name, store_identity(run.archive.home))
        except Refused as error:
            return Task(going.names[-1], "blocked", detail=error.code)
    return None


def _bury(run: _Run, entry: Entry) -> None:
    """Write the tombstone and take out of the catalogue what only the tombstone may still say."""
    home, item, moment, account = run.archive.home, entry.item, run.archive.now(), run.actor.account
    with run.archive.catalogue.begin() as connection:
        gone = next(row for row in destroyed.of_case(connection, item.objid) if row.item == item.item)
        draft = tombstones.read_draft(home, gone)
        remarks = still_told(home, moment)
        tombstone, sha256 = tombstones.complete(home, connection, draft, remarks, stamp(moment))
        run.watch("bury")
        if item.item:
            below = reduced_version(connection, item.objid, gone.disposal, item.item)
            tombstones.forget_older(connection, tombstone, below)
        else:
            tombstones.bury(connection, tombstone)
        destroyed.finish(connection, item.objid, item.item, gone.disposal, sha256, actor=account, moment=moment)
        if item.item:
            rules_in_force.enter_case(home, connection, item.objid, actor=account, moment=moment)
    sweep(run.archive.catalogue)


def _close(run: _Run) -> Disposal:
    """Nothing of it is left: the register with what was done."""
    home, moment = run.archive.home, run.archive.now()
    with run.archive.catalogue.begin() as connection:
        disposal = DISPOSALS.read(connection, home, run.disposal.number)
        gone = tombstones.tombstones_of(home, connection, disposal)
        register = as_paper(home, disposal, moment, gone, names=names_in(connection))
        write_file(register_file(home, disposal.number, "executed"), register, durable=True, mode=0o640)
        kept_records.keep(register_file(home, disposal.number, "executed"), changes=True)
        sha256 = hashlib.sha256(register).hexdigest()
        return DISPOSALS.go_on(
            connection,
            home,
            disposal,
            "executed",
            actor=run.actor.account,
            moment=moment,
            details={"register_sha256": sha256},
            executed=stamp(moment),
            final_sha256=sha256,
        )
