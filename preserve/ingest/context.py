"""What a step of the ingest sees, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from metadata.entities import Event
from metadata.findings import Finding
from preserve.description.schema import CaseDescription
from preserve.home import Home

Progress = Callable[[int], None]
"""Called with bytes (or files) done since the last call; raises Stopped when the person asked to stop."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the deposit.

    `number` counts from 1 in the deposit's order; `path` is the depositor's name as text (NFC not applied,
    undecodable bytes as surrogates); `stored` is the safe name below `representations/original/data/`.
    """

    number: int
    path: str
    stored: PurePosixPath
    size: int
    modified_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Ingest:
    """A read-only view of one running ingest, as every step gets it."""

    identifier: str  # ULID of the ingest
    objid: str  # aip-<ulid>, the AIP's identifier
    home: Home
    description: CaseDescription
    package: Path  # the bag under construction, on the store's own file system
    scratch: Path  # for this ingest's temporary files
    version: int = 1  # the version of the case's package that is being made

    @property
    def name(self) -> str:
        """The name of the bag's folder."""
        return f"{self.objid}_v{self.version:04}"

    @property
    def information_package(self) -> Path:
        """The E-ARK IP inside the bag."""
        return self.package / "data" / self.objid

    def data(self, role: str) -> Path:
        """Where the files of a representation lie."""
        return self.information_package / "representations" / role / "data"


@dataclass(frozen=True, slots=True)
class Done:
    """The step did its work. `facts` are the records of `preserve.ingest.facts`; `events` go into PREMIS."""

    facts: tuple[object, ...] = ()
    events: tuple[Event, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The deposit cannot be accepted; every reason at once."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A person must do something first."""

    todo: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class Again:
    """It failed for a passing reason; the same step may be tried again."""

    finding: Finding


Outcome = Done | Refused | Waiting | Again
