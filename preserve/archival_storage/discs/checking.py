"""Checks any disc or image with nothing but itself: marker, every block, every file against the list it carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from metadata import bag
from metadata.errors import BagUnreadable
from metadata.findings import Finding
from preserve.archival_storage.discs.sources import Source
from preserve.errors import NotIntact
from preserve.work import require_space
from storage_adapters.errors import MediumFailing, StorageError
from storage_adapters.marker import Marker
from storage_adapters.optical import ecc
from storage_adapters.optical.adapter import read_disc_marker
from storage_adapters.optical.reading import SECTOR, DiscFile, DiscRead, length_of, list_files, read_disc

_LIST = "manifest-sha256.txt"


@dataclass(frozen=True, slots=True)
class DiscReport:
    """What a disc was found to be. Sizes in bytes; `sha256` is of all of it.

    `repairable`: it carries error correction, and no more is missing or unreadable than that makes good.
    """

    marker: Marker | None
    files: int
    size: int
    sha256: str
    unreadable: int
    repairable: bool
    findings: tuple[Finding, ...]
    list_sha256: str = ""  # of the disc's own list

    @property
    def intact(self) -> bool:
        """Nothing is damaged."""
        return not any(finding.severity == "error" for finding in self.findings)


def check_disc(disc: Path, progress: Callable[[int], None] = lambda moved: None, size: int = 0) -> DiscReport:
    """Read every block once and hold every file against the disc's own list.

    Where the image was `size` bytes long, only these are read: a drive may tell more. Raises MediumAbsent; damage is a
    finding, with the names of the files it reaches.
    """
    there = length_of(disc)
    layout, wanted = _expected(disc, size)
    size = size or there
    try:
        files = list_files(disc)
    except MediumFailing as error:
        finding = Finding("storage.disc-unreadable", str(disc), "error", {"reason": str(error.values["reason"])})
        # Where not even the list of files is read, what is missing is not known.
        return DiscReport(None, 0, size, "", 0, False, (finding,))
    findings = list(_lacking(disc, files, there, wanted, layout))
    seen = read_disc(disc, files, size, progress)
    listed = _listed(disc, files, findings)
    for path, digest in listed.items():
        if path not in seen.files:
            findings.append(Finding("storage.disc-file-absent", path, "error"))
        elif seen.files[path][1] != digest:
            code = "storage.disc-file-unreadable" if not seen.files[path][1] else "storage.disc-file-damaged"
            findings.append(Finding(code, path, "error"))
    extra = [path for path in seen.files if path not in listed and path != _LIST]
    if listed:
        findings += [Finding("storage.disc-file-unexpected", path, "error") for path in extra]
    marker = None
    try:
        marker = read_disc_marker(disc, files)
    except StorageError:
        findings.append(Finding("storage.disc-no-marker", str(disc), "error"))
    bad = sum(length for _, length in seen.unreadable)
    repairable = layout is not None and layout.can_repair(_missing(seen, there, wanted))
    listing = seen.files.get(_LIST, (0, ""))[1]
    return DiscReport(marker, len(files), size, seen.sha256, bad, repairable, tuple(findings), listing)


def _listed(disc: Path, files: list[DiscFile], findings: list[Finding]) -> dict[str, str]:
    known = {file.path: file for file in files}
    if _LIST not in known:
        findings.append(Finding("storage.disc-no-list", str(disc), "error"))
        return {}
    try:
        with Source(disc, known).open(_LIST) as stream:
            return {line.path: line.digest for line in bag.lines_in(stream, _LIST)}
    except (BagUnreadable, StorageError, OSError) as error:
        findings.append(Finding("storage.disc-no-list", str(disc), "error", detail=str(error)))
        return {}


def _expected(disc: Path, known: int) -> tuple[ecc.Layout | None, int]:
    """How the error correction lies, if there is some, and the bytes that the disc should have."""
    try:
        layout, volume = ecc.read_layout(disc), ecc.volume_sectors(disc) * SECTOR
    except OSError:
        return None, known
    return layout, max(known, layout.sectors * SECTOR if layout else volume)


def _lacking(
    disc: Path, files: list[DiscFile], there: int, wanted: int, layout: ecc.Layout | None
) -> Iterator[Finding]:
    """What a disc that ends too early has lost, said in its own words: data, error correction, or padding only."""
    if there >= wanted:
        return
    ends = max((offset + length for file in files for offset, length in file.extents), default=0)
    values = {"sectors": -(-(wanted - there) // SECTOR), "whole": wanted // SECTOR}
    if there < ends:
        yield Finding("storage.disc-data-cut", str(disc), "error", values)
    elif layout is not None and there // SECTOR <= layout.correction:
        yield Finding("storage.disc-correction-gone", str(disc), "warning", values)
    elif layout is not None:
        yield Finding("storage.disc-correction-cut", str(disc), "warning", values)
    elif wanted > _volume(disc):
        yield Finding("storage.disc-correction-gone", str(disc), "warning", values)
    else:
        yield Finding("storage.disc-padding-cut", str(disc), "note", values)


def _volume(disc: Path) -> int:
    return ecc.volume_sectors(disc) * SECTOR


def _missing(seen: DiscRead, there: int, wanted: int) -> list[tuple[int, int]]:
    """Sectors that could not be read and those behind the end: the first and how many."""
    ranges = [(start, length) for start, length in seen.unreadable if start < there]
    if there < wanted:
        ranges.append((there, wanted - there))
    return [(start // SECTOR, -(-(start + length) // SECTOR) - start // SECTOR) for start, length in ranges if length]


def repaired_copy(disc: Path, image: Path, progress: Callable[[int], None] = lambda moved: None) -> NotIntact | None:
    """Copy the disc into the file `image` and repair that by its own error correction; the disc is only read.

    Returns None where every sector is good now, else the error with a finding for each file that is lost: what can
    still be read lies in `image`. Raises MediumAbsent, MediumProblem (no space).
    """
    size = length_of(disc)
    require_space(image.parent, size)
    read_disc(disc, [], size, progress, onto=image)
    done = ecc.repair(image, progress)
    if done.whole:
        return None
    lost = check_disc(image, progress).findings
    code = "storage.disc-beyond-repair" if lost else "storage.disc-weakened"
    return NotIntact(code, str(disc), findings=lost, repaired=done.repaired, lost=done.lost)
