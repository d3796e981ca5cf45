"""The bytes of an upload as they come in: by pieces at an offset, or many small files in one pack.

A piece counts once its SHA-256 was right, it was written, and its line stands in the list of sums beside the part; so
what is told after a break is never more than what is there. A whole file gets its name, its time, and then its line
among the arrivals.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

from preserve.errors import Conflict, MediumProblem, NotFound, NotIntact, Refused
from preserve.ingest.handing_in.arrivals import Arrived, arrived, note
from preserve.ingest.handing_in.manifest import Offered
from preserve.ingest.handing_in.received import Received
from preserve.ingest.handing_in.rooms import Room

if TYPE_CHECKING:
    from hashlib import _Hash

LARGEST_PACK = 64 << 20
_KNOWN = 256
_hashing: OrderedDict[tuple[str, int], tuple[int, _Hash]] = OrderedDict()
"""Sums that go on from piece to piece while this process lives; without one, a file is read again at the end."""
_guard = Lock()


def offset(room: Room, line: int, file: Offered) -> int:
    """How many bytes of a file are there."""
    if line in arrived(room):
        return file.size
    known = sum(length for length, _ in _sums(room, line))
    return known if known < file.size else _settle(room, line, file)


def place_empty(room: Room, files: Sequence[Offered]) -> None:
    """Files without a byte need not be sent."""
    room.parts.mkdir(exist_ok=True)
    made: dict[int, Arrived | None] = {}
    for line, file in enumerate(files, 1):
        if file.size == 0:
            part = room.parts / f"{line}.{os.urandom(4).hex()}"
            part.touch()
            _place(room, part, file)
            made[line] = Arrived(hashlib.sha256().hexdigest(), False)
    if made:
        note(room, made)


def pieces(room: Room, line: int) -> list[tuple[int, str]]:
    """The pieces that a part was written by: their lengths and SHA-256."""
    return list(_sums(room, line))


def append(room: Room, line: int, file: Offered, at: int, data: Received, sha256: str) -> int:
    """Write one piece; how many bytes are there now.

    Raises Conflict where the piece does not begin at what is there, NotIntact where its bytes are not those that were
    sent, Refused where it goes beyond the end.
    """
    with _part(room, line) as handle:
        if line in arrived(room):
            raise Conflict("deposit.offset", file.path, offset=file.size)
        known = sum(length for length, _ in _sums(room, line))
        if at != known:
            raise Conflict("deposit.offset", file.path, offset=known)
        if known + data.size > file.size:
            raise Refused("deposit.beyond-end", file.path, size=file.size)
        if sha256 and data.sha256 != sha256:
            raise NotIntact("deposit.checksum", file.path)
        with _hashed_on((room.id, line), at, data, file.size) as hashed:
            place = data.write(handle, at)
        _note_piece(room, line, data.size, data.sha256)
        if place < file.size:
            return place
        os.ftruncate(handle, file.size)
        os.fdatasync(handle)
        whole = hashed[0] if hashed else ""
        if file.sha256 and whole and whole != file.sha256:
            drop(room, line)
            raise NotIntact("deposit.checksum", file.path)
        _place(room, room.parts / str(line), file)
        note(room, {line: Arrived(whole, True)})
        if whole:
            drop(room, line)  # else its pieces are compared when the upload is closed
        return file.size


def append_pack(room: Room, files: tuple[Offered, ...], data: bytes) -> int:
    """Many small files in one piece: for each a line of JSON (`line`, `size`, `sha256`) and its bytes.

    How many were taken; one that is there already is left as it is. Raises Refused for a pack of another form,
    NotIntact where bytes are not those that were sent; what stood before is taken.
    """
    there = arrived(room)
    taken: dict[int, Arrived | None] = {}
    try:
        for line, sha256, content in _unpacked(data, files):
            if line in there or line in taken:
                continue
            file = files[line - 1]
            if hashlib.sha256(content).hexdigest() != sha256 or file.sha256 not in ("", sha256):
                raise NotIntact("deposit.checksum", file.path)
            part = room.parts / f"{line}.{os.urandom(4).hex()}"
            room.parts.mkdir(exist_ok=True)
            part.write_bytes(content)
            _place(room, part, file)
            taken[line] = Arrived(sha256, False)
    finally:
        if taken:
            note(room, taken)
    return len(taken)


def drop(room: Room, line: int) -> None:
    """Forget what came of a file: it is sent again from its beginning."""
    with _guard:
        _hashing.pop((room.id, line), None)
    for path in (room.parts / str(line), room.parts / f"{line}.sums"):
        path.unlink(missing_ok=True)


def _unpacked(data: bytes, files: tuple[Offered, ...]) -> Iterator[tuple[int, str, bytes]]:
    place = 0
    while place < len(data):
        end = data.find(b"\n", place, place + 500)
        try:
            if end < 0:
                raise ValueError("no line")
            head = json.loads(data[place:end])
            line, size, sha256 = int(head["line"]), int(head["size"]), str(head["sha256"])
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise Refused("deposit.pack-wrong", "", position=place) from error
        content = data[end + 1 : end + 1 + size]
        if not 1 <= line <= len(files) or size != files[line - 1].size or len(content) != size:
            raise Refused("deposit.pack-wrong", "", position=place)
        yield line, sha256, content
        place = end + 1 + size


def _settle(room: Room, line: int, file: Offered) -> int:
    """A file whose every piece was written when a crash came before it had its name or its line: how much counts."""
    with _part(room, line) as handle:
        if line in arrived(room):
            return file.size
        if os.fstat(handle).st_size == file.size:
            os.fdatasync(handle)
            _place(room, room.parts / str(line), file)
        elif not (room.files / file.path).is_file() or (room.files / file.path).stat().st_size != file.size:
            drop(room, line)
            return 0
        note(room, {line: Arrived("", True)})
        (room.parts / str(line)).unlink(missing_ok=True)
        return file.size


@contextmanager
def _part(room: Room, line: int) -> Iterator[int]:
    """The part of a file, held: of two tabs that send the same file the second waits, and is told the offset."""
    room.parts.mkdir(exist_ok=True)
    with (room.parts / f"{line}.sums").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            handle = os.open(room.parts / str(line), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
        except FileNotFoundError:
            raise NotFound("deposit.unknown", room.id) from None
        try:
            yield handle
        finally:
            os.close(handle)


def _sums(room: Room, line: int) -> Iterator[tuple[int, str]]:
    try:
        text = (room.parts / f"{line}.sums").read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return
    for row in text.split("\n"):
        length, _, digest = row.partition(" ")
        if length.isdigit() and len(digest) == 64:
            yield int(length), digest


def _note_piece(room: Room, line: int, length: int, digest: str) -> None:
    # A line that a crash cut short must not run into the next.
    with (room.parts / f"{line}.sums").open("ab") as file:
        file.write(f"\n{length} {digest}\n".encode())


@contextmanager
def _hashed_on(key: tuple[str, int], at: int, data: Received, size: int) -> Iterator[list[str]]:
    """The sum of the file so far, after the block, during which a thread reckons it; none where it cannot be known.

    It can where every piece came through this process.
    """
    with _guard:
        known = _hashing.pop(key, None)
    hashed: list[str] = []
    if at == 0 and data.size == size:
        yield hashed
        hashed.append(data.sha256)
        return
    if at and (known is None or known[0] != at):
        yield hashed
        return
    hasher = known[1] if at and known is not None else hashlib.sha256()

    def reckon() -> None:
        for block in data.blocks:
            hasher.update(block)

    thread = Thread(target=reckon)
    thread.start()
    try:
        yield hashed
    finally:
        thread.join()
    hashed.append(hasher.hexdigest())
    with _guard:
        _hashing[key] = (at + data.size, hasher)
        while len(_hashing) > _KNOWN:
            _hashing.popitem(last=False)


def _place(room: Room, part: Path, file: Offered) -> None:
    """Give a whole file its name and its time, folder by folder below the room, following no link."""
    os.utime(part, ns=(file.mtime * 1_000_000, file.mtime * 1_000_000))
    *folders, name = file.path.split("/")
    room.files.mkdir(exist_ok=True)
    handle = os.open(room.files, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for folder in folders:
            with suppress(FileExistsError):
                os.mkdir(folder, 0o750, dir_fd=handle)
            inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        os.rename(part, name, dst_dir_fd=handle)
    except OSError as error:
        raise MediumProblem("deposit.not-written", file.path, reason=error.strerror or str(error)) from error
    finally:
        os.close(handle)
