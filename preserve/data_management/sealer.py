"""Entries that one process signs for all machines: nobody else has the key, and the sealer signs twice a second or so.

An entry is committed before it is signed then, by at most as long as the sealer takes. Whoever needs a signature over
what was just written waits for it; and where the sealer is not there, nothing more is added after a while.
"""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import Connection

from preserve.clock import now, parse
from preserve.data_management import checkpoints, ledger, looks, looks_sealing
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.database import Catalogue
from preserve.data_management.ledger import Entry
from preserve.data_management.ledger_keys import another_signs
from preserve.errors import Busy
from preserve.home import Home
from preserve.progress import check_stop

UNSIGNED = timedelta(minutes=2)
"""How long an entry may wait for the sealer, where one signs for all machines; their clocks may differ by as much."""

LOCK = "sealer.lock"
"""In the home's work folder: who holds it is the one that signs."""

_PATIENCE = 30.0
_LOOK_AGAIN = 0.1


def await_signed(home: Home, catalogue: Catalogue) -> Checkpoint | None:
    """Wait until the sealer has signed what stands in both logs now. Raises Busy where it does not."""
    with catalogue.read() as connection:
        size, looked = ledger.size(connection), looks.size(connection)
    until = time.monotonic() + _PATIENCE
    while True:
        with catalogue.read() as connection:
            newest, over_looks = checkpoints.newest(connection), looks_sealing.newest(connection)
        if newest is None or (newest.size >= size and (not looked or (over_looks and over_looks.size >= looked))):
            return newest
        if time.monotonic() >= until:
            raise Busy("ledger.sealer-absent", home.catalogue_name)
        check_stop()
        time.sleep(_LOOK_AGAIN)


def await_signer(home: Home, catalogue: Catalogue) -> None:
    """Wait until what was committed is signed, for who is about to prove it; only where another process signs.

    Raises Busy where that one does not.
    """
    if another_signs(home):
        await_signed(home, catalogue)


def is_young(entry: Entry | None) -> bool:
    """Whether an entry that nobody signed may still wait for the sealer."""
    return entry is not None and now() - parse(entry.time) <= UNSIGNED


def first_unsigned(connection: Connection, size: int, covered: int) -> Entry | None:
    """The oldest of `size` entries that is not under the newest checkpoint, which covers so many."""
    return next(iter(ledger.numbered(connection, [covered + 1])), None) if size > covered else None


def require_sealer(home: Home, first: Entry) -> None:
    """Raises Busy where the first entry that waits for the sealer does so longer than it ever takes."""
    if not is_young(first):
        raise Busy("ledger.sealer-absent", home.catalogue_name)
