"""The life of a copy: planned → written → verified → due → suspect → repaired | lost | retired.

Every change is checked against one table and written to catalogue and ledger in the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from preserve.data_management import holdings
from preserve.data_management.holdings import CopyRow
from preserve.errors import PreserveError

TRANSITIONS: dict[str | None, frozenset[str]] = {
    None: frozenset({"planned", "written"}),
    "planned": frozenset({"written", "retired"}),
    "written": frozenset({"verified", "suspect", "lost", "retired"}),
    "verified": frozenset({"verified", "due", "suspect", "lost", "retired"}),
    "due": frozenset({"verified", "suspect", "lost", "retired"}),
    "suspect": frozenset({"verified", "repaired", "lost", "retired"}),
    "repaired": frozenset({"verified", "suspect", "lost", "retired"}),
    "lost": frozenset({"repaired", "retired"}),
    "retired": frozenset(),
}


def change_copy(
    connection: Connection,
    name: str,
    medium: str,
    state: str,
    *,
    actor: str,
    moment: datetime,
    part: tuple[int, int, str] = (1, 1, ""),
) -> CopyRow:
    """Record that the copy `name` (`<objid>_v0001`) on `medium` is now in `state`; return its row.

    `part` is number, count and set of a package divided over media; it counts only when the copy is new. Raises
    PreserveError where the life of a copy does not allow the step, NotIntact where the rows of the case's copies
    contradict the ledger.
    """
    holdings.require_copies(connection, name.rpartition("_v")[0])
    known = holdings.read_copy(connection, name, medium)
    before = known.state if known else None
    if state not in TRANSITIONS[before]:
        raise PreserveError("storage.copy-cannot-become", name, before=before or "-", state=state)
    objid, _, version = name.rpartition("_v")
    if known is not None:
        part = (known.part, known.parts, known.set)
    row = CopyRow(name, medium, objid, int(version), state, None, None, *part)
    holdings.set_copy(connection, row, actor=actor, moment=moment)
    changed = holdings.read_copy(connection, name, medium)
    if changed is None:
        raise PreserveError("storage.copy-cannot-become", name, before=before or "-", state=state)
    return changed
