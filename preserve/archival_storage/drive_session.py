"""Copies written to one drive in one sitting; at its end the drive explains itself and holds the ledger and records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from ulid import ULID

from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.guide import GuideCase, GuideFile, GuideMedium, write_guide
from preserve.archival_storage.media import require_medium, server_store
from preserve.archival_storage.media_contents import ON_MEDIUM, RECORDS, RULES, write_records
from preserve.archival_storage.medium_ledger import is_own, write_ledger
from preserve.archival_storage.packages import (
    as_package,
    expected,
    package_files,
    read_version,
    require_registered,
    stored_files,
)
from preserve.clock import stamp
from preserve.data_management import cases, checkpoints, destroyed, holdings, ledger, sealing
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.data_management.proof.anchors import read_anchor
from preserve.errors import NotIntact
from preserve.home import Home
from storage_adapters.contract import CopyRef, Scope
from storage_adapters.drive import DriveAdapter
from storage_adapters.errors import CopyExists
from storage_adapters.reading import digest_file, walk_files
from storage_adapters.recovery import protect


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
        store = server_store(self.home)
        files = stored_files(store, name, anchor.manifest)
        root = store.bring(CopyRef(name))
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
        store.let_go(CopyRef(name))
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
            copies = holdings.copies_on(connection, self.identity, ["verified", "due"])
        with self.catalogue.read() as connection, self.adapter.writable():
            write_ledger(self.home, connection, self.adapter.root / "ledger", size, [copy.name for copy in copies])
            write_records(self.home, self.adapter.root)
            guide = _guide(self.home, connection, self.adapter.root, row, copies)
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


def _guide(home: Home, connection: Connection, root: Path, row: MediumRow, copies: Sequence[CopyRow]) -> dict[str, str]:
    """The drive explains itself, with what was written on it; the digests of the guide's files, which name the rest."""
    described, listed = [], []
    for copy in copies:
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
            if not _is_ours(home, folder, name, [copy.name for copy in copies]):
                continue
            size, digests = digest_file(root / folder / name, ("sha256",), from_medium=False)
            listed.append(GuideFile(f"{folder}/{name}", size, digests["sha256"]))
    medium = GuideMedium(
        identity=row.id,
        label=row.label,
        title=row.label,
        institution=home.settings.institution,
        contact=row.custodian or home.settings.institution,
        kind=row.kind,
        volume=1,
        volumes=1,
        made=row.added,
        archive_id=home.settings.archive_id,
        set_name="",
    )
    names = write_guide(root, medium, described, listed)
    return {name: digest_file(root / name, ("sha256",), from_medium=False)[1]["sha256"] for name in names}


def _is_ours(home: Home, folder: str, name: str, packages: Sequence[str]) -> bool:
    if folder == "ledger":
        return is_own(name)
    if folder == "recovery":
        return name.partition("/")[0] in packages
    kind, _, inside = name.partition("/")
    return (kind in RECORDS and (home.store / name).is_file()) or (kind == RULES and inside.endswith(".toml"))
