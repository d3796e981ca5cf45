"""The catalogue again, from the packages on the media and the ledger's segments, to an equal state.

A new one is made beside the old one and takes its place when it is whole. What only the old one knows (the
journal of unfinished ingests, ledger entries that no segment holds yet) is taken over where it can be read and
contradicts nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from metadata.findings import Finding
from preserve.clock import now
from preserve.data_management import (
    accounts,
    audit_records,
    audits,
    case_index,
    checkpoints,
    destroyed,
    filings,
    holdings,
    leases,
    ledger,
    ledger_from_segments,
    losses,
    package_index,
    pool,
    proceedings,
    put_back,
    readings,
    rebuild_looks,
    replacing,
    sealing,
    search,
)
from preserve.data_management.database import Catalogue, fold, is_unreadable, open_catalogue, require_own
from preserve.data_management.kept_alone import JOURNAL as JOURNAL
from preserve.data_management.kept_alone import OF_THEIRS
from preserve.data_management.proof import anchors, verify_ledger
from preserve.data_management.successors import Successor, successor_of
from preserve.data_management.tables import checkpoints as checkpoint_table
from preserve.data_management.tables import ledger as ledger_table
from preserve.data_management.tables import media
from preserve.errors import Busy, NotIntact, PreserveError
from preserve.home import Home, acting_person
from preserve.work import hold
from storage_adapters.contract import CopyRef
from storage_adapters.errors import MediumFailing, StorageError

LEDGER_FOLDER = "ledger"
_LOOK_IN = 0.5  # seconds: whoever only looks whether a catalogue is on its way lets the lock go at once


class Packages(Protocol):
    """A medium from which packages are entered."""

    @property
    def identity(self) -> str:
        """As the inventory has it."""

    def copies(self) -> Iterator[CopyRef]:
        """Every package there."""

    def path(self, copy: CopyRef) -> Path:
        """A folder with what describes a package."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was made again. `kept` is where the old file was put aside, empty where there was none."""

    cases: int
    packages: int
    entries: int
    from_old: bool  # ledger and journal were taken over from the old file
    kept: str
    findings: tuple[Finding, ...]


def rebuild(
    home: Home,
    adapters: Sequence[Packages],
    progress: Callable[[int], None] = lambda _: None,
    finish: Callable[[Connection], None] = lambda _: None,
    told: Callable[[str], None] = lambda what: None,
) -> Report:
    """Make the catalogue again and put it in the old one's place; `progress` is told 1 for each package.

    Nobody writes to the old one from the first look at it until the new one has taken its place. `finish` computes, in
    the same transaction, what rooms above this one keep in the catalogue; `told` hears of each edge that is passed.

    Raises Busy while another rebuild is under way or a writer does not end; and NotIntact, having changed nothing,
    where the old ledger contradicts its checkpoints and no segment can stand in for it.
    """
    fresh = successor_of(home)
    findings: list[Finding] = []
    busy = Busy("catalogue.being-rebuilt", home.catalogue_name)
    with hold(replacing.lock_of(home.catalogue), busy, _LOOK_IN), ExitStack() as closing:
        closing.callback(fresh.drop)
        catalogue = fresh.make()  # first, for what this takes nobody needs to wait
        closing.callback(catalogue.close)
        old = _hold_old(home, fresh, closing, findings)
        told("held")
        report = _fill(catalogue, home, old, adapters, findings, progress, finish)
        told("filled")
        fresh.finish(catalogue)
        told("made")
        if old is not None:  # another may have begun while this process was stopped
            leases.require_held(old)
        report = dataclasses.replace(report, kept=fresh.put(told))
    # Only now: a head that tells of more than the catalogue there would stop all work if this were killed.
    sealing.write_newest_head(home)
    return report


def _hold_old(home: Home, fresh: Successor, closing: ExitStack, findings: list[Finding]) -> Connection | None:
    """The old catalogue, in which nobody else writes until `held` ends; nothing where it cannot be read at all."""
    try:
        fresh.require_old()  # to wait for it would be to wait for ourselves
        old = open_catalogue(home)
        closing.callback(old.close)
        require_own(old)  # of a newer one this program does not know all tables
        fold(old)  # what is put aside is then one file
        return closing.enter_context(old.locked())
    except (NotIntact, SQLAlchemyError) as error:
        findings.append(Finding("catalogue.old-unreadable", home.catalogue_name, "note", detail=str(error)))
        return None


def _fill(
    catalogue: Catalogue,
    home: Home,
    old: Connection | None,
    adapters: Sequence[Packages],
    findings: list[Finding],
    progress: Callable[[int], None],
    finish: Callable[[Connection], None],
) -> Report:
    with catalogue.begin() as connection:
        from_old = _take_over(home, old, connection, home.store / LEDGER_FOLDER, findings)
        if not from_old and (lost := losses.enter_loss(home, connection)):
            where = str(home.store / LEDGER_FOLDER)
            findings.append(Finding("catalogue.entries-lost", where, "warning", {"count": lost}))
        rebuild_looks.take_over(home, old, connection, findings)
        holdings.replay(connection)
        audits.replay(connection)
        accounts.replay(connection)
        proceedings.replay(connection)
        destroyed.replay(connection)
        filings.replay(connection)
        packages = _enter_packages(connection, adapters, findings, progress)
        if from_old:
            _anchor_rows(home, connection, adapters[0], findings)
        search.fill(connection)
        findings += readings.replay(connection, home.store)
        findings += pool.replay(connection, home)
        audit_records.replay(connection, home.store)
        findings += audit_records.check_anchors(connection, home.store)
        with suppress(PreserveError):  # without keys nothing of it can be judged, here or later
            checkpoints.name_keys(connection, verify_ledger.trusted_keys(home.keys / "ledger.pub"))
        checkpoints.index(connection)
        finish(connection)
        cases = int(connection.execute(text("SELECT count(*) FROM cases")).scalar_one())
        return Report(cases, packages, ledger.size(connection), from_old, "", tuple(findings))


