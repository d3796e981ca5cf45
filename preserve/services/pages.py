"""Lists a page at a time: each page says what the next one begins after, and how much is left."""

from __future__ import annotations

from dataclasses import dataclass

from preserve.data_management.counted import MOST_COUNTED as MOST_COUNTED
from preserve.errors import UsageError
from preserve.messages import say

LARGEST = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted: at most `size` rows, from the one that follows the key `after`.

    A key is what the page before says is `next`; an empty one begins at the beginning. Raises UsageError for a size
    that is none.
    """

    after: str = ""
    size: int = 50

    def __post_init__(self) -> None:
        if not 1 <= self.size <= LARGEST:
            raise UsageError("catalogue.size-wrong", str(self.size), largest=LARGEST)


def how_many(more: int) -> str:
    """How many follow, in the reader's language: beyond `MOST_COUNTED` they are not counted."""
    return str(more) if more < MOST_COUNTED else say("words.as-many-or-more", count=MOST_COUNTED)


FIRST = Page()
"""The first page of a list."""
