"""Looks into a deposit's files for what could do harm: viruses by clamd, archives that swell, archives under lock.

What was not scanned is said to be not scanned; no report lets silence pass for a clean result.
"""

from __future__ import annotations

import gzip
import lzma
import os
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, BinaryIO, cast

from metadata.findings import Finding
from preserve.errors import Refused
from preserve.ingest.clamd import Answer, scan_stream, version
from preserve.ingest.receive import Deposit, DepositProfile
from preserve.ingest.sources import Entry
from preserve.ingest.sources.inventory import index_of, paths_of

Progress = Callable[[int], None]

_PIECE = 1 << 20
_IN_MEMORY = 8 << 20
_NESTED = (".zip",)
_ROLLED = (".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError)


def scan(deposit: Deposit, profile: DepositProfile, clamd: str, scratch: Path, progress: Progress) -> list[Finding]:
    """Everything that is to be said of a deposit's contents; findings of severity `refuse` refuse it.

    `clamd` is the socket of the home's settings, or empty; `progress` gets bytes. Without clamd only the nested
    archives are read. Raises ToolMissing when clamd is named but silent, Refused on a damaged deposit.
    """
    if clamd:
        version(clamd)  # fails at once, not after the first gigabyte
    findings: list[Finding] = []
    for entry, stream in _streams(deposit, bool(clamd)):
        if _nested(entry):
            # In a folder it lies where one can go back and forth in it already.
            with nullcontext(stream) if deposit.source.folder else _spool(stream, scratch) as kept:
                findings += _look_into(kept, entry.path, profile, scratch, 1)
                kept.seek(0)
                findings += _for_viruses(clamd, cast(BinaryIO, kept), entry, profile)
        else:
            findings += _for_viruses(clamd, stream, entry, profile)
        progress(entry.size)
    if not clamd:
        findings.append(Finding("sip.no-scanner", "", "warning", {"count": len(deposit.files)}))
    elif unscanned := sum(finding.code == "sip.not-scanned" for finding in findings):
        findings.append(
            Finding("sip.scan-incomplete", "", "warning", {"count": unscanned, "files": len(deposit.files)})
        )
    return findings


def _streams(deposit: Deposit, each: bool) -> Iterator[tuple[Entry, BinaryIO]]:
    """The files, and what a package of another system holds beside them; unless `each`, archives alone."""
    if each or any(map(_is_nested, paths_of(deposit.files))):
        payload = index_of(deposit.files)
        yield from deposit.source.stream(lambda e: (each or _nested(e)) and payload.place(e.path) is not None)
    if deposit.foreign is not None:
        kept = {entry.path for entry in deposit.foreign.kept}
        yield from deposit.foreign.source.stream(lambda entry: entry.path in kept and (each or _nested(entry)))


def _for_viruses(clamd: str, stream: BinaryIO, entry: Entry, profile: DepositProfile) -> Iterator[Finding]:
    if not clamd:
        return
    if entry.size > profile.largest_scanned:
        answer = Answer("not-scanned", f"> {profile.largest_scanned} B")
    else:
        answer = scan_stream(clamd, stream)
    if answer.state == "infected":
        yield Finding("sip.virus", entry.path, "refuse", {"virus": answer.detail})
    elif answer.state == "not-scanned":
        yield Finding("sip.not-scanned", entry.path, "warning", {"reason": answer.detail})


def _nested(entry: Entry) -> bool:
    return _is_nested(entry.path)


def _is_nested(path: str) -> bool:
    return path.lower().endswith((*_NESTED, *_ROLLED, ".gz"))


@contextmanager
def _spool(stream: BinaryIO, scratch: Path) -> Iterator[IO[bytes]]:
    """The bytes of a stream where one can go back and forth in them, on disk when they are many."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(scratch)) as kept:
        while data := stream.read(_PIECE):
            kept.write(data)
        yield cast(IO[bytes], kept)


def _look_into(file: IO[bytes], where: str, profile: DepositProfile, scratch: Path, depth: int) -> Iterator[Finding]:
    """What an archive inside the deposit holds; nothing but archives in it is unpacked."""
    if depth > profile.deepest_archives:
        yield Finding("sip.nested-too-deep", where, "refuse", {"limit": profile.deepest_archives})
        return
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    name = where.lower()
    look = _zipped if name.endswith(_NESTED) else _rolled if name.endswith(_ROLLED) else _squeezed
    try:
        yield from look(file, where, profile, scratch, (depth, size))
    except _Swells as error:
        values = {"ratio": error.total // max(size, 1), "limit": profile.largest_ratio}
        yield Finding("sip.bomb", where, "refuse", values)
    except (*_DAMAGE, gzip.BadGzipFile) as error:
        yield Finding("sip.nested-damaged", where, "warning", detail=str(error))


class _Swells(Exception):
    """An archive holds far more than its size; `total` is what was seen of it."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self.total = total


def _require_ratio(total: int, size: int, profile: DepositProfile) -> None:
    if total > profile.ratio_matters_from and total > profile.largest_ratio * size:
        raise _Swells(total)


def _zipped(
    file: IO[bytes], where: str, profile: DepositProfile, scratch: Path, place: tuple[int, int]
) -> Iterator[Finding]:
    """As its own list says."""
    depth, size = place
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > profile.most_files:
            yield Finding("sip.nested-too-many", where, "refuse", {"limit": profile.most_files})
            return
        _require_ratio(sum(member.file_size for member in members), size, profile)
        if any(member.flag_bits & 1 for member in members):
            yield Finding("sip.nested-encrypted", where, "warning")
        for member in members:
            if _is_archive(member.filename) and not member.flag_bits & 1:
                inside = f"{where}/{member.filename}"
                with archive.open(member) as stream, _spool(cast(BinaryIO, stream), scratch) as inner:
                    yield from _look_into(inner, inside, profile, scratch, depth + 1)


def _rolled(
    file: IO[bytes], where: str, profile: DepositProfile, scratch: Path, place: tuple[int, int]
) -> Iterator[Finding]:
    """From front to end, which is how a tar is listed and how its damage shows."""
    depth, size = place
    total = 0
    with tarfile.open(fileobj=file, mode="r:*") as archive:
        for count, member in enumerate(archive, 1):
            total += member.size
            if count > profile.most_files:
                yield Finding("sip.nested-too-many", where, "refuse", {"limit": profile.most_files})
                return
            _require_ratio(total, size, profile)
            if member.isreg() and _is_archive(member.name) and (stream := archive.extractfile(member)) is not None:
                with _spool(cast(BinaryIO, stream), scratch) as inner:
                    yield from _look_into(inner, f"{where}/{member.name}", profile, scratch, depth + 1)


def _squeezed(
    file: IO[bytes], where: str, profile: DepositProfile, scratch: Path, place: tuple[int, int]
) -> Iterator[Finding]:
    """A single file in gzip, read to its end for the checksum that stands there."""
    total = 0
    with gzip.GzipFile(fileobj=file, mode="rb") as stream:
        while data := stream.read(_PIECE):
            total += len(data)
            _require_ratio(total, place[1], profile)
    yield from ()


def _is_archive(name: str) -> bool:
    return name.lower().endswith((*_NESTED, *_ROLLED))


def require_clean(findings: list[Finding]) -> None:
    """Raise Refused with every reason when there is one."""
    if reasons := [finding for finding in findings if finding.severity == "refuse"]:
        raise Refused("sip.refused", findings=reasons)
