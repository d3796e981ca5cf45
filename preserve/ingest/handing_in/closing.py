"""An upload is closed only when every line of its list is there, by size and by SHA-256 of what lies on the disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence

from metadata.findings import Finding
from preserve.errors import NotIntact, Refused
from preserve.ingest.handing_in.arrivals import Arrived, arrived, note
from preserve.ingest.handing_in.manifest import Offered
from preserve.ingest.handing_in.parts import drop, offset, pieces
from preserve.ingest.handing_in.replacing import sweep
from preserve.ingest.handing_in.rooms import Room
from preserve.ingest.sources.folder import open_beneath

_TOLD = 20
_AT_ONCE = 1 << 20


def missing(room: Room, files: Sequence[Offered]) -> dict[int, int]:
    """The lines that are not whole, each with how many bytes of it are there."""
    there = arrived(room)
    gone: dict[int, int] = {}
    begun = {name for path in room.parts.iterdir() if (name := path.stem).isdigit()} if room.parts.is_dir() else set()
    for line, file in enumerate(files, 1):
        if line not in there:
            have = offset(room, line, file) if str(line) in begun else 0
            if have < file.size or file.size == 0:
                gone[line] = have
    return gone


def unread(room: Room, files: Sequence[Offered]) -> int:
    """Bytes that closing will have to read."""
    there = arrived(room)
    return sum(
        file.size
        for line, file in enumerate(files, 1)
        if (known := there.get(line)) is None or not (known.safe and known.sha256)
    )


def close(room: Room, files: Sequence[Offered], progress: Callable[[int], None]) -> None:
    """Compare every file with the list and with what was sent.

    Raises Refused where lines are missing; NotIntact where a file is not what was sent: it is sent again then.
    """
    if gone := missing(room, files):
        told = [
            Finding(
                "deposit.line-missing", files[line - 1].path, "refuse", {"have": have, "size": files[line - 1].size}
            )
            for line, have in list(gone.items())[:_TOLD]
        ]
        raise Refused("deposit.lines-missing", room.id, findings=told, count=len(gone))
    sweep(room, files)
    os.sync()
    there = arrived(room)
    wrong: list[int] = []
    read: dict[int, Arrived | None] = {}
    for line, file in enumerate(files, 1):
        known = there[line]
        if known.safe and known.sha256 and _stands(room, file):
            continue
        digest = _read(room, line, file, progress)
        if digest and file.sha256 in ("", digest) and known.sha256 in ("", digest):
            read[line] = Arrived(digest, True)
        else:
            wrong.append(line)
            read[line] = None
            drop(room, line)
    if read:
        note(room, read)
    if wrong:
        told = [Finding("deposit.line-altered", files[line - 1].path, "refuse") for line in wrong[:_TOLD]]
        raise NotIntact("deposit.lines-altered", room.id, findings=told, count=len(wrong))


def digests(room: Room, files: Sequence[Offered]) -> dict[str, str]:
    """SHA-256 of each file by its path, as it came in."""
    there = arrived(room)
    return {file.path: there[line].sha256 for line, file in enumerate(files, 1) if line in there}


def _stands(room: Room, file: Offered) -> bool:
    try:
        with open_beneath(room.files, file.path) as stream:
            return os.fstat(stream.fileno()).st_size == file.size
    except Refused:
        return False


def _read(room: Room, line: int, file: Offered, progress: Callable[[int], None]) -> str:
    """The SHA-256 of what lies there; nothing where a piece is not what it was, or the size or file is not right."""
    whole = hashlib.sha256()
    parts = [*pieces(room, line)] or [(file.size, "")]
    try:
        with open_beneath(room.files, file.path) as stream:
            if os.fstat(stream.fileno()).st_size != file.size:
                return ""
            os.fdatasync(stream.fileno())
            for length, wanted in parts:
                piece = hashlib.sha256()
                while length > 0 and (data := stream.read(min(_AT_ONCE, length))):
                    piece.update(data)
                    whole.update(data)
                    length -= len(data)
                    progress(len(data))
                if length or (wanted and piece.hexdigest() != wanted):
                    return ""
    except (Refused, OSError):
        return ""
    return whole.hexdigest()