def _take_over(
    home: Home, old: Connection | None, connection: Connection, segments: Path, findings: list[Finding]
) -> bool:
    """Ledger, checkpoints and journal from the old file where it is sound; else the ledger from its segments."""
    if old is None:
        ledger_from_segments.enter(connection, segments, findings)
        return False
    public = verify_ledger.trusted_keys(home.keys / "ledger.pub")
    try:
        report = verify_ledger.prove(old, segments, public)
        findings.extend(report.findings)
        if report.sound:
            put_back.copy_rows(old, connection, (ledger_table, checkpoint_table, *JOURNAL))
            _leave_unsigned(home, connection, findings)
            losses.enter_missing_head(home, connection)
            return True
    except DatabaseError as error:
        if not is_unreadable(error):
            raise  # a full disk or a busy one does not make the old ledger a lost one
        findings.append(Finding("catalogue.old-unreadable", home.catalogue_name, "note", detail=str(error)))
        for table in (*reversed(JOURNAL), checkpoint_table, ledger_table):
            connection.execute(table.delete())
    else:
        if not checkpoints.segments(segments):
            raise NotIntact("catalogue.ledger-contradicted", home.catalogue_name, findings=report.findings)
        ledger_from_segments.enter(connection, segments, findings)
        findings += put_back.top_up(old, connection, OF_THEIRS, public)
        return False
    ledger_from_segments.enter(connection, segments, findings)
    return False


def _leave_unsigned(home: Home, connection: Connection, findings: list[Finding]) -> None:
    """Entries that nobody signed were added by somebody else: they stay in the old file, and the ledger says so."""
    newest = checkpoints.newest(connection)
    if newest is None or not sealing.is_witnessed(connection):
        return
    texts = [entry.text for entry in ledger.entries(connection, newest.size + 1)]
    if texts:
        connection.execute(ledger_table.delete().where(ledger_table.c.number > newest.size))
        losses.enter_tail(home, connection, texts)
        findings.append(Finding("catalogue.unsigned-left", home.catalogue_name, "warning", {"count": len(texts)}))


def _enter_packages(
    connection: Connection, adapters: Sequence[Packages], findings: list[Finding], progress: Callable[[int], None]
) -> int:
    entered: set[str] = set()
    for adapter in adapters:
        present = set()
        for copy in adapter.copies():
            present.add(copy.name)
            if destroyed.is_gone(connection, copy.name):
                where = {"medium": adapter.identity}
                findings.append(Finding("catalogue.destroyed-found", copy.name, "warning", where))
                continue
            if holdings.read_copy(connection, copy.name, adapter.identity) is None:
                findings.append(Finding("catalogue.copy-not-in-ledger", copy.name, "warning"))
            if copy.name not in entered:
                if _unregistered(connection, copy.name):
                    # Published by a run that was killed before it entered it: the next one proves and enters it.
                    findings.append(Finding("ledger.no-anchor", copy.name, "error"))
                    continue
                try:
                    with connection.begin_nested():
                        package_index.index_package(connection, adapter.path(copy), indexed=False)
                except (NotIntact, MediumFailing) as error:
                    findings.append(
                        Finding(error.code, copy.name, "error", detail=getattr(error, "detail", "") or str(error))
                    )
                    continue
                try:
                    anchors.read_anchor(connection, copy.name)
                except NotIntact as error:
                    findings.append(Finding(error.code, copy.name, "error", dict(error.values)))
                entered.add(copy.name)
                progress(1)
        names = text("SELECT name FROM copies WHERE medium = :medium AND state NOT IN ('planned', 'lost', 'retired')")
        for (name,) in connection.execute(names, {"medium": adapter.identity}):
            if name not in present:
                findings.append(Finding("catalogue.copy-absent", name, "error", {"medium": adapter.identity}))
        if connection.execute(select(media.c.id).where(media.c.id == adapter.identity)).first() is None:
            findings.append(Finding("catalogue.medium-not-in-ledger", adapter.identity, "warning"))
    return len(entered)


def _anchor_rows(home: Home, connection: Connection, store: Packages, findings: list[Finding]) -> None:
    """The ledger names what the rows of each case are, where no registration did, or it said less than is read now."""
    for objid in connection.execute(text("SELECT objid FROM cases ORDER BY objid")).scalars().all():
        try:
            case_index.anchor(
                connection, objid, lambda name: store.path(CopyRef(name)), actor=acting_person(), moment=now()
            )
        except (NotIntact, StorageError) as error:
            findings.append(Finding(error.code, objid, "error", detail=getattr(error, "detail", "") or str(error)))
    sealing.sign_what_grew(home, connection)


def _unregistered(connection: Connection, name: str) -> bool:
    """Whether this is a later version of a package that no entry of the ledger registers."""
    if name.endswith("_v0001"):
        return False
    try:
        anchors.read_anchor(connection, name)
    except NotIntact as error:
        return error.code == "ledger.no-anchor"
    return False
