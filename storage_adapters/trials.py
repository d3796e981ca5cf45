"""What a place must be able to do so that an archive can work on it, tried there: a folder of this machine.

A shared file system may forget a sync, put one name over another, or give a lock to two at once. Each is tried with
files of its own, which are gone when it ends.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from storage_adapters.durable import discard, publish, sync_file_system, write_file
from storage_adapters.errors import CopyExists, StorageError
from storage_adapters.medium_errors import make_folder

Name = Literal["race", "digest", "reading", "sync", "rename", "lock"]
RACERS = 8


@dataclass(frozen=True, slots=True)
class Trial:
    """What was tried, whether the place does as it must, and what it did instead.

    `race`: of several writers of one new name exactly one wins. `digest`: what arrives otherwise than it was sent is
    refused. `reading`: what was written is read at once, and listed. `sync`: a sync is answered. `rename`: a folder
    never takes the place of another. `lock`: a lock is held by one.
    """

    name: Name
    passed: bool
    detail: str = ""


def try_folder(parent: Path) -> Iterator[Trial]:
    """Try the file system below a folder. Raises nothing: what fails is told."""
    top = parent / f".trial-{secrets.token_hex(8)}"
    try:
        make_folder(top)
        for name, what in _TRIALS.items():
            try:
                detail = what(top)
            except (OSError, StorageError) as error:
                detail = str(error)
            yield Trial(name, not detail, detail)
    finally:
        if top.exists():
            discard(top, parent)


def winners(attempt: Callable[[int], bool]) -> list[int]:
    """Who of several at once was told that they won."""
    with ThreadPoolExecutor(RACERS) as pool:
        return [number for number, won in enumerate(pool.map(attempt, range(RACERS))) if won]


def _race(top: Path) -> str:
    def attempt(number: int) -> bool:
        try:
            handle = os.open(top / "raced", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        except FileExistsError:
            return False
        os.write(handle, b"%d" % number)
        os.close(handle)
        return True

    won = winners(attempt)
    found = (top / "raced").read_bytes()
    return "" if len(won) == 1 and found == b"%d" % won[0] else f"{len(won)} {found!r}"


def _reading(top: Path) -> str:
    for content in (b"one", b"another"):
        write_file(top / "read", content, durable=True)
        if (seen := (top / "read").read_bytes()) != content or "read" not in os.listdir(top):
            return repr(seen)
    return ""


def _sync(top: Path) -> str:
    write_file(top / "synced", bytes(1 << 16), durable=True)  # its file and its folder
    sync_file_system(top)
    return ""


def _rename(top: Path) -> str:
    for name in ("old", "new"):
        write_file(top / name / "file", name.encode())
    try:
        publish(top / "new", top / "old")
    except CopyExists:
        seen = (top / "old" / "file").read_bytes()
        publish(top / "new", top / "free")
        return "" if seen == b"old" and (top / "free" / "file").read_bytes() == b"new" else repr(seen)
    return "renamed over another"


def _lock(top: Path) -> str:
    def attempt(number: int) -> bool:
        handle = os.open(top / "locked", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        held.append(handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    held: list[int] = []
    try:
        won = winners(attempt)
    finally:
        for handle in held:
            os.close(handle)
    return "" if len(won) == 1 else f"{len(won)}"


_TRIALS: dict[Name, Callable[[Path], str]] = {
    "race": _race,
    "reading": _reading,
    "sync": _sync,
    "rename": _rename,
    "lock": _lock,
}
