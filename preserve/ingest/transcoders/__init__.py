"""One transcoder a family: each makes a file in scratch and returns it with its proof; none knows the package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from metadata.findings import Finding
from preserve.ingest.facts import Proof, Validation


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file in scratch, and how it came about. `command` has SOURCE and RESULT in place of names."""

    path: Path
    suffix: str
    puid: str
    format_name: str
    format_version: str
    mime: str
    tool: str
    command: tuple[str, ...]
    proof: Proof
    properties: tuple[tuple[str, str], ...] = ()
    lost: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    validation: Validation | None = None
