"""Whether somebody signs, where one process does it for all machines: without it nothing is written any more."""

from __future__ import annotations

from sqlalchemy import Connection

from preserve.administration.health import Check
from preserve.clock import parse
from preserve.data_management import checkpoints, leases, ledger
from preserve.data_management.ledger_keys import has_sealer
from preserve.data_management.nodes import clock_of
from preserve.data_management.sealer import LOCK
from preserve.home import Home


def examine_sealer(home: Home, connection: Connection) -> list[Check]:
    """Look who holds the sealer's lease, and what waits to be signed; nothing where each writer signs."""
    if not has_sealer(home):
        return []
    name = str((home.work / LOCK).relative_to(home.path))
    until = leases.renewed(connection, [name]).get(name)
    if until is not None and parse(until) >= clock_of(connection):
        return [Check("health.sealer", "good")]
    newest = checkpoints.newest(connection)
    waiting = ledger.size(connection) - (newest.size if newest else 0)
    return [Check("health.sealer-absent", "wrong", {"count": waiting})]
