"""What came of an ingest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from metadata.findings import Finding


@dataclass(frozen=True, slots=True)
class Result:
    """A finished ingest, read back; `location` is a folder here that describes it, `place` where it is, for people."""

    objid: str
    name: str
    case_number: str
    location: Path
    place: str
    files: int
    originals: int
    size: int
    findings: tuple[Finding, ...]
    resumed: bool
    sealed: bool
    missing: tuple[tuple[str, int], ...]  # kinds of copies that the case still needs, and how many
