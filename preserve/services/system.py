"""The machine and the service as the system administrator sees them: room, versions, sizes, copies of the catalogue."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from preserve import __version__
from preserve.administration.duties import Duty
from preserve.clock import stamp
from preserve.data_management import backup, checkpoints, database, ledger, looks
from preserve.data_management.database import SCHEMA
from preserve.home import Home
from preserve.services.operation import job, query
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the archive, the bytes of the file system it lies on, and how many must stay free there."""

    part: str
    total: int
    free: int
    reserve: int

    @property
    def low(self) -> bool:
        """Whether less is free than must stay free."""
        return self.free < self.reserve


@dataclass(frozen=True, slots=True)
class BackupListed:
    """One copy of the catalogue: its name, its bytes, when it was made (RFC 3339)."""

    name: str
    bytes: int
    made: str


@dataclass(frozen=True, slots=True)
class SystemView:
    """What runs here: versions by name, room, the catalogue's bytes, and how long both logs are.

    `signed`: so many entries of the ledger are under a checkpoint, made at `signed_at`. `backups`: the newest first.
    """

    versions: dict[str, str]
    rooms: tuple[Room, ...]
    archive_id: str
    policy: str
    time_zone: str
    now: str
    catalogue: int
    entries: int
    looks: int
    signed: int
    signed_at: str
    backups: tuple[BackupListed, ...]
    inboxes: tuple[InboxListed, ...]


@dataclass(frozen=True, slots=True)
class InboxListed:
    """A folder in which deposits arrive, as the settings name it, and whether it can be read now."""

    folder: str
    readable: bool


@query("system.show", duty=(Duty.KEEP, Duty.REPORT))
def show(session: Session) -> SystemView:
    """Versions, room and sizes; nothing of any case."""
    archive = session.archive
    home = archive.home
    with archive.catalogue.read() as connection:
        entries, seen = ledger.size(connection), looks.size(connection)
        signed = checkpoints.newest(connection)
        engine, taken = database.engine_version(connection), database.size(home, connection)
    return SystemView(
        versions(*engine),
        tuple(rooms(home)),
        home.settings.archive_id,
        home.settings.policy,
        home.settings.time_zone,
        stamp(archive.now()),
        taken,
        entries,
        seen,
        signed.size if signed else 0,
        signed.made if signed else "",
        tuple(BackupListed(one.name, one.size, one.made) for one in backup.backups(home)),
        tuple(InboxListed(name, os.access(home.path / name, os.R_OK | os.X_OK)) for name in home.settings.web.inbox),
    )


def versions(engine: str, version: str) -> dict[str, str]:
    """Versions of what runs here, by name; the last is that of the catalogue's engine."""
    return {
        "preserve": __version__,
        "schema": SCHEMA,
        "python": platform.python_version(),
        engine: version,
        "system": platform.platform(terse=True),
    }


def rooms(home: Home) -> list[Room]:
    """The file systems that the archive lies on, as far as they can be asked."""
    parts: list[tuple[str, Path, int]] = [("store", home.store, home.settings.reserve), ("home", home.path, 0)]
    if (home.work).is_dir() and home.work.stat().st_dev != home.path.stat().st_dev:
        parts.append(("work", home.work, 0))
    found = []
    for part, path, reserve in parts:
        try:
            usage = shutil.disk_usage(path)
        except OSError:
            continue  # what the doctor tells of
        found.append(Room(part, usage.total, usage.free, reserve))
    return found


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A copy of the catalogue that was made and read back whole: its name, bytes and SHA-256."""

    name: str
    bytes: int
    sha256: str


@job("catalogue.back_up", duty=Duty.KEEP)
def back_up(session: Session) -> BackedUp:
    """Copy the catalogue into the home while others go on; the oldest copies go. Raises MediumProblem, NotIntact."""
    archive = session.archive
    with archive.catalogue.read() as connection:
        session.progress.begin("catalogue.backing-up", database.size(archive.home, connection))
    made = backup.back_up(
        archive.home, archive.catalogue, actor=session.person.account, moment=archive.now(), progress=session.progress
    )
    return BackedUp(made.name, made.size, made.sha256)
