"""What a store that is away is told of the ledger, and tells of it: segments, and the newest checkpoint."""

from __future__ import annotations

import re

from preserve import kept_records
from preserve.data_management import checkpoints, looks_sealing, looks_segments, segment_cover
from preserve.data_management.store_witnesses import HEAD, content
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


def take_up(home: Home) -> None:
    """Of a store that is away: have here what it tells of the ledger and this folder does not. Raises StorageError."""
    told = kept_records.read(home, f"{_LEDGER}/{HEAD}")
    if told is None or told == content(home.store / _LEDGER / HEAD):
        return
    head, here = checkpoints.parse_exactly(told), content(home.store / _LEDGER / HEAD)
    if here is None or head.size > checkpoints.parse_exactly(here).size:
        kept_records.bring(home, f"{_LEDGER}/", again=(f"{_LEDGER}/{HEAD}", f"{_LEDGER}/{looks_sealing.HEAD}"))
