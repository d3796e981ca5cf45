"""Reads a disc or its image without mounting it: where each file lies (xorriso), and every byte in one pass.

Files lie one after the other on a disc, so one pass in the order of the sectors gives the digest of the whole and that
of each file, and a drive never seeks. A sector that cannot be read is noted and read over, so that one scratch does
not hide the rest.
"""

from __future__ import annotations

import io
import os
import queue
import re
import shlex
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage_adapters.contract import ExpectedFile, FileCheck
from storage_adapters.digests import Digester, new_digest
from storage_adapters.errors import MediumAbsent, MediumFailing, ToolFailed
from storage_adapters.medium_errors import on_medium
from storage_adapters.optical.tools import run_tool

SECTOR = 2048
_BLOCK = 128 * SECTOR
_NAMES = ("-charset", "UTF-8", "-local_charset", "UTF-8")  # else the locale decides what is left of Chinese ones
_ROW = re.compile(r"^File data lba:\s*(\d+) ,\s*(\d+) ,\s*(\d+) ,\s*(\d+) , (.*)$")


@dataclass(frozen=True, slots=True)
class DiscFile:
    """A file on a disc: its path without leading slash, size, and extents as (byte offset, length)."""

    path: str
    size: int
    extents: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class DiscRead:
    """One pass over a disc: digest and length of what was read, unreadable byte ranges, and digests by file."""

    sha256: str
    size: int
    unreadable: tuple[tuple[int, int], ...]
    files: Mapping[str, tuple[int, str]]  # size and SHA-256; the digest is empty where a byte could not be read


def address(disc: Path) -> str:
    """How xorriso is to be told of a disc: a device by its name, a file as `stdio:`."""
    return str(disc) if _is_device(disc) else f"stdio:{disc}"


def _is_device(disc: Path) -> bool:
    try:
        return stat.S_ISBLK(disc.stat().st_mode) or stat.S_ISCHR(disc.stat().st_mode)
    except OSError:
        return False


def list_files(disc: Path) -> list[DiscFile]:
    """Every file of the disc, in the order of their first sectors. Raises MediumAbsent, MediumFailing."""
    if not disc.exists():
        raise MediumAbsent(str(disc))
    try:
        said = run_tool(
            [
                "xorriso",
                *("-return_with", "FAILURE", "32"),
                *_NAMES,
                "-indev",
                address(disc),
                "-find",
                "/",
                "-type",
                "f",
                "-exec",
                "report_lba",
                "--",
            ]
        )
    except ToolFailed as error:
        if error.values.get("status") is None:
            raise
        raise MediumFailing(str(disc), reason=str(error.values.get("reason", ""))) from error
    rows: dict[str, list[tuple[int, int, int]]] = {}
    for line in said.splitlines():
        if match := _ROW.match(line):
            _, start, blocks, size, quoted = match.groups()
            rows.setdefault(_unquoted(quoted), []).append((int(start), int(blocks), int(size)))
    files = []
    for path, parts in rows.items():
        size = left = parts[0][2]
        extents = []
        for start, blocks, _ in parts:
            length = min(blocks * SECTOR, left)
            if length:
                extents.append((start * SECTOR, length))
            left -= length
        files.append(DiscFile(path.removeprefix("/"), size, tuple(extents)))
    if not files and "Volume id" not in said:
        raise MediumFailing(str(disc), reason="no ISO 9660 file system")
    return sorted(files, key=lambda file: (file.extents[0][0] if file.extents else 0, file.path))


def _unquoted(text: str) -> str:
    return text[1:-1] if text.count("'") == 2 else shlex.split(text)[0]


