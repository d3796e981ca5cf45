"""The files of a deposit that waits, seen and heard before it is taken in: safe kinds in the page, all else not."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from metadata.identity import readable
from preserve.errors import NotFound
from preserve.home import Home
from preserve.ingest.handing_in.access import Known, known
from preserve.ingest.receive import DepositProfile
from preserve.ingest.sources.folder import FolderSource, open_beneath
from preserve.profiles import read_profile
from preserve.services.operation import Arguments, Look, query
from preserve.services.preparation import HANDING_IN
from preserve.services.session import Session, Token

Shown = Literal["video", "sound", "picture", "pages", "text", "none"]
_AGAIN = 600.0
"""Who looks at a file again within ten minutes, as a player does at each jump, looked once."""
_seen: dict[tuple[str, str, str], float] = {}


@dataclass(frozen=True, slots=True)
class DepositFile:
    """One file: its opaque number, its name below the deposit's folder, and its bytes."""

    id: str
    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class FileSeen:
    """One file to show, and what it is by its own first bytes.

    `handle` is open for reading: whoever sends the bytes does so by it, and closes it. No name is looked up again, for
    whoever can write to an inbox could put a link in its place meanwhile.
    """

    deposit: str
    file: DepositFile
    shown: Shown
    kind: str
    handle: Annotated[int, Field(exclude=True)]


def files_of(home: Home, place: Known) -> Iterator[DepositFile]:
    """Every file in the order of names, but for a description at the top."""
    descriptions = read_profile("deposit.toml", DepositProfile, home.profiles).description_names
    for entry in FolderSource(place.folder).entries():
        if entry.kind == "file" and readable(entry.path) not in descriptions:
            name = readable(entry.path)
            number = hashlib.sha256(entry.path.encode("utf-8", "surrogateescape")).hexdigest()[:20]
            yield DepositFile(number, name, entry.size)


def _once(arguments: Arguments) -> str:
    """The look's action; none where the same session looked at this file a moment ago."""
    credentials = arguments["session"].credentials
    who = hashlib.sha256(credentials.text.encode()).hexdigest() if isinstance(credentials, Token) else repr(credentials)
    key, moment = (who, arguments["deposit"], arguments["file"]), time.monotonic()
    if len(_seen) > 10_000:
        _seen.clear()
    if moment - _seen.get(key, -_AGAIN) < _AGAIN:
        return ""
    _seen[key] = moment
    return "deposit.file-viewed"


def _which(session: Session, arguments: Arguments) -> dict[str, object]:
    return {"file": arguments["file"]}


@query("deposits.file", duty=HANDING_IN, subject="deposit", look=Look(_once, _which))
def file(session: Session, deposit: str, file: str) -> FileSeen:
    """One file by its number. Raises NotFound where there is none, or the deposit is nobody's business."""
    place = known(session.home, session.person, deposit)
    if place.record.state == "uploading" or (place.record.state == "taken-in" and place.record.kind == "upload"):
        raise NotFound("deposit.no-such-file", deposit)
    for entry in FolderSource(place.folder).entries():
        number = hashlib.sha256(entry.path.encode("utf-8", "surrogateescape")).hexdigest()[:20]
        if entry.kind == "file" and number == file:
            with open_beneath(place.folder, entry.path) as stream:
                shown, kind = what_is(stream.read(64))
                handle = os.dup(stream.fileno())
            return FileSeen(deposit, DepositFile(file, readable(entry.path), entry.size), shown, kind, handle)
    raise NotFound("deposit.no-such-file", deposit)


def what_is(head: bytes) -> tuple[Shown, str]:
    """What a file is by its first bytes, never by its name: only these kinds are shown in a page (web.md, security)."""
    if head[4:8] == b"ftyp":
        return ("sound", "audio/mp4") if head[8:11] == b"M4A" else ("video", "video/mp4")
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "sound", "audio/wav"
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "sound", "audio/mpeg"
    if head[:3] == b"\xff\xd8\xff":
        return "picture", "image/jpeg"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "picture", "image/png"
    if head[:5] == b"%PDF-":
        return "pages", "application/octet-stream"
    return "none", "application/octet-stream"
