"""What a transfer consists of; every step writes it down anew as a whole."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from preserve.administration.proceedings import Record
from preserve.administration.proceedings.deciding import Decision
from preserve.administration.proceedings.records import Paper

State = Literal["prepared", "approved", "refused", "cancelled", "handed-over", "received"]
STATES: tuple[State, ...] = get_args(State)
Form = Literal["eark", "bag", "eep", "handover", "handover-2012"]
FORMS: tuple[Form, ...] = get_args(Form)


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Record):
    """One case of a transfer: the package that goes, held to the digest of its manifest. Sizes in bytes."""

    objid: str
    package: str
    case_number: str
    archival_number: str
    title: str
    producer: str
    started: str
    closed: str
    retention: str
    classification: str
    files: int
    size: int
    manifest_sha256: str


class Tested(_Record):
    """One item of the four-property test (DA/T 70); `result`: pass, fail or not-tested."""

    kind: str
    item: str
    result: Literal["pass", "fail", "not-tested"]
    basis: str


class HandOver(_Record):
    """What was handed over: where to, in which files, and the digest of the list that the receiver confirms."""

    by: str
    when: str
    to: str
    files: int
    size: int
    list_sha256: str
    signed: bool
    tests: tuple[Tested, ...]
    papers: tuple[Paper, ...]


class Receipt(_Record):
    """The receiving archive's receipt: its number, who received it and when, and the document itself."""

    by: str
    when: str
    number: str
    receiver: str
    received: date
    confirms: str
    paper: Paper


class Transfer(Record):
    """One transfer as it stands after a step; times are RFC 3339 in UTC."""

    state: State
    prepared: str
    prepared_by: str
    archive: str
    basis: str
    form: Form
    items: tuple[Item, ...]
    decision: Decision | None = None
    handed_over: HandOver | None = None
    receipt: Receipt | None = None
    ended: Decision | None = None

    @property
    def cases(self) -> tuple[str, ...]:
        """The objids it is about."""
        return tuple(item.objid for item in self.items)
