"""Folders that wait in the inboxes of the host's settings, each by a number that the server made.

A number is the digest of the inbox and the folder's name. Who sends one gets the folder that the server itself listed
under it, or nothing: no path that somebody sends comes near the file system.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from preserve.errors import NotFound
from preserve.home import Home
from preserve.ingest.handing_in.rooms import Record, Room, room_of, today

MOST = 2000
"""So many folders of one inbox are listed."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A folder that waits: its number, its name, and where it lies."""

    id: str
    name: str
    path: Path


def inboxes(home: Home) -> tuple[Path, ...]:
    """The folders of `[web] inbox`; relative ones lie in the home."""
    return tuple(home.path / folder for folder in home.settings.web.inbox)


def listed(home: Home) -> Iterator[Waiting]:
    """Every folder directly below an inbox; links and what is hidden are none. An inbox that is not there has none."""
    for inbox in inboxes(home):
        names: list[str] = []
        with suppress(OSError), os.scandir(inbox) as found:
            for entry in found:
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                    names.append(entry.name)
        for name in sorted(names)[:MOST]:
            yield Waiting(_number(inbox, name), name, inbox / name)


def at(home: Home, path: Path) -> Waiting | None:
    """The folder that waits at a place; None where no inbox has one there. Nothing is listed for it."""
    place = path.resolve()
    if place.name.startswith(".") or not place.is_dir():
        return None
    for inbox in inboxes(home):
        if inbox.resolve() == place.parent:
            return Waiting(_number(inbox, place.name), place.name, inbox / place.name)
    return None


def absent(home: Home) -> tuple[str, ...]:
    """The inboxes that cannot be read now: a share that is not mounted, a card that is not in."""
    return tuple(inbox.name for inbox in inboxes(home) if not os.access(inbox, os.R_OK | os.X_OK))


def find(home: Home, identifier: str) -> Waiting:
    """The folder of that number. Raises NotFound."""
    for waiting in listed(home):
        if waiting.id == identifier:
            return waiting
    raise NotFound("deposit.unknown", identifier[:80])


def record_of(home: Home, waiting: Waiting) -> tuple[Room, Record]:
    """The room of a folder and its record; where nobody did anything with it yet, what would be its record."""
    room = room_of(home, waiting.id)
    try:
        return room, room.read()
    except NotFound:
        shown = waiting.name.encode("utf-8", "backslashreplace").decode()
        return room, Record(id=waiting.id, kind="inbox", name=shown, state="draft", opened=today())


def _number(inbox: Path, name: str) -> str:
    told = os.fsencode(os.path.realpath(inbox)) + b"\0" + os.fsencode(name)
    return "in-" + hashlib.sha256(told).hexdigest()[:24]
