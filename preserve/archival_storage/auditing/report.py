"""What a run of the audit came to: counts, what is damaged, what could not be checked, what a person must bring."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from metadata.findings import Finding
from preserve.archival_storage.checking import CopyCheck


@dataclass(frozen=True, slots=True)
class Overdue:
    """A medium that should have been read by now and was not: its label, where it lies, since when, how many copies."""

    label: str
    kind: str
    place: str
    since: str
    copies: int
    how: str


@dataclass
class AuditReport:
    """What a run came to. `counts`: copies by outcome; `state`: done, stopped (budget) or failed."""

    run: str
    state: str = "done"
    reason: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    size: int = 0
    damaged: list[CopyCheck] = field(default_factory=list)
    unchecked: list[CopyCheck] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    insert: list[Overdue] = field(default_factory=list)
    overdue: list[Overdue] = field(default_factory=list)
    suspect: int = 0  # copies that were found damaged, now or before, and are not repaired

    @property
    def status(self) -> int:
        """Exit status: 4 where anything is damaged, 5 where something could not be checked or is overdue, else 0."""
        if self.damaged or self.suspect or any(finding.severity == "error" for finding in self.findings):
            return 4
        return 5 if self.unchecked or self.overdue or self.state == "failed" else 0
