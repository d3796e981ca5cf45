"""What each write transaction has to know of the ledger, and what a server asks itself of that for a lone entry."""

from __future__ import annotations

from datetime import timedelta

from preserve.clock import now, stamp
from preserve.data_management.engines import WAIT, Question
from preserve.data_management.sealer import UNSIGNED

OPENING = (
    "SELECT size, covered, number, entry, leaf FROM (SELECT (SELECT coalesce(max(number), 0) FROM ledger) AS size,"
    " (SELECT coalesce(max(size), 0) FROM checkpoints) AS covered) AS sizes LEFT JOIN ledger ON number = covered + 1"
)
"""How many entries there are, and how many of them the newest checkpoint covers; the oldest of the others, if any."""
# The first entry that waits for the sealer, if any, is what it says it is, and was written after $3.
_STILL_YOUNG = (
    "asked.number IS NULL OR (asked.leaf = sha256('\\x00'::bytea || convert_to(asked.entry, 'UTF8'))"
    " AND (asked.entry::json ->> 'number')::bigint = asked.number AND (asked.entry::json ->> 'time') >= $3)"
)


def still_young() -> Question:
    """As `require_sealer`, for a server that asks itself."""
    oldest = now() + timedelta(seconds=WAIT) - UNSIGNED  # as old as it may be when the lock is there
    return Question(OPENING, _STILL_YOUNG, stamp(oldest))
