"""The items of an appraisal as a grid: the facts beside each, what each member said, and which of them are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from preserve.administration.appraisal.model import ACTIONS, Action, Objection, Opinion
from preserve.administration.appraisal.printing import COLUMNS, Names, cells
from preserve.messages import say
from preserve.services.appraisals import ReviewView

Only = Literal["all", "unsaid", "open", "agreed", "objected", "signals", "held", "cases", "recordings"]
ONLY: tuple[Only, ...] = get_args(Only)
"""Which items are wanted: `unsaid` those of which the reader has said nothing, `open` those nobody agrees on yet."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one member said of an item, in words."""

    by: str
    words: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """One item: its facts by the names of the columns, in words; who said what; how it stands now.

    `state`: objected, agreed or open. `outcome` is in words. `mine` is what the reader said last, empty for nothing.
    """

    row: int
    objid: str
    item: str
    facts: Mapping[str, str]
    said: tuple[Said, ...]
    mine: Action | Literal[""]
    state: Literal["objected", "agreed", "open"]
    outcome: str
    objections: tuple[Objection, ...]


def grid(view: ReviewView, account: str, only: Only = "all") -> list[GridRow]:
    """The items that are wanted, in the order of the list, for who reads it."""
    names = Names(view.rule_names, view.signal_names)
    wanted = set(wanted_rows(view, account, only))
    stopped = set(view.objected)
    rows = []
    for item in view.review.items:
        if item.row not in wanted:
            continue
        agreed = view.agreed.get(item.row)
        objected = item.row in stopped
        outcome = say("retention.objected") if objected else opinion_words(agreed) if agreed else ""
        rows.append(
            GridRow(
                item.row,
                item.objid,
                item.item,
                dict(zip(COLUMNS, cells(names, item), strict=True)),
                tuple(
                    Said(member.by, opinion_words(member.opinions[item.row]))
                    for member in view.review.appraisals
                    if item.row in member.opinions
                ),
                _mine(view, account, item.row),
                "objected" if objected else "agreed" if agreed else "open",
                outcome,
                tuple(objection for objection in view.review.objections if objection.row == item.row),
            )
        )
    return rows


def _mine(view: ReviewView, account: str, row: int) -> Action | Literal[""]:
    own = next((member.opinions for member in view.review.appraisals if member.by == account), {})
    return own[row].action if row in own else ""


def opinion_words(opinion: Opinion) -> str:
    """What is to become of an item, until when and why, in the language in use."""
    words = say(f"retention.action-{opinion.action}")
    if opinion.until is not None:
        words += f" {opinion.until}"
    return say("retention.opinion-why", words=words, why=opinion.why) if opinion.why else words


def wanted_rows(view: ReviewView, account: str, only: Only) -> list[int]:
    """The numbers of the items that are wanted."""
    agreed, stopped = set(view.agreed), set(view.objected)
    own = next((set(member.opinions) for member in view.review.appraisals if member.by == account), set())
    wanted = []
    for item in view.review.items:
        fits = {
            "all": True,
            "unsaid": item.row not in own,
            "open": item.row not in agreed and item.row not in stopped,
            "agreed": item.row in agreed and item.row not in stopped,
            "objected": item.row in stopped,
            "signals": bool(item.signals),
            "held": bool(item.blocks),
            "cases": not item.item,
            "recordings": bool(item.item),
        }
        if fits[only]:
            wanted.append(item.row)
    return wanted


@dataclass(frozen=True, slots=True)
class Tally:
    """How an appraisal stands: by action on how many items the group agrees, how many are open, how many stopped.

    `said` is by member of how many items they said something.
    """

    agreed: dict[str, int]
    open: int
    objected: int
    said: dict[str, int]


def tally(view: ReviewView) -> Tally:
    """What the approval would take, and what it would leave."""
    stopped = set(view.objected)
    counted = [opinion for row, opinion in view.agreed.items() if row not in stopped]
    return Tally(
        {action: sum(opinion.action == action for opinion in counted) for action in ACTIONS},
        len(view.review.items) - len(counted) - len(stopped),
        len(stopped),
        {member.by: len(member.opinions) for member in view.review.appraisals},
    )
