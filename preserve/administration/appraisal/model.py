"""The records of an appraisal: what was listed, what each member said of each item, who objected, who approved."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from preserve.administration.proceedings import Record

State = Literal["drawn", "appraised", "approved", "withdrawn"]
Action = Literal["destroy", "extend", "transfer", "permanent"]
ACTIONS: tuple[Action, ...] = ("destroy", "extend", "transfer", "permanent")


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Record):
    """One thing that has fallen due, with the facts to decide by. `item` is empty for a whole case. Size in bytes."""

    row: int = Field(description="number in the list, from 1")
    objid: str
    item: str = ""
    path: str = Field("", description="of a recording: the depositor's name")
    case_number: str
    archival_number: str
    title: str
    responsible: str
    closed: str
    classification: str
    declared: str
    rule: str
    start: str
    years: int
    due: str
    files: int = Field(description="originals; in records of the first releases every file of the package")
    size: int
    requests: int
    copies: tuple[str, ...] = Field(description="kind and label of each medium that holds a copy")
    signals: tuple[str, ...]
    blocks: tuple[str, ...] = Field(description="kind and number of what stands against it")


class Opinion(_Record):
    """What becomes of an item; `until` is the last day of an extension."""

    action: Action
    until: date | None = None
    why: str = ""


class Appraised(_Record):
    """What one member of the group says, by the number of the item."""

    by: str
    when: str
    opinions: dict[int, Opinion]


class Objection(_Record):
    """Who objects to destroying an item, and why; it stops the item in this appraisal."""

    by: str
    when: str
    row: int
    reason: str


class Approval(_Record):
    """The head's approval; `outcome` is what holds for each item that the group agreed on."""

    by: str
    on_behalf_of: str = ""
    delegation: str = ""
    when: str
    reason: str = ""
    outcome: dict[int, Opinion]


class Review(Record):
    """One appraisal as it stands after a step."""

    state: State
    until: date
    drawn: str
    drawn_by: str
    rules_sha256: str
    group: int
    items: tuple[Item, ...]
    appraisals: tuple[Appraised, ...] = ()
    objections: tuple[Objection, ...] = ()
    approval: Approval | None = None
    why_withdrawn: str = ""

    def item(self, row: int) -> Item | None:
        """The item of that number."""
        return self.items[row - 1] if 0 < row <= len(self.items) else None

    def objected(self) -> frozenset[int]:
        """The numbers of the items that an objection stops."""
        return frozenset(objection.row for objection in self.objections)

    def agreed(self) -> dict[int, Opinion]:
        """The items on which the whole group says the same and nobody objects. Of extensions the longest counts."""
        agreed: dict[int, Opinion] = {}
        stopped = self.objected()
        for item in self.items:
            opinions = [member.opinions[item.row] for member in self.appraisals if item.row in member.opinions]
            actions = {opinion.action for opinion in opinions}
            if item.row in stopped or len(opinions) < self.group or len(actions) != 1:
                continue
            agreed[item.row] = max(opinions, key=lambda opinion: opinion.until or date.min)
        return agreed
