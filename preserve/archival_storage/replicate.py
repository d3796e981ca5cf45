"""Makes the copies that are missing: on connected drives at once; what needs a person becomes a list of what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection
from ulid import ULID

from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.guide import GuideCase, GuideFile, GuideMedium, write_guide
from preserve.archival_storage.ledger_on_media import is_own, write_ledger
from preserve.archival_storage.media import attached, bucket_of, require_medium, server_store
from preserve.archival_storage.packages import as_package, expected, package_files, read_version, require_registered
from preserve.archival_storage.policy import Standing, StorageProfile, judge
from preserve.archival_storage.records_on_media import ON_MEDIUM, RECORDS, RULES, missing_records, write_records
from preserve.clock import now as now_utc
from preserve.clock import stamp
from preserve.data_management import cases, checkpoints, destroyed, holdings, ledger, sealing, versions
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.data_management.proof.anchors import read_anchor
from preserve.errors import NotIntact
from preserve.home import Home
from storage_adapters.contract import CopyRef, Scope
from storage_adapters.drive import DriveAdapter
from storage_adapters.errors import CopyExists, MediumFull, StorageError
from storage_adapters.reading import digest_file, walk_files
from storage_adapters.recovery import protect

Act = Literal["write", "insert", "compose", "burn", "register", "place", "verify", "nothing"]


@dataclass(frozen=True, slots=True)
class Task:
    """The next thing to do for a package: what, with which medium (its label), which lies where."""

    name: str
    act: Act
    kind: str = ""
    medium: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """One version of a case: what should exist, what does, and what comes next."""

    name: str
    objid: str
    case_number: str
    title: str
    long_term: bool
    wanted: tuple[tuple[str, int], ...]
    copies: tuple[CopyRow, ...]
    standing: Standing
    next: tuple[Task, ...]


def overview(home: Home, connection: Connection, profile: StorageProfile, only: str = "") -> list[Overview]:
    """Every version, or those of one case, with its copies held against the policy."""
    rows = versions.with_cases(connection, only)
    inventory = holdings.all_media(connection)
    here = attached(home, inventory)
    media = {row.id: row for row in inventory}
    copies: dict[str, list[CopyRow]] = {}
    for copy in holdings.copies_of(connection, rows[0].objid if only and rows else ""):
        copies.setdefault(copy.name, []).append(copy)
    found = []
    newest: dict[str, int] = {}
    for row in rows:
        newest[row.objid] = max(newest.get(row.objid, 0), row.version)
    going = {(one.objid, one.item) for one in destroyed.all_gone(connection) if one.state == "begun"}
    whole = {objid for objid, item in going if not item}
    partly = {objid for objid, item in going if item}
    for row in rows:
        # What is being destroyed needs no copies any more, nor do the versions that still hold a part that goes.
        if row.objid in whole or (row.objid in partly and row.version < newest[row.objid]):
            continue
        held = copies.get(row.name, [])
        stands = judge(held, media, bool(row.long_term), profile)
        wanted_kinds = tuple((one.kind, one.count) for one in profile.wanted(bool(row.long_term)))
        found.append(
            Overview(
                row.name,
                row.objid,
                row.case_number,
                row.title,
                bool(row.long_term),
                wanted_kinds,
                tuple(held),
                stands,
                tuple(_tasks(row.name, stands, held, inventory, here)),
            )
        )
    return found


def _tasks(
    name: str, stands: Standing, held: Sequence[CopyRow], inventory: Sequence[MediumRow], here: dict[str, DriveAdapter]
) -> list[Task]:
    media = {row.id: row for row in inventory}
    tasks = []
    for kind, count in stands.missing:
        there = {copy.medium for copy in held if copy.state not in ("retired", "lost", "planned")}
        if kind == "optical":
            planned = [media[c.medium] for c in held if c.state == "planned" and c.medium in media]
            for medium in planned[:count]:
                tasks.append(Task(name, "burn", kind, medium.label, medium.place))
            tasks += [Task(name, "compose", kind)] * (count - len(planned[:count]))
            continue
        if kind == "place":
            tasks.append(Task(name, "place", kind))
            continue
        free = [row for row in inventory if row.kind == kind and row.state == "in use" and row.id not in there]
        free.sort(key=lambda row: row.id not in here)
        for row in free[:count]:
            tasks.append(
                Task(name, "write" if row.id in here or kind == "s3" else "insert", kind, row.label, row.place)
            )
        tasks += [Task(name, "register", kind)] * (count - len(free[:count]))
    return tasks


@dataclass(frozen=True, slots=True)
class Written:
    """A copy that was made and read back: which, where, bytes."""

    name: str
    medium: str
    size: int


class DriveSession:
    """Copies written to one drive in one sitting: marker, health before and after, guide and ledger at the end."""

    def __init__(
        self,
        home: Home,
        catalogue: Catalogue,
        row: MediumRow,
        adapter: DriveAdapter,
        *,
        actor: str,
        now: Callable[[], datetime],
    ) -> None:
        self.home, self.catalogue, self.adapter = home, catalogue, adapter
        self.actor, self.now = actor, now
        self.identity = row.id
        self.label = row.label

    def begin(self) -> None:
        """Prove that it is the drive, note its health, and make any earlier clone of it stale."""
        self.adapter.require()
        session = str(ULID()).lower()
        with self.catalogue.begin() as connection:
            holdings.change_medium(
                connection,
                self.identity,
                actor=self.actor,
                moment=self.now(),
                next_session=session,
                unfinished=True,
                **self.adapter.health().facts(),
            )
            row = require_medium(connection, self.identity)
        self.adapter.begin_session(session, checkpoints.signer(self.home.keys))
        with self.catalogue.begin() as connection:
            holdings.change_medium(
                connection, row.id, actor=self.actor, moment=self.now(), session=session, next_session=""
            )
        self.adapter = replace(self.adapter, sessions=(session,))

    def write(self, name: str, recovery: int, progress: Callable[[int], None]) -> Written:
        """Copy one package from the server store, read it back, and record it. Raises StorageError, NotIntact."""
        with self.catalogue.read() as connection:
            destroyed.refuse(connection, name)
            require_registered(self.home, connection, name.rpartition("_v")[0])
            require_medium(connection, self.identity)
            anchor = read_anchor(connection, name)
            before = holdings.read_copy(connection, name, self.identity)
        root = server_store(self.home).path(CopyRef(name))
        files = package_files(root, anchor.manifest)
        package = as_package(name, root, files)
        try:
            self.adapter.write(package, progress)
        except CopyExists:
            # A copy that was published before a crash, and not recorded: it is proven like any other.
            checks = self.adapter.verify(CopyRef(name), Scope(expected(files)), progress)
            bad = [check for check in checks if check.verdict != "intact"]
            if bad:
                raise NotIntact("storage.copy-not-intact", self.label, file=bad[0].path, count=len(bad)) from None
        if recovery:
            self._protect(name, [(file.path, file.size) for file in files], recovery, progress)
        with self.catalogue.begin() as connection:
            if before is None or before.state == "planned":
                change_copy(connection, name, self.identity, "written", actor=self.actor, moment=self.now())
            change_copy(connection, name, self.identity, "verified", actor=self.actor, moment=self.now())
        return Written(name, self.label, package.size)

    def _protect(self, name: str, files: list[tuple[str, int]], percent: int, progress: Callable[[int], None]) -> None:
        target = self.adapter.root / "recovery" / name
        if not target.is_dir():
            with self.adapter.writable():
                protect(self.adapter.path(CopyRef(name)), files, target, percent, progress)

    def end(self) -> None:
        """Write guide and ledger, and note the drive's health again."""
        moment = self.now()
        sealing.close_segment(self.home, self.catalogue)
        with self.catalogue.read() as connection:
            size = ledger.size(connection)  # here and now: others go on meanwhile, and no segment holds that yet
            row = require_medium(connection, self.identity)
            held = holdings.copies_on(connection, self.identity, ["verified", "due"])
        with self.catalogue.read() as connection, self.adapter.writable():
            write_ledger(self.home, connection, self.adapter.root / "ledger", size, [one.name for one in held])
            write_records(self.home, self.adapter.root)
            guide = _guide(self.home, connection, self.adapter.root, row, held)
        state = self.adapter.probe()
        with self.catalogue.begin() as connection:
            holdings.change_medium(
                connection,
                self.identity,
                actor=self.actor,
                moment=moment,
                checked=stamp(moment),
                free=state.free,
                guide=guide,
                unfinished=False,
                **self.adapter.health().facts(),
            )


