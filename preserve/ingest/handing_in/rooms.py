"""One folder a waiting deposit: its record, and beside it the draft of its description, letters and what was found.

A room is made for each upload, and for a folder of an inbox once somebody does something with it. Nothing in it belongs
to the archive yet, and nothing is ever written into a depositor's own folder. Its name is its identifier, which the
server made: no name that somebody sent becomes a path here.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from preserve.clock import now, stamp
from preserve.errors import Busy, NotFound, NotIntact
from preserve.home import Home
from preserve.work import hold

DAYS = 14
"""So long after the last byte an upload that is not whole is kept."""

State = Literal["uploading", "draft", "handed-in", "returned", "taken-in"]
_NAME = re.compile(r"(?:up|in)-[0-9a-z]{20,32}")


class Letter(BaseModel):
    """That a deposit went back: when, by whom, and with what words; `codes` are the findings it names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int
    written: str
    by: str
    reasons: str
    codes: tuple[str, ...] = ()


class Record(BaseModel):
    """What is known of a waiting deposit. Times are RFC 3339; `owner` is empty for a folder of an inbox.

    `objid` and `case_number` are those it was taken in under. `declared` is the digest of the list that was sent first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Literal["upload", "inbox"]
    name: str
    owner: str = ""
    state: State
    opened: str
    files: int = 0
    bytes: int = 0
    declared: str = ""
    closed: str = ""
    handed_in: str = ""
    letters: tuple[Letter, ...] = ()
    objid: str = ""
    case_number: str = ""
    taken_in: str = ""
    taken_by: str = ""
    top: str = ""
    """The one folder of an upload that holds everything: its name is the deposit's."""


@dataclass(frozen=True, slots=True)
class Room:
    """The folder of one waiting deposit."""

    path: Path

    @property
    def id(self) -> str:
        """Its identifier."""
        return self.path.name

    @property
    def files(self) -> Path:
        """Files of an upload that are whole, under the names that they came with."""
        return self.path / "files"

    @property
    def parts(self) -> Path:
        """Files that are not whole yet, by their number in the list."""
        return self.path / "parts"

    @property
    def manifest(self) -> Path:
        """The list that was sent first."""
        return self.path / "manifest.ndjson"

    @property
    def arrivals(self) -> Path:
        """Which lines of the list are whole, and their digests; grows at its end."""
        return self.path / "arrivals.ndjson"

    @property
    def draft(self) -> Path:
        """The description as far as somebody filled it in."""
        return self.path / "draft.json"

    @property
    def found(self) -> Path:
        """What the last check found."""
        return self.path / "found.json"

    def paper(self, name: str) -> Path:
        """A letter or receipt."""
        return self.path / f"{name}.pdf"

    def read(self) -> Record:
        """Raises NotFound where there is no such deposit, NotIntact where its record cannot be read."""
        try:
            return Record.model_validate_json((self.path / "record.json").read_bytes())
        except FileNotFoundError:
            raise NotFound("deposit.unknown", self.id) from None
        except (OSError, ValidationError) as error:
            raise NotIntact("deposit.record-damaged", self.id, detail=str(error)) from error

    def write(self, record: Record) -> None:
        """Replace the record whole."""
        self.put(self.path / "record.json", record.model_dump_json(indent=1).encode() + b"\n")

    def put(self, target: Path, data: bytes) -> None:
        """Write a small file of this room whole or not at all."""
        self.path.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{os.urandom(8).hex()}")
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def held(self) -> AbstractContextManager[None]:
        """Hold the deposit while its record is changed. Raises Busy."""
        return hold(self.path / "lock", Busy("deposit.busy", self.id), wait=5)

    def touched(self) -> datetime:
        """When the last byte came in."""
        places = [self.path, self.parts, self.arrivals, *(self.parts.iterdir() if self.parts.is_dir() else ())]
        newest = max((place.stat().st_mtime for place in places if place.exists()), default=0.0)
        return datetime.fromtimestamp(newest, tz=now().tzinfo)

    def ends(self) -> datetime:
        """When it will be given up, unless it becomes whole."""
        return self.touched() + timedelta(days=DAYS)

    def discard(self) -> None:
        """Take it away with everything in it; first its record, so that a half of it is never shown."""
        (self.path / "record.json").unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)


def room_of(home: Home, identifier: str) -> Room:
    """The room of that identifier, there or not. Raises NotFound for what is no identifier."""
    if not _NAME.fullmatch(identifier):
        raise NotFound("deposit.unknown", identifier[:80])
    return Room(home.waiting / identifier)


def rooms(home: Home) -> Iterator[tuple[Room, Record]]:
    """Every room with a record that can be read."""
    if not home.waiting.is_dir():
        return
    for path in sorted(home.waiting.iterdir()):
        if _NAME.fullmatch(path.name):
            room = Room(path)
            try:
                yield room, room.read()
            except (NotFound, NotIntact):
                continue


def today() -> str:
    """This moment as records have it."""
    return stamp(now())
