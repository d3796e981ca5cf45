"""Puts a finished catalogue in the place of another one, and finishes a replacement that was cut off.

Three names cannot be renamed at once: the file, its log and the log's index. So the finished file first becomes
`catalogue.sqlite.ready`: from then on the old one is not written to any more, and whoever comes next carries the
replacement through. The old file goes aside before its log does, for a file without its log would be an older one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from preserve.clock import now
from preserve.errors import Busy
from preserve.work import hold
from storage_adapters.durable import drop_file, move_in, sync_folder

SUFFIXES = ("", "-wal", "-shm")
WAIT = 8.0
"""Seconds that anybody waits for the catalogue; with the start of a command less than ten."""

Identity = tuple[int, int]


def lock_of(path: Path) -> Path:
    """The lock file that whoever replaces a catalogue holds."""
    return path.parent / "work" / "catalogue.lock"


def identity_of(path: Path) -> Identity | None:
    """Device and inode of the file under this path, or None where there is none."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def is_under_way(path: Path) -> bool:
    """Whether another catalogue is about to take this one's place."""
    return os.path.exists(_ready(path))


def settle(path: Path) -> None:
    """Finish a replacement that was cut off. Raises Busy while somebody else is at it."""
    if is_under_way(path):
        with hold(lock_of(path), Busy("catalogue.busy", str(path)), WAIT):
            finish(path)


def wait_for(path: Path) -> bool:
    """Whether there is a catalogue, which may be on its way. Raises Busy while somebody is replacing it."""
    settle(path)
    if not path.is_file() and lock_of(path).is_file():
        with hold(lock_of(path), Busy("catalogue.busy", str(path)), WAIT):
            finish(path)
    return path.is_file()


def replace(fresh: Path, path: Path, told: Callable[[str], None] = lambda what: None) -> str:
    """Put a closed and synced catalogue in the place of what lies at `path`; return where that went, or nothing.

    The caller holds the lock file, and the write lock on the old catalogue where there is one.
    """
    moment = int(now().timestamp())
    while _aside(path, moment).exists():
        moment += 1
    # The time of the finished file names the place of the old one, whoever carries this through.
    os.utime(fresh, (moment, moment))
    move_in(fresh, _ready(path))
    sync_folder(path.parent)
    told("ready")
    return finish(path, told)


def finish(path: Path, told: Callable[[str], None] = lambda what: None) -> str:
    """Carry a replacement through from wherever it stopped; nothing where none was begun. The caller holds the lock."""
    if not is_under_way(path):
        return ""
    aside = _aside(path, int(_ready(path).stat().st_mtime))
    for suffix in SUFFIXES:
        _put_aside(Path(f"{path}{suffix}"), aside, suffix)
        told(f"aside{suffix}")
    sync_folder(path.parent)
    move_in(_ready(path), path)
    sync_folder(path.parent)
    told("placed")
    return str(aside) if aside.exists() else ""


def _put_aside(old: Path, aside: Path, suffix: str) -> None:
    if not old.exists():
        return
    # An empty log says nothing, and its index nothing without it.
    needless = (suffix == "-wal" and not old.stat().st_size) or (suffix == "-shm" and not Path(f"{aside}-wal").exists())
    if needless:
        drop_file(old, old.parent)
    else:
        move_in(old, Path(f"{aside}{suffix}"))


def put_aside(path: Path) -> str:
    """Put a catalogue aside in whose place none comes; return where it went. The caller holds the lock file."""
    moment = int(now().timestamp())
    while _aside(path, moment).exists():
        moment += 1
    for suffix in SUFFIXES:
        _put_aside(Path(f"{path}{suffix}"), _aside(path, moment), suffix)
    sync_folder(path.parent)
    return str(_aside(path, moment))


def drop_unfinished(fresh: Path) -> None:
    """Remove a catalogue that was being made, with its log."""
    for suffix in (*SUFFIXES, "-journal"):
        drop_file(Path(f"{fresh}{suffix}"), fresh.parent)


def _ready(path: Path) -> Path:
    return Path(f"{path}.ready")


def _aside(path: Path, moment: int) -> Path:
    return Path(f"{path}.before-{datetime.fromtimestamp(moment, UTC):%Y%m%dT%H%M%SZ}")
