"""Makes the copies that are missing: on media at hand at once; what needs a person becomes a list of what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection

from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.drive_session import DriveSession, Written
from preserve.archival_storage.media import require_medium, server_store
from preserve.archival_storage.media_contents import missing_records
from preserve.archival_storage.opening import Opened, attached, open_medium
from preserve.archival_storage.overview import Overview, Task, overview
from preserve.archival_storage.packages import as_package, expected, require_registered, stored_files
from preserve.archival_storage.policy import StorageProfile
from preserve.clock import now as now_utc
from preserve.clock import stamp
from preserve.data_management import cases, destroyed, holdings
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import MediumRow
from preserve.data_management.proof.anchors import read_anchor
from preserve.description.legacy import closed_at_latest
from preserve.errors import MediumProblem, NotIntact
from preserve.home import Home
from storage_adapters.contract import CopyRef, Scope
from storage_adapters.drive import DriveAdapter
from storage_adapters.errors import CopyExists, MediumFull, StorageError


def write_package(
    home: Home,
    catalogue: Catalogue,
    row: MediumRow,
    name: str,
    *,
    actor: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None],
) -> Written:
    """Write one package to a medium, read it back, and record it. Raises StorageError, NotIntact, MediumProblem."""
    with catalogue.read() as connection:
        destroyed.refuse(connection, name)
        objid = name.rpartition("_v")[0]
        require_registered(home, connection, objid)
        row = require_medium(connection, row.id)
        anchor = read_anchor(connection, name)
        until = _retained_until(connection, objid)
        before = holdings.read_copy(connection, name, row.id)
    store = server_store(home)
    files = stored_files(store, name, anchor.manifest)
    root = store.bring(CopyRef(name))
    package = as_package(name, root, files)
    medium = open_medium(home, row, retain_until=until)
    if not isinstance(medium, Opened):
        raise medium.problem()
    adapter = medium.adapter
    with suppress(CopyExists):  # published before a crash and not recorded: proven like any other
        adapter.write(package, progress)
    bad = [
        check for check in adapter.verify(CopyRef(name), Scope(expected(files)), progress) if check.verdict != "intact"
    ]
    if bad:
        raise NotIntact("storage.copy-not-intact", row.label, file=bad[0].path, count=len(bad))
    with catalogue.begin() as connection:
        if before is None or before.state == "planned":
            change_copy(connection, name, row.id, "written", actor=actor, moment=now())
        change_copy(connection, name, row.id, "verified", actor=actor, moment=now())
        holdings.change_medium(connection, row.id, actor=actor, moment=now(), checked=stamp(now()))
    store.let_go(CopyRef(name))
    return Written(name, row.label, package.size)


_YEARS = {"10-years": 10, "30-years": 30, "permanent": 30}  # a lock cannot be shortened, but it can be lengthened


def _retained_until(connection: Connection, objid: str) -> datetime:
    """Until when a case's objects are to be locked: its class counted from its closing."""
    case = cases.read(connection, objid)
    years = _YEARS.get(case.description.retention.value, 30)
    closed = closed_at_latest(case.description) or now_utc().date()  # a lock may be too long, never too short
    return datetime(closed.year + years, closed.month, min(closed.day, 28), tzinfo=UTC)


def recovery_for(profile: StorageProfile, long_term: bool, kind: str) -> int:
    """Per cent of recovery data that a class asks for on media of a kind."""
    return max((wanted.recovery for wanted in profile.wanted(long_term) if wanted.kind == kind), default=0)


@dataclass(frozen=True, slots=True)
class _Run:
    """What one run has made so far, and what failed: package, label, error."""

    home: Home
    catalogue: Catalogue
    actor: str
    now: Callable[[], datetime]
    progress: Callable[[int], None]
    written: list[Written] = field(default_factory=list)
    failed: list[tuple[str, str, Exception]] = field(default_factory=list)

    def package(self, row: MediumRow, name: str) -> None:
        """Write one package to a medium that takes packages one by one."""
        try:
            self.written.append(
                write_package(
                    self.home, self.catalogue, row, name, actor=self.actor, now=self.now, progress=self.progress
                )
            )
        except (StorageError, NotIntact, MediumProblem) as error:
            self.failed.append((name, row.label, error))

    def sitting(self, row: MediumRow, drive: DriveAdapter, packages: list[tuple[str, int]]) -> None:
        """Write packages, each with per cent of recovery data, to one drive; a drive that fails is left."""
        session = DriveSession(self.home, self.catalogue, row, drive, actor=self.actor, now=self.now)
        try:
            session.begin()
            for name, recovery in packages:
                try:
                    self.written.append(session.write(name, recovery, self.progress))
                except MediumFull as error:
                    self.failed.append((name, row.label, error))  # a smaller one may still fit
            session.end()
        except (StorageError, NotIntact) as error:
            self.failed.append((packages[0][0] if packages else "", row.label, error))


def replicate(
    home: Home,
    catalogue: Catalogue,
    profile: StorageProfile,
    *,
    only: str = "",
    actor: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda moved: None,
) -> tuple[list[Written], list[Task], list[tuple[str, str, Exception]]]:
    """Make every missing copy that can be made now; return those, what a person must do, and what failed and why.

    A medium that fails is left for this run; the others go on.
    """
    with catalogue.read() as connection:
        cases_now = list(overview(home, connection, profile, only))
        inventory = holdings.all_media(connection)
    labels = {row.label: row for row in inventory}
    connected = attached(home, inventory)
    drives = {row_id: medium.drive for row_id, medium in connected.items() if medium.drive is not None}
    run = _Run(home, catalogue, actor, now, progress)
    sittings = _sittings(home, profile, cases_now, labels, drives)
    for case in cases_now:
        for task in case.next:
            if task.act == "write" and labels[task.medium].id not in drives:
                run.package(labels[task.medium], task.name)
    for label, packages in sittings.items():
        run.sitting(labels[label], drives[labels[label].id], packages)
    with catalogue.read() as connection:
        left = [task for case in overview(home, connection, profile, only) for task in case.next]
    return run.written, left, run.failed


def _sittings(
    home: Home,
    profile: StorageProfile,
    overviews: list[Overview],
    labels: Mapping[str, MediumRow],
    drives: Mapping[str, DriveAdapter],
) -> dict[str, list[tuple[str, int]]]:
    """By the label of a drive at hand, the packages to write there, each with per cent of recovery data."""
    sittings: dict[str, list[tuple[str, int]]] = {}
    for case in overviews:
        for task in case.next:
            if task.act == "write" and labels[task.medium].id in drives:
                recovery = recovery_for(profile, case.long_term, task.kind)
                sittings.setdefault(task.medium, []).append((task.name, recovery))
    for row in labels.values():
        # A drive at hand takes the records of what was decided since, whether or not a package waits for it; and one
        # at which a sitting was cut off gets its guide and ledger.
        drive = drives.get(row.id) if row.state == "in use" else None
        if drive is not None and (row.details.get("unfinished") or any(missing_records(home, drive.root))):
            sittings.setdefault(row.label, [])
    return sittings
