"""Rows of media and copies, and the ledger entries they can be made again from.

Whatever changes here is written to the ledger in the same transaction with everything the row holds, so that
replaying the ledger gives the same rows (`replay`). Whoever acts on a row holds it against its entries first
(`require_copies`, `require_listed`): rows can be edited by whoever has the file, and are only for lists.
"""

from __future__ import annotations

from preserve.data_management.holdings.changes import add_medium, change_medium, replay, set_copy
from preserve.data_management.holdings.checks import compare, require_copies, require_held, require_listed, require_on
from preserve.data_management.holdings.entries import (
    COPY_CHANGED,
    MEDIUM_ADDED,
    MEDIUM_CHANGED,
    copy_after,
    medium_after,
)
from preserve.data_management.holdings.rows import (
    CopyRow,
    MediumRow,
    advance,
    all_media,
    confirm,
    copies_of,
    copies_of_many,
    copies_on,
    count_by_medium,
    count_in,
    in_states,
    read_copy,
    read_medium,
)

__all__ = [
    "COPY_CHANGED",
    "MEDIUM_ADDED",
    "MEDIUM_CHANGED",
    "CopyRow",
    "MediumRow",
    "add_medium",
    "advance",
    "all_media",
    "change_medium",
    "compare",
    "confirm",
    "copies_of",
    "copies_of_many",
    "copies_on",
    "copy_after",
    "count_by_medium",
    "count_in",
    "in_states",
    "medium_after",
    "read_copy",
    "read_medium",
    "replay",
    "require_copies",
    "require_held",
    "require_listed",
    "require_on",
    "set_copy",
]