def write_to_bucket(
    home: Home,
    catalogue: Catalogue,
    row: MediumRow,
    name: str,
    *,
    actor: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None],
) -> Written:
    """Send one package to a bucket, fetch it back, and record it. Raises StorageError, NotIntact."""
    with catalogue.read() as connection:
        destroyed.refuse(connection, name)
        objid = name.rpartition("_v")[0]
        require_registered(home, connection, objid)
        row = require_medium(connection, row.id)
        anchor = read_anchor(connection, name)
        until = _retained_until(connection, objid)
        before = holdings.read_copy(connection, name, row.id)
    root = server_store(home).path(CopyRef(name))
    files = package_files(root, anchor.manifest)
    package = as_package(name, root, files)
    adapter = bucket_of(row, until)
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
    return Written(name, row.label, package.size)


_YEARS = {"10-years": 10, "30-years": 30, "permanent": 30}  # a lock cannot be shortened, but it can be lengthened


def _retained_until(connection: Connection, objid: str) -> datetime:
    """Until when a case's objects are to be locked: its class counted from its closing."""
    case = cases.read(connection, objid)
    years = _YEARS.get(case.description.retention.value, 30)
    closed = datetime.fromisoformat(case.closed or stamp(now_utc()))
    return closed.replace(year=closed.year + years, day=min(closed.day, 28), tzinfo=UTC)


