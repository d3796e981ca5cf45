"""The table of holds, with the requests that hold cases by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.messages import listed, say
from preserve.services.holds import HoldList
from preserve.services.tables import NOTHING, Table, table


def holds(listing: HoldList) -> Table:
    """A line each: which cases it holds, why, and by whom."""
    return table("hold kind state cases reason actor time", _rows(listing))


def _rows(listing: HoldList) -> Iterator[tuple[str, ...]]:
    for hold in listing.holds:
        kind, state = say(f"retention.hold-{hold.kind}"), say(f"retention.hold-state-{hold.state}")
        yield hold.number, kind, state, listed(hold.cases), hold.reason, hold.by, hold.when[:10]
    kind = say("retention.hold-request")
    for request in listing.requests:
        state, cases = say(f"request.state-{request.state}"), listed(request.cases)
        yield request.number, kind, state, cases, NOTHING, NOTHING, request.opened[:10]
