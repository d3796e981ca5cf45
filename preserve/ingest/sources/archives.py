"""Deposits that are zip or tar archives; members are read in place, nothing is unpacked before it was looked at."""

from __future__ import annotations

import calendar
import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from metadata.identity import without_dots
from preserve.errors import Refused
from preserve.ingest.sources import Entry, EntryKind
from preserve.ingest.sources.zip_names import Habits, habits_of, path_of

_MOST_BEHIND = 1 << 26
"""So many zeros may fill up a tar behind its last file; tar itself writes at most half a mebibyte of them."""
_ZIP_END, _ZIP_END_SIZE, _LONGEST_COMMENT = b"PK\5\6", 22, 0xFFFF
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError)


class Bounded:
    """A member's bytes that may not be more than the archive's list says: a lie there is how bombs get in."""

    def __init__(self, stream: IO[bytes], size: int, path: str) -> None:
        self._stream = stream
        self._left = size
        self._path = path

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes. Raises Refused on damage, or when more comes than was listed."""
        try:
            data = self._stream.read(size)
        except (*_DAMAGE, OSError, RuntimeError) as error:
            raise Refused("sip.member-damaged", self._path, detail=str(error)) from error
        self._left -= len(data)
        if self._left < 0:
            raise Refused("sip.member-larger", self._path)
        return data


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:  # the flag says UTF-8, the bytes are something else
        raise Refused("sip.archive-names", str(path), detail=str(error)) from error
    except (*_DAMAGE, gzip.BadGzipFile, NotImplementedError, ValueError) as error:
        raise Refused("sip.archive-damaged", str(path), detail=str(error)) from error
    except OSError as error:
        raise Refused("sip.unreadable", str(path), reason=error.strerror or str(error)) from error


@dataclass(frozen=True, slots=True)
class ZipSource:
    """A zip archive."""

    path: Path

    @property
    def kind(self) -> str:
        """Always `zip`."""
        return "zip"

    @property
    def folder(self) -> Path | None:
        """None: members have no place of their own."""
        return None

    def entries(self) -> Iterator[Entry]:
        """The members in the order of the archive's list."""
        with _readable(self.path), zipfile.ZipFile(self.path) as archive:
            _refuse_overlaps(archive, self.path)
            habits = habits_of(archive.infolist())
            for order, member in enumerate(archive.infolist()):
                yield _zip_entry(member, order, habits)
            _refuse_around(archive, self.path)

    def stream(self, wanted: Callable[[Entry], bool]) -> Iterator[tuple[Entry, BinaryIO]]:
        """The wanted members; the checksum of each is checked by reading it to its end."""
        with _readable(self.path), zipfile.ZipFile(self.path) as archive:
            habits = habits_of(archive.infolist())
            for order, member in enumerate(archive.infolist()):
                entry = _zip_entry(member, order, habits)
                if entry.kind == "file" and wanted(entry):
                    try:
                        stream = archive.open(member)
                    except RuntimeError as error:  # encrypted
                        raise Refused("sip.member-encrypted", entry.path, detail=str(error)) from error
                    with stream:
                        yield entry, cast(BinaryIO, Bounded(stream, member.file_size, entry.path))

    def read(self, path: str, limit: int) -> bytes:
        """One small member."""
        for entry, stream in self.stream(lambda entry: entry.path == path):
            return _read_all(stream, entry, limit)
        raise Refused("sip.unreadable", path, reason="not in the archive")


def _read_all(stream: BinaryIO, entry: Entry, limit: int) -> bytes:
    if entry.size > limit:
        raise Refused("sip.file-too-large", entry.path, limit=limit)
    return stream.read(limit + 1)