def _guide(home: Home, connection: Connection, root: Path, row: MediumRow, held: Sequence[CopyRow]) -> dict[str, str]:
    """The drive explains itself, with what was written on it; the digests of the guide's files, which name the rest."""
    described, listed = [], []
    for copy in held:
        version = read_version(connection, copy.name)
        case = cases.read(connection, copy.objid)
        described.append(
            GuideCase(
                name=copy.name,
                case_number=case.case_number,
                archival_number=case.archival_number,
                title=case.title,
                closed=case.closed or "",
                files=version.files,
                size=version.size,
                manifest_sha256=version.manifest_sha256,
            )
        )
        files = package_files(root / "packages" / copy.name, version.manifest_sha256)
        listed += [GuideFile(f"packages/{copy.name}/{file.path}", file.size, file.sha256) for file in files]
    for folder in ("ledger", "recovery", ON_MEDIUM):
        for name in walk_files(root / folder) if (root / folder).is_dir() else ():
            # What somebody else put there is never listed: the next audit names it.
            if not _is_ours(home, folder, name, [copy.name for copy in held]):
                continue
            size, digests = digest_file(root / folder / name, ("sha256",), from_medium=False)
            listed.append(GuideFile(f"{folder}/{name}", size, digests["sha256"]))
    medium = GuideMedium(
        identity=row.id,
        label=row.label,
        title=row.label,
        institution=home.settings.institution,
        contact=row.custodian or home.settings.institution,
        kind="drive",
        volume=1,
        volumes=1,
        made=row.added,
        archive_id=home.settings.archive_id,
        set_name="",
    )
    names = write_guide(root, medium, described, listed)
    return {name: digest_file(root / name, ("sha256",), from_medium=False)[1]["sha256"] for name in names}


def _is_ours(home: Home, folder: str, name: str, held: Sequence[str]) -> bool:
    if folder == "ledger":
        return is_own(name)
    if folder == "recovery":
        return name.partition("/")[0] in held
    kind, _, inside = name.partition("/")
    return (kind in RECORDS and (home.store / name).is_file()) or (kind == RULES and inside.endswith(".toml"))


def recovery_for(profile: StorageProfile, long_term: bool) -> int:
    """Per cent of recovery data that a class asks for on drives."""
    return max((one.recovery for one in profile.wanted(long_term) if one.kind == "drive"), default=0)


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
        cases_now = overview(home, connection, profile, only)
        inventory = holdings.all_media(connection)
    here = attached(home, inventory)
    labels = {row.label: row for row in inventory}
    written: list[Written] = []
    failed: list[tuple[str, str, Exception]] = []
    sittings: dict[str, list[tuple[str, int]]] = {}
    for case in cases_now:
        for task in case.next:
            if task.act == "write" and task.kind == "drive":
                sittings.setdefault(task.medium, []).append((task.name, recovery_for(profile, case.long_term)))
    for case in cases_now:
        for task in case.next:
            if task.act == "write" and task.kind == "s3":
                try:
                    row = labels[task.medium]
                    written.append(
                        write_to_bucket(home, catalogue, row, task.name, actor=actor, now=now, progress=progress)
                    )
                except (StorageError, NotIntact) as error:
                    failed.append((task.name, task.medium, error))
    for row in inventory:
        # A drive at hand takes the records of what was decided since, whether or not a package waits for it; and one
        # at which a sitting was cut off gets its guide and ledger.
        if (
            row.kind == "drive"
            and row.state == "in use"
            and row.id in here
            and (row.details.get("unfinished") or any(missing_records(home, here[row.id].root)))
        ):
            sittings.setdefault(row.label, [])
    for label, names in sittings.items():
        row = labels[label]
        session = DriveSession(home, catalogue, row, here[row.id], actor=actor, now=now)
        try:
            session.begin()
            for name, recovery in names:
                try:
                    written.append(session.write(name, recovery, progress))
                except MediumFull as error:
                    failed.append((name, label, error))  # a smaller one may still fit
            session.end()
        except (StorageError, NotIntact) as error:
            failed.append((names[0][0] if names else "", label, error))
    with catalogue.read() as connection:
        left = [task for case in overview(home, connection, profile, only) for task in case.next]
    return written, left, failed
