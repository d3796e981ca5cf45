"""Uploads: a list first, then the bytes by pieces, closed only when every file is there by size and SHA-256."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ulid import ULID

from preserve.data_management import ledger
from preserve.errors import Conflict, NotFound, Refused
from preserve.home import Home
from preserve.ingest.handing_in import closing, limits, parts
from preserve.ingest.handing_in.access import Known, own
from preserve.ingest.handing_in.manifest import Offered as Offered
from preserve.ingest.handing_in.manifest import digest, mistakes, written
from preserve.ingest.handing_in.received import Received
from preserve.ingest.handing_in.replacing import replace_list
from preserve.ingest.handing_in.rooms import Record, Room, rooms, today
from preserve.ingest.receive import DepositProfile
from preserve.ingest.space import reckon_sizes
from preserve.profiles import read_profile
from preserve.services.given_deposits import HANDING_IN
from preserve.services.operation import command, job, query
from preserve.services.runs import Runs
from preserve.services.session import Session
from preserve.work import require_space

LARGEST_PIECE = 16 << 20
LARGEST_PACK = parts.LARGEST_PACK
READ_AT_ONCE = 1 << 30
"""So many bytes are compared while somebody waits; more are work for a job."""


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """An upload that is under way: which lines of its list are not whole, and how many bytes of each are there.

    `lines` are numbered from 1; what is not in `missing` is whole. `ends`: when it is given up unless more comes.
    """

    id: str
    name: str
    resumed: bool
    lines: int
    bytes: int
    missing: Mapping[int, int]
    ends: str


@dataclass(frozen=True, slots=True)
class PieceTaken:
    """How far one file is."""

    offset: int
    size: int
    ends: str


@dataclass(frozen=True, slots=True)
class PackTaken:
    """How many files of a pack were new."""

    taken: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A whole upload."""

    id: str
    files: int
    bytes: int


def enter(session: Session, action: str, subject: str, **details: Any) -> None:
    """Write into the ledger what was done to a deposit that waits."""
    archive = session.archive
    actor, moment = session.person.account, archive.now()
    ledger.append_alone(archive.catalogue, action=action, subject=subject, actor=actor, details=details, moment=moment)


@command("upload.open", duty=HANDING_IN)
def open_upload(session: Session, name: str, files: Sequence[Offered]) -> OpenUpload:
    """Begin an upload by its list, or go on with one of mine that has the same list.

    Raises Refused with every file that cannot be taken, Conflict where too many of mine are open, MediumProblem where
    there is no room for it, Busy.
    """
    home, account = session.home, session.person.account
    _require_right(home, name, files)
    declared = digest(files)
    with limits.beginning(home, account) as mine:
        for room, record in mine:
            if (record.state, record.declared) == ("uploading", declared):
                return _shown(room, record, resumed=True)
        limits.require_few(home, mine)
        room, record = _begun(home, account, name, files)
    enter(session, "deposit.opened", room.id, files=len(files), bytes=record.bytes)
    return _shown(room, record, resumed=False)


def _begun(home: Home, account: str, name: str, files: Sequence[Offered]) -> tuple[Room, Record]:
    """The room of a new upload. Raises MediumProblem."""
    total = sum(file.size for file in files)
    _require_space(home, files, total)
    room = Room(home.waiting / f"up-{str(ULID()).lower()}")
    room.path.mkdir(parents=True)
    room.parts.mkdir()
    room.files.mkdir()
    room.put(room.manifest, written(files))
    parts.place_empty(room, files)
    record = Record(
        id=room.id,
        kind="upload",
        name=_name(name, files),
        owner=account,
        state="uploading",
        opened=today(),
        files=len(files),
        bytes=total,
        declared=digest(files),
        top=_top(files),
    )
    room.write(record)
    return room, record


@command("upload.reopen", duty=HANDING_IN, subject="deposit")
def reopen(session: Session, deposit: str, files: Sequence[Offered]) -> OpenUpload:
    """Other files for an upload of mine that was not handed in or went back; what is the same is not sent again.

    Its description and letters stay. Raises NotFound, Conflict where it is in other hands, and as `open_upload`.
    """
    found = own(session.home, session.person, deposit)
    _require_right(session.home, found.record.name, files)
    with found.room.held():
        record = found.room.read()
        if record.state == "uploading" and record.declared == digest(files):
            return _shown(found.room, record, resumed=True)
        if record.state not in ("uploading", "draft", "returned"):
            raise Conflict("deposit.not-yours-now", deposit, state=record.state)
        _require_space(session.home, files, max(sum(file.size for file in files) - record.bytes, 0))
        enter(session, "deposit.reopened", deposit, files=len(files), bytes=sum(file.size for file in files))
        new = replace_list(found.room, record, files, _top(files))
        parts.place_empty(found.room, files)
    return _shown(found.room, new, resumed=True)


def _require_right(home: Home, name: str, files: Sequence[Offered]) -> None:
    """Raises Refused with every reason why a list cannot be taken."""
    profile = read_profile("deposit.toml", DepositProfile, home.profiles)
    if reasons := list(mistakes(files, profile)):
        raise Refused("deposit.list-refused", name[:200], findings=reasons[:200], count=len(reasons))
    total, limit = sum(file.size for file in files), home.settings.web.upload_bytes
    if total > limit:
        raise Refused("deposit.upload-large", name[:200], bytes=total, limit=limit)


def _name(name: str, files: Sequence[Offered]) -> str:
    return (name.strip() or _top(files) or files[0].path)[:200]


