"""The files of a deposit that waits, seen and heard before it is taken in: safe kinds in the page, all else not."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

from pydantic import Field

from metadata.identity import readable
from preserve.access.viewing.page_pictures import PagePictures
from preserve.errors import Busy, NotFound, Refused
from preserve.home import Home
from preserve.ingest.foreign.drafting import names_in_package
from preserve.ingest.handing_in.access import Known, known
from preserve.ingest.receive import DepositProfile
from preserve.ingest.sources import Entry
from preserve.ingest.sources.folder import FolderSource, open_beneath
from preserve.pictures.helper import PictureFailed
from preserve.profiles import read_profile
from preserve.services.given_deposits import HANDING_IN
from preserve.services.local_times import clock_of
from preserve.services.operation import Arguments, Look, query
from preserve.services.session import Session
from preserve.services.waiting import of_deposit

Shown = Literal["video", "sound", "picture", "pages", "text", "none"]
_LONGEST_TEXT = 100_000


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


@dataclass(frozen=True, slots=True)
class PageSeen:
    """A page of a document as a JPEG, with who looks and when over it."""

    deposit: str
    page: int
    picture: Annotated[bytes, Field(exclude=True)]


def files_of(home: Home, place: Known) -> Iterator[DepositFile]:
    """Every file in the order of names, but for a description at the top; of a package of another system its content,
    by true names.
    """
    descriptions = read_profile("deposit.toml", DepositProfile, home.profiles).description_names
    with suppress(Refused):  # a package that cannot be taken in is shown as the folder that it is
        if (names := names_in_package(place.handed(), home.profiles)) is not None:
            there = (entry for entry in FolderSource(place.folder).entries() if entry.path in names)
            if content := [_file(entry, names[entry.path]) for entry in there]:
                yield from content
                return
    for entry in FolderSource(place.folder).entries():
        if entry.kind == "file" and readable(entry.path) not in descriptions:
            yield _file(entry)


def _file(entry: Entry, name: str = "") -> DepositFile:
    number = hashlib.sha256(entry.path.encode("utf-8", "surrogateescape")).hexdigest()[:20]
    return DepositFile(number, name or readable(entry.path), entry.size)


@contextmanager
def opened(place: Known, number: str) -> Iterator[tuple[DepositFile, BinaryIO]]:
    """The file of that number, open; no link on the way is followed. Raises NotFound."""
    for entry in FolderSource(place.folder).entries():
        if entry.kind == "file" and (found := _file(entry)).id == number:
            with open_beneath(place.folder, entry.path) as stream:
                yield found, stream
            return
    raise NotFound("deposit.no-such-file", place.room.id)


def _which(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"file": str(arguments["file"])[:40]}


def _one_look(session: Session, arguments: Arguments) -> str:
    """Raises NotFound for what is not there: nobody looked at anything then."""
    _seen(session, arguments["deposit"])
    return f"{arguments['deposit']} {arguments['file']}"


LOOK = Look("deposit.file-viewed", _which, of_deposit, _one_look)
"""One look at one file, however many ranges and pages are asked for."""


def _seen(session: Session, deposit: str) -> Known:
    """Raises NotFound also for what is not whole yet, and for an upload that was taken in: its case is to be asked."""
    place = known(session.home, session.person, deposit)
    state = place.record.state
    if state == "uploading" or (state == "taken-in" and place.record.kind == "upload"):
        raise NotFound("deposit.no-such-file", deposit)
    return place


@query("deposits.file", duty=HANDING_IN, subject="deposit", look=LOOK)
def file(session: Session, deposit: str, file: str) -> FileSeen:
    """One file by its number. Raises NotFound where there is none, or the deposit is nobody's business."""
    with opened(_seen(session, deposit), file) as (found, stream):
        shown, kind = what_is(stream.read(64))
        return FileSeen(deposit, found, shown, kind, os.dup(stream.fileno()))


@query("deposits.page", duty=HANDING_IN, subject="deposit", look=LOOK)
def page(session: Session, deposit: str, file: str, page: int) -> PageSeen:
    """A page of a PDF as a picture, drawn by another process. Raises NotFound, Refused where it cannot be drawn."""
    person, now = session.person, session.archive.now().astimezone(clock_of(session.home))
    with opened(_seen(session, deposit), file) as (found, stream):
        pictures, path = _pictures(session.home, stream), _path_of(stream)
        try:
            with _drawing(deposit):
                if not 1 <= page <= pictures.count(path):
                    raise NotFound("deposit.no-such-file", deposit)
                mark = f"{person.name} {person.account} {now:%Y-%m-%d %H:%M}"
                return PageSeen(deposit, page, pictures.page(path, page, mark))
        except PictureFailed as error:
            raise Refused("look.not-drawn", found.name, page=page, reason=error.kind) from error


_AT_ONCE = threading.BoundedSemaphore(4)
_PATIENCE = 20.0  # seconds


@contextmanager
def _drawing(deposit: str) -> Iterator[None]:
    """While a page is drawn of what nobody checked yet. Few are at once: one that takes long must not stop the door.

    Raises Busy.
    """
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise Busy("deposit.drawing-busy", deposit)
    try:
        yield
    finally:
        _AT_ONCE.release()


def pages_and_text(home: Home, stream: BinaryIO, shown: Shown) -> tuple[int, str]:
    """How many pages a PDF has, 0 where it cannot be opened; and the words of a plain text."""
    if shown == "pages":
        try:
            with _drawing(""):
                return min(_pictures(home, stream).count(_path_of(stream)), 2000), ""
        except (PictureFailed, Busy):
            return 0, ""
    if shown == "text":
        stream.seek(0)
        return 0, _text(stream.read(_LONGEST_TEXT)) or ""
    return 0, ""


def _pictures(home: Home, stream: BinaryIO) -> PagePictures:
    status = os.fstat(stream.fileno())
    # Numbers of files are given anew and times can be set, but not that of the change: else whoever sends a file of
    # the same size and time could be shown pages of one that was taken away.
    what = f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
    return PagePictures(home.path / "viewing", hashlib.sha256(what.encode()).hexdigest())


def _path_of(stream: BinaryIO) -> Path:
    """The open file as another process of ours finds it, without a name being looked up again (proc(5))."""
    return Path(f"/proc/{os.getpid()}/fd/{stream.fileno()}")


def what_is(head: bytes) -> tuple[Shown, str]:
    """What a file is by its first bytes, never by its name; only these kinds are sent to be shown (HTML, SVG never)."""
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
    if head and b"\0" not in head and _text(head) is not None:
        return "text", "application/octet-stream"
    return "none", "application/octet-stream"


def _text(data: bytes) -> str | None:
    """Plain text in one of the usual encodings; a character that was cut at the end does not matter."""
    for encoding in ("utf-8-sig", "gb18030"):
        for short in range(4):
            try:
                return data[: len(data) - short].decode(encoding)
            except UnicodeDecodeError:
                continue
    return None
