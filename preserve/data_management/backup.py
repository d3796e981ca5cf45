"""Copies of the catalogue's file, made while others go on working, each checked before it counts.

The catalogue can be made again from the packages and the ledger. A copy of it saves the hours that this takes, and
keeps what only the catalogue has: passwords, tokens, jobs.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from preserve.data_management import ledger
from preserve.data_management.database import Catalogue, is_file
from preserve.errors import MediumProblem, NotIntact, Refused
from preserve.home import Home
from storage_adapters.durable import drop_file, move_in
from storage_adapters.medium_errors import make_folder

FOLDER = "backups"
BACKED_UP = "catalogue.backed-up"
KEPT = 7
"""So many copies are kept; the oldest one goes when another was made."""

_PAGES = 4096  # copied between two looks at whether it is to stop
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy: its name in the folder, its bytes, when it was made (RFC 3339), its digest where it was just made."""

    name: str
    size: int
    made: str
    sha256: str = ""


def folder_of(home: Home) -> Path:
    """Where the copies lie."""
    return home.path / FOLDER


def backups(home: Home) -> list[Backup]:
    """Every copy that is kept, the newest first."""
    found = []
    for path in sorted(folder_of(home).glob("catalogue-*.sqlite"), reverse=True):
        made = datetime.strptime(path.stem.removeprefix("catalogue-"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        found.append(Backup(path.name, path.stat().st_size, f"{made:%Y-%m-%dT%H:%M:%SZ}"))
    return found


def drop_all(home: Home) -> None:
    """Remove every copy: something was destroyed of which they still hold the description and the text."""
    for old in backups(home):
        drop_file(folder_of(home) / old.name, folder_of(home))


def back_up(
    home: Home, catalogue: Catalogue, *, actor: str, moment: datetime, progress: Callable[[int], None]
) -> Backup:
    """Copy the catalogue, read the copy back whole, and let the ledger say so; the oldest copies go.

    Raises MediumProblem where there is no room, NotIntact where the copy is not sound, and then no copy is left; and
    Refused where the catalogue lies on a server, whose own tools copy it.
    """
    if not is_file(home):
        raise Refused("catalogue.on-server", home.catalogue_name)
    folder = folder_of(home)
    make_folder(folder)
    name = f"catalogue-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}.sqlite"
    part = folder / f"{name}.part"
    try:
        _copy(home.catalogue, part, progress)
        digest = _digest(part)
        move_in(part, folder / name)
    except sqlite3.Error as error:
        raise MediumProblem("catalogue.backup-failed", str(folder), reason=str(error)) from error
    finally:
        drop_file(part, folder)
    made = Backup(name, (folder / name).stat().st_size, f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", digest)
    with catalogue.begin() as connection:
        details = {"name": name, "bytes": made.size, "sha256": digest}
        subject = home.settings.archive_id
        ledger.append(connection, action=BACKED_UP, subject=subject, actor=actor, details=details, moment=moment)
    for old in backups(home)[KEPT:]:
        drop_file(folder / old.name, folder)
    return made


def _copy(source: Path, target: Path, progress: Callable[[int], None]) -> None:
    """The pages as they are at one moment (SQLite's own backup), in a file without a WAL beside it."""
    target.touch(mode=0o600)
    here = f"file:{quote(os.fsencode(source))}?mode=ro"
    with closing(sqlite3.connect(here, uri=True)) as read, closing(sqlite3.connect(target)) as write:
        size = int(read.execute("PRAGMA page_size").fetchone()[0])
        done = 0

        def told(status: int, remaining: int, total: int) -> None:
            nonlocal done
            progress((total - remaining) * size - done)
            done = (total - remaining) * size

        read.backup(write, pages=_PAGES, progress=told)
        write.execute("PRAGMA journal_mode = DELETE")
        said = [str(row[0]) for row in write.execute("PRAGMA quick_check")]
        if said != ["ok"]:
            raise NotIntact("catalogue.backup-unsound", str(target), reason=said[0])


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
