"""How many uploads of one account may be open: whoever begins without end must not fill the waiting room."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from preserve.errors import Busy, Conflict
from preserve.home import Home
from preserve.ingest.handing_in.rooms import Record, Room, rooms
from preserve.ingest.receive import DepositProfile
from preserve.profiles import read_profile
from preserve.work import hold

_WAIT = 30.0  # seconds
_OPEN = ("uploading", "draft")


@contextmanager
def beginning(home: Home, account: str) -> Iterator[list[tuple[Room, Record]]]:
    """The deposits of an account, while no other upload of it is begun: so none slips past the limit beside another.

    Raises Busy where others are being begun for half a minute.
    """
    name = hashlib.sha256(account.encode()).hexdigest()[:32]
    with hold(home.work / f"uploads-{name}.lock", Busy("deposit.uploads-at-once"), _WAIT):
        yield [found for found in rooms(home) if found[1].owner == account]


def require_few(home: Home, mine: list[tuple[Room, Record]]) -> None:
    """Raises Conflict where as many uploads as the profile allows are begun and not handed in."""
    most = read_profile("deposit.toml", DepositProfile, home.profiles).open_uploads
    count = sum(record.kind == "upload" and record.state in _OPEN for _, record in mine)
    if count >= most:
        raise Conflict("deposit.uploads-many", count=count, most=most)
