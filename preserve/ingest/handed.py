"""A deposit with what the archive's waiting room keeps beside it: a description, and digests reckoned on arrival."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from metadata.findings import Finding
from preserve.ingest.sources.joined import Joined

BESIDE = "case.json"
"""Under this name a description that lies beside the deposit is read, and named in what is found."""
ON_ARRIVAL = "upload.ndjson"
"""The list that the digests reckoned on arrival are said to come from."""


@dataclass(frozen=True, slots=True)
class Handed:
    """Where a deposit lies, and what goes with it that does not lie in it.

    `description`: what counts instead of any description in the deposit; empty: the deposit's own counts. `name` tells
    by its ending how that is written. `digests`: SHA-256 of files by their paths, as they were when they came in.
    `findings`: what is to be said of what lies beside it.
    """

    path: Path
    description: bytes = b""
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)
    findings: tuple[Finding, ...] = ()
    name: str = BESIDE
    joined: tuple[Joined, ...] = ()
    """Files that a person said belong to it, and that lie elsewhere."""
    notes: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """Documents that go into the package beside the files, by their names: where joined files are from."""


def handed(source: Path | Handed) -> Handed:
    """The same; of a bare path a deposit with nothing beside it."""
    return source if isinstance(source, Handed) else Handed(source)
