"""The table of what is open to everybody."""

from __future__ import annotations

from preserve.services.openness import PublicEntries
from preserve.services.tables import Table, table


def public_entries(shown: PublicEntries) -> Table:
    """A line each: what everybody may read of it."""
    return table(
        "case title producer closed fonds opened",
        ((one.case_number, one.title, one.producer, one.closed, one.fonds_name, one.moment) for one in shown.entries),
        domain="openness.head",
    )
