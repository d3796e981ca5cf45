"""Carriers of old cases as they are read: a folder, a disc image or a device, by the same few questions.

Images and devices are read without mounting, so nobody needs root. Nothing here writes onto a carrier.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from metadata.findings import Finding
from preserve.errors import Refused
from preserve.ingest.legacy.records import BadRange, Carrier, FoundFile
from preserve.ingest.legacy.streams import Extents, OnDisc, OnFolder, Readable
from storage_adapters.errors import StorageError
from storage_adapters.file_systems import mount_of
from storage_adapters.optical.reading import DiscFile, length_of, list_files, read_disc

SECTOR = 2048
_DESCRIPTORS = (16 * SECTOR, 16 * SECTOR)  # where ISO 9660 and UDF say what volume it is (ECMA-119 6.2.1, ECMA-167 2/8)
_SHARED = 16  # files of one image may share bytes; more than this is how a small image claims to hold the world
_DEEPEST = 100

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Listed:
    """What lies on a carrier. `order` is the place of each file on it, so that discs are read without seeking."""

    carrier: Carrier
    files: tuple[FoundFile, ...]
    findings: tuple[Finding, ...] = ()
    digests: Mapping[str, str] | None = None


def kind_of(place: Path) -> Literal["folder", "image", "device"]:
    """What a place is. Raises Refused for what is no carrier."""
    try:
        mode = place.stat().st_mode
    except OSError as error:
        raise Refused("imports.carrier-absent", str(place), reason=error.strerror or "") from error
    if stat.S_ISDIR(mode):
        return "folder"
    if stat.S_ISBLK(mode):
        return "device"
    if stat.S_ISREG(mode):
        return "image"
    raise Refused("imports.carrier-unknown", str(place))


def check_of(place: Path) -> str:
    """What tells a carrier from another at the same place, found without reading it: the file system's UUID of a
    folder, length and volume descriptors of a disc. Raises Refused where there is none or it cannot be read.
    """
    if kind_of(place) == "folder":
        try:
            return mount_of(place).uuid
        except StorageError:
            return ""
    try:
        length = length_of(place)
        with place.open("rb") as file:
            head = os.pread(file.fileno(), _DESCRIPTORS[1], _DESCRIPTORS[0])
    except (OSError, StorageError) as error:
        raise Refused("imports.carrier-unreadable", str(place), reason=str(error)) from error
    return f"{length}:{hashlib.sha256(head).hexdigest()}"


def look(name: str, place: Path, skip: tuple[str, ...] = ()) -> Listed:
    """What lies on a carrier (its `name` is that in the plan), by its directories alone.

    Folders named in `skip` are left out. Raises Refused.
    """
    kind = kind_of(place)
    if kind == "folder":
        findings: list[Finding] = []
        files = tuple(_walk(name, place, skip, findings))
        try:
            mount = mount_of(place)
            label, mark = mount.label, mount.uuid
        except StorageError:
            label, mark = "", ""
        return Listed(Carrier(name, kind, str(place), label or place.name, mark), files, tuple(findings))
    listed = tuple(_on_disc(place, skip))
    files = tuple(FoundFile(name, file.path, file.size) for file in listed)
    label = _label(place)
    return Listed(Carrier(name, kind, str(place), label or place.stem, label), files)


def _on_disc(place: Path, skip: tuple[str, ...]) -> Iterator[DiscFile]:
    """The files of a disc, in their order on it. Raises Refused where it holds none that can be read."""
    if not _names(place, b"CD001"):  # xorriso takes what it does not know for a blank disc
        if _names(place, b"NSR02", b"NSR03"):
            raise Refused("imports.carrier-udf", str(place))
        raise Refused("imports.carrier-no-disc", str(place))
    try:
        files, length = list_files(place), length_of(place)
    except StorageError as error:
        raise Refused("imports.carrier-unreadable", str(place), reason=str(error.values.get("reason", ""))) from error
    if sum(file.size for file in files) > _SHARED * length + (64 << 20):
        raise Refused("imports.carrier-swells", str(place), size=sum(file.size for file in files), length=length)
    for file in files:
        if not set(file.path.split("/")[:-1]) & set(skip):
            yield file


def read_whole(listed: Listed, now: str, progress: Progress) -> Listed:
    """Read an image or device once from end to end: digests of its files, and which bytes it does not give.

    The carrier's mark becomes the digest of the whole. Of a folder nothing is read. Raises Refused.
    """
    carrier = listed.carrier
    if carrier.kind == "folder":
        return replace(listed, carrier=replace(carrier, read=now, tool="read(2)"))
    place = Path(carrier.place)
    try:
        files, length = list_files(place), length_of(place)
        # Beyond the end there is nothing to read, however much a directory claims: it is told without trying.
        inside = [file for file in files if all(start + size <= length for start, size in file.extents)]
        done = read_disc(place, inside, length, progress)
    except StorageError as error:
        raise Refused("imports.carrier-unreadable", str(place), reason=str(error.values.get("reason", ""))) from error
    wanted = {file.path for file in listed.files}
    bad = [one for file in files if file.path in wanted for one in _bad_of(file, done.unreadable, length)]
    digests = {path: digest for path, (_, digest) in done.files.items() if digest and path in wanted}
    mark = done.sha256 if not done.unreadable else ""
    read = replace(carrier, mark=mark or carrier.mark, read=now, tool="xorriso, pread(2)", bad=tuple(bad))
    return replace(listed, carrier=read, digests=digests)


def _bad_of(file: DiscFile, unreadable: tuple[tuple[int, int], ...], length: int) -> Iterator[BadRange]:
    """Ranges on the disc as ranges of a file that lies there."""
    at = 0
    for start, size in file.extents:
        for first, count in (*unreadable, (length, max(0, start + size - length))):
            low, high = max(start, first), min(start + size, first + count)
            if low < high:
                reason = "beyond the end" if first >= length else "unreadable sectors"
                yield BadRange(file.path, at + low - start, high - low, reason)
        at += size


class CarrierFiles:
    """The files of a carrier that is there, each to be opened by its path."""

    def __init__(self, carrier: Carrier, place: Path) -> None:
        self.carrier, self.place = carrier, place
        self._extents: dict[str, Extents] | None = None

    def order(self, path: str) -> int:
        """Where it lies: files are read in this order."""
        extents = self._discs().get(path) if self.carrier.kind != "folder" else None
        return extents.parts[0][0] if extents is not None and extents.parts else 0

    def open(self, path: str) -> Readable:
        """The file's bytes by offset. Raises Refused where it is not there."""
        if self.carrier.kind == "folder":
            return OnFolder(self.place, path)
        extents = self._discs().get(path)
        if extents is None:
            raise Refused("imports.file-absent", path, carrier=self.carrier.label or self.carrier.id)
        return OnDisc(self.place, path, extents)

    def _discs(self) -> dict[str, Extents]:
        if self._extents is None:
            self._extents = {file.path: Extents(file.size, file.extents) for file in _on_disc(self.place, ())}
        return self._extents


