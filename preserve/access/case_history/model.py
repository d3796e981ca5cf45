"""What a history consists of: happenings in their order, copies, the last check, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from metadata.findings import Finding
from preserve.data_management.audit_records import Record
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.destroyed import Gone
from preserve.data_management.holdings import CopyRow, MediumRow

Source = Literal["package", "ledger", "audit"]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `when` is RFC 3339 in UTC; `who` an account or a program; `code` what was done.

    `code` is a PREMIS event type, an action of the ledger, or the outcome of a check. `reference` is where it stands:
    identifier of the event, number of the entry, run of the audit. `text` is what the package says of it, `details`
    what the ledger or the audit's record says. `about` are the files' identifiers, where it is about single files only.
    """

    when: str
    source: Source
    who: str
    code: str
    outcome: str
    reference: str
    text: str = ""
    details: Mapping[str, Any] | None = None
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """The object a history is about, where it is not about the whole case. Size in bytes."""

    identifier: str
    path: str
    representation: str
    size: int
    sha256: str
    format_name: str
    puid: str


@dataclass(frozen=True, slots=True)
class History:
    """Everything that happened to a case or an object, as far as its reader may see it.

    `contents` is whether that reader may see what is in the case: titles, names of files, details of events.
    `listings` counts how often all cases were listed, which names none of them. `entries` is the size of the ledger
    that was proven; `gone` is its destruction, where it was destroyed by decision; `findings` are what stands against
    the case or its proof.
    """

    objid: str
    case_number: str
    archival_number: str
    title: str
    packages: tuple[str, ...]
    subject: Subject | None
    contents: bool
    happenings: tuple[Happening, ...]
    copies: tuple[tuple[CopyRow, MediumRow | None], ...]
    missing: tuple[tuple[str, int], ...]
    last: Record | None
    gone: tuple[Gone, ...]
    listings: int
    entries: int
    checkpoint: Checkpoint
    key: str
    findings: tuple[Finding, ...]
    moment: datetime

    @property
    def bad_copies(self) -> int:
        """Copies that should be there and are damaged, lost or not yet checked again."""
        return sum(row.state in ("suspect", "lost", "repaired") for row, _ in self.copies)

    @property
    def good_copies(self) -> int:
        """Copies of which every byte was read back and found equal."""
        return sum(row.state in ("verified", "due") for row, _ in self.copies)

    @property
    def intact(self) -> bool:
        """Whether nothing stands against it: every copy good, at least one there, the ledger unaltered."""
        return not self.findings and not self.bad_copies and self.good_copies > 0

    @property
    def sound(self) -> bool:
        """Whether all is as it should be: intact, or destroyed as it was decided."""
        return self.intact or (bool(self.gone) and not self.findings and not self.good_copies)
