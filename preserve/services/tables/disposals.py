"""Tables of disposals: the list, one with its register and tombstones, and what a run left to do."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.messages import listed, say
from preserve.services.disposals import DisposalList, DisposalView, Executed
from preserve.services.tables import NOTHING, Table, cells, facts, table


def disposals(listing: DisposalList) -> Table:
    """A line each: where it stands, and who proposed it."""
    return table(
        "disposal state time actor",
        ((row.number, say(f"disposal.state-{row.state}"), row.opened, row.about) for row in listing.disposals),
    )


def tasks(executed: Executed) -> Table:
    """What is still to be done before everything is gone, a line a copy."""
    return table(
        "package why medium place note",
        (
            cells(task.name, say(f"disposal.task-{task.why}"), task.medium, task.place, task.detail)
            for task in executed.tasks
        ),
        domain="disposal.head",
    )


def disposal(view: DisposalView) -> Iterator[Table]:
    """Who signed, the lines of the register, and how each copy went."""
    yield facts(_rows(view))
    yield table(
        "row case title reason remark",
        (
            (str(entry.row), entry.item.case_number, entry.item.title, *cells(entry.reason, entry.item.path))
            for entry in view.disposal.entries
        ),
        domain="disposal.head",
    )
    yield table(
        "case package medium when worth",
        (
            (tombstone.case_number, copy.name, copy.label, copy.when, say(f"disposal.worth-{copy.worth}"))
            for tombstone in view.tombstones
            for copy in tombstone.copies
        ),
        domain="disposal.head",
    )


def _rows(view: DisposalView) -> Iterator[tuple[str, str]]:
    disposal = view.disposal
    checkers = listed(signature.by for signature in disposal.supervisors)
    witnesses = listed(signature.by for signature in disposal.witnesses)
    yield say("words.heading-disposal"), disposal.number
    yield say("words.heading-state"), say(f"disposal.state-{disposal.state}")
    yield say("disposal.role-proposer"), disposal.proposed.by
    yield say("disposal.role-checker"), checkers or NOTHING
    yield say("disposal.role-head"), disposal.approval.by if disposal.approval else NOTHING
    yield say("disposal.not-before"), str(disposal.not_before or NOTHING)
    yield say("disposal.role-supervisor"), witnesses or NOTHING
