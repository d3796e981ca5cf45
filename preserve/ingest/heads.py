"""Reads the first page of each scan in a folder, in bounded processes, and drafts from it what a person may confirm."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from metadata.identity import names_apart
from preserve.description.drafted import Proposal
from preserve.description.fixed_values import Classification
from preserve.ingest.aliases import aliases
from preserve.ingest.draft import DraftingProfile, files_of_case, payload_of, read_drafting
from preserve.ingest.proposing import Head, proposals
from preserve.ingest.receive import DepositProfile
from preserve.machine_reading.fields import Labels, head_fields
from preserve.machine_reading.ocr import OcrSettings, here, read_pages
from preserve.machine_reading.records import PageText, Unread
from preserve.machine_reading.signed import signing_places
from preserve.pictures.helper import POOL, PictureFailed
from preserve.profiles import read_profile
from preserve.progress import Progress, check_stop

_SCANS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"%PDF-")
_PATIENCE = 90.0
_MOST_FILES = 500
_PHOTOGRAPHS = ("照片", "photo", "Photo", "PHOTO")
"""In a path: what is a picture of a place is not read, which would take seconds and find signboards."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """The proposals, the pictures of their lines (PNG, by the proposal's place), and what could not be read."""

    proposals: tuple[Proposal, ...] = ()
    pictures: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    findings: tuple[Finding, ...] = ()
    files: int = 0
    """Of so many files a page was read."""


def read_heads(
    folder: Path, content: Mapping[str, Any], own: Path | None, progress: Progress, settings: OcrSettings | None = None
) -> Proposed:
    """Read page 1 of the scans in a folder. `content`: the draft of them from names. Nothing in the folder is changed.

    Of a state secret nothing is read, as nothing of its text is kept.

    Raises ToolMissing where the extra or its model is not here, Refused, Stopped.
    """
    here()
    profile = read_drafting(own)
    reading = settings or OcrSettings(threads=max(1, min(2, os.cpu_count() or 1)), pulse=check_stop)
    folder = payload_of(folder)
    entries = files_of_case(folder, read_profile("deposit.toml", DepositProfile, own), [])
    names = names_apart(entry.path for entry in entries)
    with tempfile.TemporaryDirectory(prefix="preserve-heads-") as scratch, aliases(folder) as alias:
        heads: list[Head] = []
        findings: list[Finding] = []
        wanted = [(alias(entry.path, names[entry.path]), names[entry.path]) for entry in entries]
        secret = _secrets(content)
        scans = [] if secret is None else [pair for pair in wanted if pair[1] not in secret and _is_scan(*pair)]
        progress.begin("reading.heads", files=min(len(scans), _MOST_FILES))
        for number, (path, name) in enumerate(scans[:_MOST_FILES]):
            check_stop()
            record = _first_page(path, name, reading)
            if isinstance(record, Unread):
                findings.append(Finding(record.code, name, "note"))
            elif record is not None:
                heads.append(_head(path, record, profile, Path(scratch) / str(number)))
            progress(0, 1)
        if len(scans) > _MOST_FILES:
            findings.append(Finding("reading.heads-many", "", "note", {"count": len(scans), "limit": _MOST_FILES}))
        made = proposals(heads, content, profile)
        places = {name: Path(scratch) / str(number) for number, (_, name) in enumerate(scans[:_MOST_FILES])}
        pictures = _pictures(made, heads, places)
    if made:
        findings.append(Finding("reading.drafted", "", "note", {"count": len(made), "files": len(heads)}))
    return Proposed(tuple(made), pictures, tuple(findings), len(heads))


def _secrets(content: Mapping[str, Any]) -> frozenset[str] | None:
    """The files that are said to be state secrets; None where the case as a whole is."""
    if content.get("classification") == Classification.STATE_SECRET:
        return None
    rows = content.get("objects") or ()
    return frozenset(str(row["file"]) for row in rows if row.get("classification") == Classification.STATE_SECRET)


def _is_scan(path: Path, name: str) -> bool:
    if any(word in name for word in _PHOTOGRAPHS):
        return False
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError:
        return False
    return head.startswith(_SCANS) or (head.startswith(b"PK\3\4") and name.lower().endswith(".ofd"))


def _first_page(path: Path, name: str, settings: OcrSettings) -> PageText | Unread | None:
    """The first page; None where it has text of its own, or none at all."""
    records = read_pages(path, name, settings)
    try:
        record = next(records, None)
    finally:
        records.close()  # type: ignore[attr-defined]  # ends the process
    return record if record is not None and record.page <= 1 else None


def _head(path: Path, page: PageText, profile: DraftingProfile, stem: Path) -> Head:
    """What a page drafts; its strips are cut beside, as `<stem>-<n>.png` by the order of the lines that are used."""
    drafted, signing = head_fields(page, profile.kind, Labels(profile.labels)), signing_places(page)
    lines = _used(drafted, signing)
    boxes: list[Sequence[float]] = [page.lines[line].box for line in lines]
    boxes += [place.box for place in signing]
    try:
        asked = {"path": str(path), "number": page.page, "turn": page.upright, "boxes": boxes, "stem": str(stem)}
        answer = POOL.ask("strips", patience=_PATIENCE, **asked)
    except PictureFailed:  # an OFD, or what another decoder does not take: the lines are there without pictures
        return Head(page.file, page, drafted, None, tuple((place, None) for place in signing))
    dark = [float(share) for share in answer["dark"]][len(lines) :]
    seals = tuple(tuple(map(float, box)) for box in answer["seals"])
    shares = [*dark, *[None] * (len(signing) - len(dark))]
    return Head(page.file, page, drafted, seals, tuple(zip(signing, shares, strict=True)), frozenset(lines))


def _used(drafted: Sequence[Any], signing: Sequence[Any]) -> list[int]:
    return sorted({one.line for one in (*drafted, *signing)})


def _pictures(made: Sequence[Proposal], heads: Sequence[Head], stems: Mapping[str, Path]) -> dict[int, bytes]:
    by_file = {head.file: head for head in heads}
    found: dict[int, bytes] = {}
    for place, one in enumerate(made):
        if not one.picture:
            continue
        head = by_file[one.file]
        lines = sorted(head.pictured)
        line = next(number for number in lines if head.page.lines[number].box == one.box)
        path = stems[one.file].with_name(f"{stems[one.file].name}-{lines.index(line)}.png")
        if path.exists():
            found[place] = path.read_bytes()
    return found
