"""Words that the tables of several rooms share: the states of media and copies, and copies that are missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from preserve.archival_storage.opening import kind_word
from preserve.messages import listed, say

LONGEST = 100
"""Characters of a text that is shown in part."""


class Counted(Protocol):
    """A kind of medium, and how many copies on it."""

    @property
    def kind(self) -> str:
        """A kind of medium, or `place`."""

    @property
    def count(self) -> int:
        """How many."""


def medium_state(state: str) -> str:
    """The state that a medium is in."""
    return say(f"words.medium-state-{state.replace(' ', '-')}")


def copy_state(state: str) -> str:
    """The state that a copy is in."""
    return say(f"words.copy-{state}")


def by_kind(counts: Iterable[tuple[str, int]]) -> str:
    """Kinds of media, each with a number of copies."""
    return listed(f"{kind_word(kind)} × {count}" for kind, count in counts)


def missing_copies(missing: Iterable[Counted]) -> str:
    """Which copies are missing, as a sentence names them."""
    return by_kind((copies.kind, copies.count) for copies in missing)


def shortened(text: str) -> str:
    """A text in one line of a table."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
