"""Compares the files of a package with the checksums that its METS gives them, in a folder or in an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copyfileobj

from metadata.csip import METS
from metadata.findings import Finding
from metadata.fixity import Fixity, Reading, compare, workers_for
from metadata.hashing import Job, new_digest
from metadata.packed import Listed, Packed

_PIECE = 1 << 20
_LARGEST = 256 << 20  # of a METS document that is put aside


def differing(jobs: list[Job], *, reading: Reading | None, counted: Fixity) -> Iterator[Finding]:
    """The files whose bytes are not those that METS describes; nothing is read where `reading` is None."""
    if reading is None:
        return
    reading = replace(reading, workers=workers_for(len(jobs), sum(job[3] for job in jobs), reading.workers))
    for path, algorithms, reason in compare(iter(jobs), reading, counted):
        if reason:
            yield Finding("bag.file-unreadable", path, values={"reason": reason})
        else:
            yield Finding("csip.checksum-differs", path, values={"algorithms": algorithms})


def differing_packed(
    jobs: list[Job], *, packed: Packed, listed: Listed, read: bool, counted: Fixity, progress: Callable[[int], None]
) -> Iterator[Finding]:
    """As `differing`, in one pass over an archive. What cannot be read without a password was told with its list."""
    wanted: dict[str, list[Job]] = {}
    for job in jobs if read else ():
        if job[0] not in listed.inventory.unreadable:
            wanted.setdefault(listed.top + job[0], []).append(job)
    for entry, stream in packed.stream(lambda entry: entry.path in wanted) if wanted else ():
        asked = wanted.pop(entry.path)  # a second file of that name, which the list tells of, is not looked at
        running = {job[1][0]: new_digest(job[1][0]) for job in asked}
        while data := stream.read(_PIECE):
            for digest in running.values():
                digest.update(data)
            progress(len(data))
        for path, (algorithm,), (said,), _ in asked:
            counted.digests += 1
            if running[algorithm].hexdigest() != said:
                yield Finding("csip.checksum-differs", path, values={"algorithms": algorithm})


def put_aside(packed: Packed, listed: Listed, folder: Path) -> None:
    """Write the METS documents of a package in an archive into `folder`, where they are read."""
    wanted = {
        listed.top + path: path
        for path, size in listed.inventory.files.items()
        if size <= _LARGEST
        and path not in listed.inventory.unreadable
        and (path == METS or (path.startswith("representations/") and path.count("/") == 2 and path.endswith(METS)))
    }
    folder.mkdir(parents=True, exist_ok=True)
    for entry, stream in packed.stream(lambda entry: entry.path in wanted):
        target = folder / wanted.pop(entry.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            copyfileobj(stream, out, _PIECE)
