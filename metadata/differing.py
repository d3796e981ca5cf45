"""Compares the files of a package with the checksums that its METS gives them, in a folder or in an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from metadata.csip import METS
from metadata.findings import Finding
from metadata.fixity import Fixity, Reading, Said, by_algorithm, workers_for
from metadata.hashing import new_digest

if TYPE_CHECKING:
    from metadata.packed import Listed, Packed

_PIECE = 1 << 20
_LARGEST = 256 << 20  # of a METS document that is put aside


def differing(wanted: list[Said], *, reading: Reading | None, counted: Fixity) -> Iterator[Finding]:
    """The files whose bytes are not those that METS describes; nothing is read where `reading` is None."""
    if reading is None:
        return
    asked: dict[str, list[Said]] = {}
    for said in wanted:
        asked.setdefault(said.path, []).append(said)
    jobs = [(path, tuple({said.algorithm: None for said in some}), some[0].size) for path, some in asked.items()]
    reading = replace(reading, workers=workers_for(len(jobs), sum(job[2] for job in jobs), reading.workers))
    for chunk, answers in reading.answers(iter(jobs)):
        moved = sum(job[2] for job in chunk)
        counted.size += moved
        reading.progress(moved)
        for job, read in zip(chunk, answers, strict=True):
            seen = by_algorithm(job, read)
            for said in asked[job[0]]:
                counted.digests += 1
                if read[1]:
                    yield Finding("bag.file-unreadable", said.path, values={"reason": read[1]})
                elif seen[said.algorithm] != said.digest:
                    yield Finding("csip.checksum-differs", said.path, values={"algorithms": said.algorithm})


def differing_packed(
    wanted: list[Said], *, packed: Packed, listed: Listed, read: bool, counted: Fixity, progress: Callable[[int], None]
) -> Iterator[Finding]:
    """As `differing`, in one pass over an archive. What cannot be read without a password was told with its list."""
    asked: dict[str, list[Said]] = {}
    for said in wanted if read else ():
        if said.path not in listed.inventory.unreadable:
            asked.setdefault(listed.top + said.path, []).append(said)
    for entry, stream in packed.stream(lambda entry: entry.path in asked) if asked else ():
        some = asked.pop(entry.path)  # a second file of that name, which the list tells of, is not looked at
        running = {said.algorithm: new_digest(said.algorithm) for said in some}
        while data := stream.read(_PIECE):
            for digest in running.values():
                digest.update(data)
            progress(len(data))
        for said in some:
            counted.digests += 1
            if running[said.algorithm].hexdigest() != said.digest:
                yield Finding("csip.checksum-differs", said.path, values={"algorithms": said.algorithm})


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
            while data := stream.read(_PIECE):
                out.write(data)