def bad_ranges(file: Readable, progress: Progress = lambda moved: None) -> list[BadRange]:
    """Read a file through; the ranges that the carrier does not give, sector by sector."""
    bad: list[BadRange] = []
    for start in range(0, file.size, 128 * SECTOR):
        end = min(file.size, start + 128 * SECTOR)
        try:
            file.pread(start, end - start)
        except OSError:
            for sector in range(start, end, SECTOR):
                length = min(SECTOR, end - sector)
                try:
                    file.pread(sector, length)
                except OSError as error:
                    _note(bad, BadRange(file.path, sector, length, error.strerror or str(error)))
        progress(end - start)
    return bad


def _note(bad: list[BadRange], one: BadRange) -> None:
    if bad and bad[-1].start + bad[-1].length == one.start and bad[-1].reason == one.reason:
        bad[-1] = replace(bad[-1], length=bad[-1].length + one.length)
    else:
        bad.append(one)


def _walk(name: str, root: Path, skip: tuple[str, ...], findings: list[Finding]) -> Iterator[FoundFile]:
    """Every regular file; what cannot be listed is told and the rest goes on. Links are never followed."""
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        try:
            with os.scandir(root / prefix) as found:
                entries = sorted(found, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            findings.append(
                Finding("imports.folder-unreadable", prefix or str(root), "error", {"reason": error.strerror or ""})
            )
            continue
        inner = []
        for entry in entries:
            path = f"{prefix}{entry.name}"
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                findings.append(Finding("imports.folder-unreadable", path, "error", {"reason": error.strerror or ""}))
                continue
            if stat.S_ISDIR(status.st_mode):
                if entry.name not in skip and path.count("/") < _DEEPEST:
                    inner.append(path + "/")
            elif stat.S_ISREG(status.st_mode):
                yield FoundFile(name, path, status.st_size, status.st_mtime_ns)
            else:
                findings.append(Finding("imports.not-a-file", path, "warning"))
        waiting += reversed(inner)


def _label(place: Path) -> str:
    """The name of the volume: that of Joliet where there is one, else that of ISO 9660 (ECMA-119 8.4.7)."""
    best = ""
    try:
        with place.open("rb") as file:
            for number in range(16, 32):
                sector = os.pread(file.fileno(), SECTOR, number * SECTOR)
                if len(sector) < SECTOR or sector[1:6] != b"CD001" or sector[0] == 255:
                    break
                if sector[0] == 1:
                    best = best or sector[40:72].decode("ascii", "replace")
                elif sector[0] == 2 and sector[88:91] in (b"%/@", b"%/C", b"%/E"):
                    best = sector[40:72].decode("utf-16-be", "replace")
    except OSError:
        return ""
    return best.strip(" \x00")


def _names(place: Path, *standards: bytes) -> bool:
    """Whether the volume recognition sequence names one of these (ECMA-119 8.1.2, ECMA-167 2/9)."""
    try:
        with place.open("rb") as file:
            head = os.pread(file.fileno(), _DESCRIPTORS[1], _DESCRIPTORS[0])
    except OSError:
        return False
    return any(head[at + 1 : at + 6] in standards for at in range(0, len(head), SECTOR))
