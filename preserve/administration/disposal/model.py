"""The records of a disposal: what is to go and why, who signed, what was confirmed, and the tombstones it leaves."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from preserve.administration.appraisal.model import Item
from preserve.administration.proceedings import Record

State = Literal["proposed", "supervised", "approved", "executing", "executed", "witnessed", "withdrawn"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Record):
    """One line of the register (销毁清册): the item as it was appraised, and why it goes."""

    row: int
    review_row: int
    item: Item
    reason: str


class Signature(_Record):
    """Who signed, when; `note` is theirs."""

    by: str
    when: str
    on_behalf_of: str = ""
    delegation: str = ""
    note: str = ""


class Confirmation(_Record):
    """That one of two people saw a medium destroyed, how, where."""

    medium: str
    label: str
    by: str
    when: str
    how: str


class Disposal(Record):
    """One disposal as it stands after a step."""

    state: State
    review: str
    appraised: str = Field(description="when the head approved the appraisal")
    entries: tuple[Entry, ...]
    proposed: Signature
    register_sha256: str = Field("", description="digest of the register as it was proposed (PDF/A)")
    supervisors: tuple[Signature, ...] = Field((), description="who checked the register before it was approved")
    approval: Signature | None = None
    not_before: date | None = None
    begun: Signature | None = None
    confirmations: tuple[Confirmation, ...] = ()
    executed: str = ""
    final_sha256: str = Field("", description="digest of the register with what was done (PDF/A)")
    witnesses: tuple[Signature, ...] = Field((), description="the two who saw it destroyed (监销人), after it was")
    signed_sha256: str = Field("", description="digest of the register with their signatures (PDF/A)")
    why_withdrawn: str = ""


class FileGone(_Record):
    """One file that went: its PREMIS identifier, where it lay, size in bytes, SHA-256, PRONOM identifier."""

    identifier: str
    representation: str
    path: str
    size: int
    sha256: str
    puid: str | None


class PackageGone(_Record):
    """One version of the package that went, with the digests that its copies had."""

    name: str
    version: int
    created: str
    files: int
    size: int
    manifest_sha256: str


class CopyGone(_Record):
    """How one copy went. `worth`: `overwritten`, or why that cannot be guaranteed; `destroyed` for a medium; `lost`."""

    name: str
    medium: str
    kind: str
    label: str
    when: str
    worth: str
    detail: str = ""


class ReadingGone(_Record):
    """One reading by machine that went with it, by its number in the ledger, with its digest."""

    number: int
    made: str
    size: int
    sha256: str


class Tombstone(_Record):
    """What is left of a case or recording: what it was, its digests, the decision, how each copy went. No parties."""

    objid: str
    item: str
    path: str
    case_number: str
    archival_number: str
    title: str
    case_type: str
    cause: str
    producer: str
    started: str
    closed: str
    classification: str
    declared: str
    long_term: bool
    packages: tuple[PackageGone, ...]
    files: tuple[FileGone, ...]
    disposal: str
    review: str
    reason: str
    people: dict[str, str] = Field(description="proposer, supervisors, head by account")
    begun: str
    copies: tuple[CopyGone, ...] = ()
    remarks: tuple[str, ...] = ()
    readings: tuple[ReadingGone, ...] = Field((), description="what machines had read in it")
    destroyed: str = ""