def _top(files: Sequence[Offered]) -> str:
    """The one folder that holds everything, as browsers send a folder that was chosen."""
    tops = {file.path.partition("/")[0] if "/" in file.path else "" for file in files}
    return tops.pop() if len(tops) == 1 else ""


def _require_space(home: Home, files: Sequence[Offered], total: int) -> None:
    """Raises MediumProblem unless this and what other uploads still need fits, and later the package as well."""
    others = 0
    for room, record in rooms(home):
        if record.state == "uploading":
            there = sum(path.stat().st_size for place in (room.parts,) if place.exists() for path in place.iterdir())
            others += max(record.bytes - there, 0)
    require_space(home.path, total + others, home.settings.reserve)
    require_space(home.store, reckon_sizes(home, ((file.path, file.size) for file in files)), home.settings.reserve)


def _shown(room: Room, record: Record, *, resumed: bool) -> OpenUpload:
    found = Known(room, record, room.files)
    gone = closing.missing(room, found.files)
    return OpenUpload(room.id, record.name, resumed, record.files, record.bytes, gone, room.ends().isoformat())


def _uploading(session: Session, deposit: str) -> Known:
    found = own(session.home, session.person, deposit)
    if found.record.state != "uploading":
        raise Conflict("deposit.closed", deposit)
    return found


def _file(found: Known, line: int) -> Offered:
    files = found.files
    if not 1 <= line <= len(files):
        raise NotFound("deposit.no-such-line", found.room.id, line=line)
    return files[line - 1]


@query("upload.show", duty=HANDING_IN)
def show_upload(session: Session, deposit: str) -> OpenUpload:
    """How far an upload of mine is. Raises NotFound, Conflict where it is closed."""
    found = _uploading(session, deposit)
    return _shown(found.room, found.record, resumed=True)


@query("upload.offset", duty=HANDING_IN)
def offset(session: Session, deposit: str, line: int) -> PieceTaken:
    """How many bytes of one file are there. Raises NotFound, Conflict where the upload is closed."""
    found = _uploading(session, deposit)
    file = _file(found, line)
    return PieceTaken(parts.offset(found.room, line, file), file.size, found.room.ends().isoformat())


@command("upload.append", duty=HANDING_IN)
def append(session: Session, deposit: str, line: int, at: int, data: bytes | Received, sha256: str = "") -> PieceTaken:
    """Add a piece to a file, at the offset where it ends now; `sha256` is that of the piece.

    Raises NotFound, Conflict where it ends elsewhere, NotIntact where bytes are not those that were sent, Refused.
    """
    found = _uploading(session, deposit)
    data = data if isinstance(data, Received) else Received.of(data)
    if data.size > LARGEST_PIECE:
        raise Refused("deposit.piece-large", deposit, limit=LARGEST_PIECE)
    file = _file(found, line)
    there = parts.append(found.room, line, file, at, data, sha256)
    return PieceTaken(there, file.size, found.room.ends().isoformat())


@command("upload.append_pack", duty=HANDING_IN)
def append_pack(session: Session, deposit: str, data: bytes) -> PackTaken:
    """Add many small files at once (`parts.append_pack`). Raises NotFound, Conflict, NotIntact, Refused."""
    found = _uploading(session, deposit)
    if len(data) > LARGEST_PACK:
        raise Refused("deposit.piece-large", deposit, limit=LARGEST_PACK)
    return PackTaken(parts.append_pack(found.room, found.files, data))


@command("upload.start_again", duty=HANDING_IN)
def start_again(session: Session, deposit: str, line: int) -> None:
    """Forget what came of one file that is not whole (tus: termination). Raises NotFound, Conflict."""
    found = _uploading(session, deposit)
    _file(found, line)
    parts.drop(found.room, line)


@query("upload.unread", duty=HANDING_IN)
def unread(session: Session, deposit: str) -> PackTaken:
    """Bytes that closing will read: where they are many it is work for a job. Raises NotFound, Conflict."""
    found = _uploading(session, deposit)
    return PackTaken(closing.unread(found.room, found.files))


@job("upload.close", duty=HANDING_IN, subject="deposit", runs=Runs("waited", place="deposit"))
def close(session: Session, deposit: str) -> Closed:
    """Compare every file with the list and what was sent, and close the upload; again it is the same.

    Raises Refused where files are missing, NotIntact where some must be sent again, NotFound.
    """
    found = own(session.home, session.person, deposit)
    with found.room.held():
        record = found.room.read()
        if record.state == "uploading":
            session.progress.begin("deposit.comparing", total=closing.unread(found.room, found.files))
            closing.close(found.room, found.files, session.progress)
            state = "returned" if record.letters else "draft"
            record = record.model_copy(update={"state": state, "closed": today()})
            found.room.write(record)
            enter(session, "deposit.closed", deposit, files=record.files, bytes=record.bytes)
    return Closed(record.id, record.files, record.bytes)


@command("upload.give_up", duty=HANDING_IN)
def give_up(session: Session, deposit: str) -> None:
    """Take an upload of mine away that was not handed in. Raises NotFound, Conflict where it is in other hands."""
    found = own(session.home, session.person, deposit)
    with found.room.held():
        record = found.room.read()
        if record.state not in ("uploading", "draft", "returned"):
            raise Conflict("deposit.not-yours-now", deposit, state=record.state)
        enter(session, "deposit.given-up", deposit, files=record.files, bytes=record.bytes)
        found.room.discard()
