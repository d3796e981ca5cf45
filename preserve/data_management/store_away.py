"""What a store that is away is told of the ledger, and tells of it: segments, and the newest checkpoint."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from preserve import kept_records
from preserve.data_management import checkpoints, ledger, looks_sealing, looks_segments, segment_cover
from preserve.data_management.store_witnesses import HEAD, against_head, against_segment, content
from preserve.errors import NotIntact
from preserve.home import Home

_SPAN = re.compile(r"(\d+)-(\d+)\.[a-z]+$")
_LEDGER = "ledger"


def send(home: Home) -> None:
    """Have the segments of ledger and looks in a store that is away, and drop there what was joined."""
    for folder, cover_of in ((_LEDGER, segment_cover.cover_of), (looks_sealing.FOLDER, looks_segments.cover_of)):
        pieces = cover_of(home.store / folder)

        def is_joined(name: str, pieces: list[segment_cover.Piece] = pieces) -> bool:
            span = _SPAN.search(name)
            return span is not None and segment_cover.is_covered(pieces, int(span[1]), int(span[2]))

        kept_records.send_missing(home, folder, spare=is_joined)


def agrees(home: Home) -> bool:
    """Whether a store that is away has the head that lies here. Raises StorageError.

    It is asked outside any transaction: a store that hangs would keep everybody else from writing. One that is behind
    or ahead is taken up within the transaction (`take_up`), in the order of the commits.
    """
    file = home.store / _LEDGER / HEAD
    if home.away is None or (before := content(file)) is None:
        return False
    told = kept_records.read(home, f"{_LEDGER}/{HEAD}")
    return told is not None and told in (before, content(file))  # another may have signed meanwhile


def take_up(home: Home) -> None:
    """Hold this folder's copy of the ledger's files against a store that is away. Raises StorageError, NotIntact.

    Where the store tells of more (another machine worked, or this one was put back), that is brought here; where it
    tells of less (it was away when this machine sealed), it is told.
    """
    if home.away is None:
        return
    from preserve.data_management.audit_records import FOLDER as AUDITS  # a store that is a folder needs none of it

    file = home.store / _LEDGER / HEAD
    told, here = kept_records.read(home, f"{_LEDGER}/{HEAD}"), content(file)
    if told == here:
        return
    ahead = checkpoints.parse_exactly(told).size if told is not None else 0
    if here is not None and checkpoints.parse_exactly(here).size > ahead:
        kept_records.keep(file, changes=True)
    elif told is not None:
        kept_records.bring(home, f"{_LEDGER}/", again=(f"{_LEDGER}/{HEAD}", f"{_LEDGER}/{looks_sealing.HEAD}"))
        for folder in (looks_sealing.FOLDER, AUDITS):
            kept_records.bring(home, f"{folder}/")


def against_store(home: Home, connection: Connection, *, asked: bool = False) -> bool:
    """Whether the store has a head; the ledger is the one that it tells of. Writes no entry. Raises NotIntact.

    With `asked` a store that is away agreed a moment ago.
    """
    folder, size, last = home.store / _LEDGER, ledger.size(connection), checkpoints.newest(connection)
    if not asked:
        take_up(home)
    if last is not None and last.size > size:
        raise NotIntact("ledger.rolled-back", home.catalogue_name, size=size, told=last.size, witness="checkpoints")
    against_segment(connection, folder, size)
    return against_head(home, connection, folder / HEAD, size)
