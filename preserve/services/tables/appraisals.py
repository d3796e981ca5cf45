"""Tables of an appraisal: its list as it is printed, and what the group agreed on."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.administration.appraisal import printing
from preserve.messages import say
from preserve.services.appraisals import ReviewView
from preserve.services.tables import Table, table


def review(view: ReviewView, most: int = 1_000) -> Iterator[Table]:
    """The first `most` items of the list, and the outcome of those that the group agrees on."""
    names = printing.Names(view.rule_names, view.signal_names)
    yield Table(printing.heads(), tuple(printing.cells(names, item) for item in view.review.items[:most]))
    yield table(
        "row outcome",
        (
            (str(row), f"{say(f'retention.action-{opinion.action}')} {opinion.until or ''}".rstrip())
            for row, opinion in view.agreed.items()
        ),
        domain="retention.head",
    )