def _refuse_overlaps(archive: zipfile.ZipFile, path: Path) -> None:
    """Members that share bytes are how a small zip becomes a huge one without any suspicious ratio."""
    end = 0
    for member in sorted(archive.infolist(), key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise Refused("sip.archive-overlaps", str(path))
        end = member.header_offset + 30 + member.compress_size


def _refuse_around(archive: zipfile.ZipFile, path: Path) -> None:
    """Bytes before the first member or behind the list may be another archive, whose files nobody would miss."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = file.seek(max(0, size - _ZIP_END_SIZE - _LONGEST_COMMENT))
        tail = file.read()
    end = max(tail.rfind(_ZIP_END), 0) + _ZIP_END_SIZE + len(archive.comment)
    before = min((member.header_offset for member in archive.infolist()), default=0)
    if before or tail[end:].strip(b"\0 \t\r\n"):
        raise Refused("sip.archive-around", str(path), size=before + size - start - end)


def _refuse_behind(archive: tarfile.TarFile, path: Path) -> None:
    """A tar is read up to the first header that is none, so that a damaged one, or a second tar, would hide files.

    Reading on also holds what packed the tar to its own checksum.
    """
    file = cast(IO[bytes], archive.fileobj)
    file.seek(archive.offset)
    read = 0
    while data := file.read(1 << 20):
        read += len(data)
        if data.strip(b"\0") or read > _MOST_BEHIND:
            raise Refused("sip.archive-behind", str(path))


def _zip_entry(member: zipfile.ZipInfo, order: int, habits: Habits) -> Entry:
    name, read_as = path_of(member, habits)
    mode = member.external_attr >> 16
    kind: EntryKind = "folder" if name.endswith("/") else "file"
    if member.create_system == 3 and mode:
        if stat.S_ISLNK(mode):
            kind = "symlink"
        elif stat.S_ISFIFO(mode):
            kind = "fifo"
        elif stat.S_ISBLK(mode) or stat.S_ISCHR(mode):
            kind = "device"
    try:
        modified: int | None = calendar.timegm((*member.date_time, 0, 0, 0)) * 1_000_000_000
    except (ValueError, OverflowError):
        modified = None
    return Entry(
        name.rstrip("/") if kind == "folder" else name,
        kind,
        member.file_size,
        modified,
        bool(member.flag_bits & 1),
        member.compress_size,
        order=order,
        read_as=read_as,
    )


@dataclass(frozen=True, slots=True)
class TarSource:
    """A tar archive, compressed or not; read from front to end."""

    path: Path

    @property
    def kind(self) -> str:
        """Always `tar`."""
        return "tar"

    @property
    def folder(self) -> Path | None:
        """None: members have no place of their own."""
        return None

    def _open(self) -> tarfile.TarFile:
        return tarfile.open(self.path, "r:*", encoding="utf-8", errors="surrogateescape")

    def entries(self) -> Iterator[Entry]:
        """The members in the order in which they lie."""
        with _readable(self.path), self._open() as archive:
            for order, member in enumerate(archive):
                entry = _tar_entry(member, order)
                if entry.path not in ("", "."):  # `tar -C folder .` begins with the folder itself
                    yield entry
            _refuse_behind(archive, self.path)

    def stream(self, wanted: Callable[[Entry], bool]) -> Iterator[tuple[Entry, BinaryIO]]:
        """The wanted members with their bytes."""
        with _readable(self.path), self._open() as archive:
            for order, member in enumerate(archive):
                entry = _tar_entry(member, order)
                if entry.kind == "file" and wanted(entry) and (stream := archive.extractfile(member)) is not None:
                    with stream:
                        yield entry, cast(BinaryIO, Bounded(stream, member.size, entry.path))

    def read(self, path: str, limit: int) -> bytes:
        """One small member."""
        for entry, stream in self.stream(lambda entry: entry.path == path):
            return _read_all(stream, entry, limit)
        raise Refused("sip.unreadable", path, reason="not in the archive")


def _tar_entry(member: tarfile.TarInfo, order: int) -> Entry:
    kind: EntryKind = "device"
    if member.isreg():
        kind = "file"
    elif member.isdir():
        kind = "folder"
    elif member.issym():
        kind = "symlink"
    elif member.islnk():
        kind = "hardlink"
    elif member.isfifo():
        kind = "fifo"
    # A name that begins with ./ is how `tar -C folder .` writes them; it is no trick.
    path = without_dots(member.name)
    return Entry(path, kind, member.size, int(member.mtime) * 1_000_000_000, target=member.linkname, order=order)
