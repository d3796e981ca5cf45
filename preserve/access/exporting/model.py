"""What an export consists of; every step writes it down anew as a whole."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from preserve.administration.proceedings import Record
from preserve.administration.proceedings.deciding import Decision

State = Literal["proposed", "approved", "refused", "withdrawn", "writing", "written"]
STATES: tuple[State, ...] = get_args(State)
Form = Literal["eark-aip", "eark-dip", "ocfl", "plain"]
FORMS: tuple[Form, ...] = get_args(Form)
Lost = Literal["after", "structure", "preservation", "text", "events", "bag"]
LOST: dict[Form, tuple[Lost, ...]] = {
    "plain": ("after", "structure", "preservation", "text", "events"),
    "eark-aip": ("after", "bag"),
    "eark-dip": ("after", "preservation", "text", "events", "bag"),
    "ocfl": ("after",),
}
"""What a form does not hold of a case: who gets it is told, and `docs/exchange.md` says the same."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Record):
    """One case of an export: its newest package, held to the digest of its manifest. Size in bytes."""

    objid: str
    package: str
    case_number: str
    title: str
    files: int
    size: int
    manifest_sha256: str


class Begun(_Record):
    """A place that was begun to be written to: from here on something may lie there."""

    by: str
    when: str
    to: str


class Written(_Record):
    """What was written and read back: so many cases, files and bytes; the digest of the list over all of it.

    `present` are cases that lay there already, as an OCFL storage root keeps them. `left_out` are objids of cases that
    an export of the whole archive does not hold: state secrets, and what was destroyed.
    """

    by: str
    when: str
    to: str
    cases: int
    present: int
    files: int
    size: int
    list_sha256: str
    left_out: tuple[str, ...] = ()


class Export(Record):
    """One export as it stands after a step; times are RFC 3339 in UTC. `whole`: every case there is when written."""

    state: State
    proposed: str
    proposed_by: str
    receiver: str
    purpose: str
    form: Form
    whole: bool = False
    items: tuple[Item, ...] = ()
    decision: Decision | None = None
    begun: tuple[Begun, ...] = ()
    written: Written | None = None
    ended: Decision | None = None

    @property
    def cases(self) -> tuple[str, ...]:
        """The objids it is about; none where it is about the whole archive."""
        return tuple(item.objid for item in self.items)
