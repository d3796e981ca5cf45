"""Tables of retention: until when things are kept and why, what falls due, and what other rules would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from preserve.data_management.retention_index import RetentionRow
from preserve.messages import listed, say
from preserve.services.retention import DueList, Explanation, Kept
from preserve.services.tables import NOTHING, Table, table

if TYPE_CHECKING:
    from preserve.services.retention_rules import RuleChanges

_CHANGES_SHOWN = 200


def kept(rows: Iterable[Kept]) -> Table:
    """A line each: when it falls due, by which rule, and what stands against disposing of it."""
    return table(
        "number what due rule holds",
        ((row.case_number, _what(row.item), _due(row), row.rule_name, _holds(row)) for row in rows),
    )


def _what(item: str) -> str:
    return say("retention.a-recording") if item else say("retention.the-case")


def _due(row: Kept) -> str:
    return say(f"retention.gone-{row.gone}") if row.gone else due_word(row)


def due_word(row: Kept | RetentionRow) -> str:
    """The day on which it falls due; or that it is kept for ever, or that the day is not known."""
    permanent = "permanent" in (row.computed, row.decided)
    return row.due or say("retention.never-permanent" if permanent else "retention.never-unknown")


def _holds(row: Kept) -> str:
    return listed(f"{say('retention.hold-' + block.kind)} {block.number}" for block in row.blocks) or NOTHING


def explanation(why: Explanation) -> Iterator[Table]:
    """A table a thing that is kept: every period that applies, and which of them decides."""
    for thing in why.things:
        yield table(
            "rule basis calculation decides",
            (
                (period.name, period.basis, period.words, say("words.yes") if period.decides else "")
                for period in thing.periods
            ),
            title=f"{thing.what}: {thing.words}",
        )


def due(listing: DueList) -> Table:
    """A line each: since or from when, by which rule, and what stands against disposing of it."""
    return table(
        "due number title what rule holds",
        (
            (
                thing.due,
                thing.case_number,
                thing.title,
                _what(thing.item),
                listing.rule_names[thing.rule],
                listed(block.number for block in thing.blocks) or NOTHING,
            )
            for thing in listing.due
        ),
    )


def changes(rules: RuleChanges) -> tuple[Table, Table]:
    """How many days change in which way, and the first of them."""
    counts = table(
        "change count", ((say(f"retention.change-{kind}"), str(count)) for kind, count in sorted(rules.counts.items()))
    )
    first = table(
        "objid what before after rule-before rule-after",
        (
            (change.objid, _what(change.item), change.before, change.after, change.rule_before, change.rule_after)
            for change in rules.listed[:_CHANGES_SHOWN]
        ),
    )
    return counts, first