def length_of(disc: Path) -> int:
    """Bytes of a disc or image. Raises MediumAbsent, MediumFailing."""
    if not disc.exists():
        raise MediumAbsent(str(disc))
    with on_medium(disc):
        handle = os.open(disc, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.lseek(handle, 0, os.SEEK_END)
        finally:
            os.close(handle)


class _Sectors:
    """Reads ranges of the disc, past the cache; notes what cannot be read and gives zeros for it."""

    def __init__(self, disc: Path) -> None:
        with on_medium(disc):
            self.handle = os.open(disc, os.O_RDONLY | os.O_CLOEXEC)
            os.posix_fadvise(self.handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.posix_fadvise(self.handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        self.bad: list[tuple[int, int]] = []

    def read(self, offset: int, length: int) -> bytes:
        try:
            data = os.pread(self.handle, length, offset)
            while (
                data and len(data) < length and (more := os.pread(self.handle, length - len(data), offset + len(data)))
            ):
                data += more
        except OSError:
            data = b"" if length <= SECTOR else self._by_sector(offset, length)
        if len(data) < length:
            self._note(offset + len(data), length - len(data))
            data += bytes(length - len(data))
        return data

    def _by_sector(self, offset: int, length: int) -> bytes:
        pieces = []
        for start in range(offset, offset + length, SECTOR):
            pieces.append(self.read(start, min(SECTOR, offset + length - start)))
        return b"".join(pieces)

    def _note(self, offset: int, length: int) -> None:
        if self.bad and self.bad[-1][0] + self.bad[-1][1] == offset:
            self.bad[-1] = (self.bad[-1][0], self.bad[-1][1] + length)
        else:
            self.bad.append((offset, length))

    def touches(self, offset: int, length: int) -> bool:
        return any(start < offset + length and offset < start + size for start, size in self.bad)

    def close(self) -> None:
        os.close(self.handle)


def read_disc(
    disc: Path,
    files: list[DiscFile],
    size: int,
    progress: Callable[[int], None] = lambda moved: None,
    onto: Path | None = None,
) -> DiscRead:
    """Read the first `size` bytes once; with `onto` what is read is also written there (zeros for what is not).

    `files` are those of `list_files`, or none where only the whole matters.
    """
    sectors = _Sectors(disc)
    whole = Digester("sha256", lambda: None)
    whole.blocks = queue.Queue(64)  # type: ignore[assignment]  # bounded: a digest slower than the drive must not pile up
    whole.start()
    segments = sorted(
        (offset, length, number) for number, file in enumerate(files) for offset, length in file.extents if length
    )
    running: dict[int, Any] = {}
    out = None
    done = {file.path: (file.size, new_digest("sha256").hexdigest()) for file in files if not file.extents}
    try:
        with on_medium(onto or disc):
            out = onto.open("wb") if onto is not None else None
        position = 0

        def advance(until: int, digest: object = None) -> None:
            nonlocal position
            while position < until:
                block = sectors.read(position, min(_BLOCK, until - position))
                whole.blocks.put(memoryview(block))
                if digest is not None:
                    digest.update(block)  # type: ignore[attr-defined]
                if out is not None:
                    with on_medium(onto or disc):
                        out.write(block)
                position += len(block)
                progress(len(block))

        for offset, length, number in segments:
            file = files[number]
            digest = running.setdefault(number, new_digest("sha256"))
            if offset >= position and offset + length <= size:
                advance(offset)
                advance(offset + length, digest)
            else:  # shared with another file, or beyond the end
                for start in range(offset, offset + length, _BLOCK):
                    digest.update(sectors.read(start, min(_BLOCK, offset + length - start)))
            if (offset, length) == file.extents[-1]:
                bad = any(sectors.touches(*extent) for extent in file.extents)
                done[file.path] = (file.size, "" if bad else str(digest.hexdigest()))
                del running[number]
        advance(size)
    finally:
        whole.blocks.put(None)
        whole.join()
        sectors.close()
        if out is not None:
            out.close()
    return DiscRead(str(whole.running.hexdigest()), size, tuple(sectors.bad), done)


def check_disc_files(
    disc: Path,
    files: list[DiscFile],
    expected: Iterator[ExpectedFile],
    progress: Callable[[int], None],
    prefix: str = "",
) -> Iterator[FileCheck]:
    """Compare files with what they should be, in the order of their sectors."""
    known = {file.path: file for file in files}
    wanted = {prefix + file.path: file for file in expected}
    sectors = _Sectors(disc)
    try:
        for path in sorted(wanted, key=lambda path: known[path].extents[:1] if path in known else ()):
            file, want = known.get(path), wanted[path]
            if file is None:
                yield FileCheck(want.path, "absent", 0, {})
                continue
            running = {name: new_digest(name) for name in want.digests}
            for offset, length in file.extents:
                for start in range(offset, offset + length, _BLOCK):
                    block = sectors.read(start, min(_BLOCK, offset + length - start))
                    for digest in running.values():
                        digest.update(block)
                    progress(len(block))
            seen = {name: str(digest.hexdigest()) for name, digest in running.items()}
            if any(sectors.touches(*extent) for extent in file.extents):
                yield FileCheck(want.path, "unreadable", file.size, {}, "unreadable sectors")
            elif want.size is not None and want.size != file.size:
                yield FileCheck(want.path, "damaged", file.size, seen, f"size {file.size}, should be {want.size}")
            else:
                wrong = [name for name, value in want.digests.items() if seen[name] != value]
                yield FileCheck(want.path, "damaged" if wrong else "intact", file.size, seen, ", ".join(wrong))
    finally:
        sectors.close()


class DiscStream(io.RawIOBase):
    """One file of a disc as a stream. Raises MediumFailing at a sector that cannot be read."""

    def __init__(self, disc: Path, file: DiscFile) -> None:
        super().__init__()
        self._disc = disc
        self._sectors = _Sectors(disc)
        self._extents = list(file.extents)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The next bytes."""
        if not self._extents:
            return 0
        offset, length = self._extents[0]
        count = min(len(buffer), length)
        buffer[:count] = self._sectors.read(offset, count)
        if self._sectors.bad:
            raise MediumFailing(str(self._disc), reason=f"unreadable at byte {self._sectors.bad[0][0]}")
        if count == length:
            self._extents.pop(0)
        else:
            self._extents[0] = (offset + count, length - count)
        return count

    def close(self) -> None:
        """Let go of the disc."""
        if not self.closed:
            self._sectors.close()
        super().close()
