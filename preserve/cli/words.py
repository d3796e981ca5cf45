"""Words that the tables of several commands share: kinds of medium, states, what is not known."""

from __future__ import annotations

from preserve.messages import say
from preserve.services.kinds import kind_word

NOTHING = "—"
"""What a cell shows where there is nothing."""


def medium_kind(kind: str) -> str:
    """A kind of medium."""
    return kind_word(kind)


def medium_state(state: str) -> str:
    """The state that a medium is in."""
    return say(f"words.medium-state-{state.replace(' ', '-')}")


def copy_state(state: str) -> str:
    """The state that a copy is in."""
    return say(f"words.copy-{state}")


def cells(*values: object) -> tuple[str, ...]:
    """A row of a table: each value as text, a dash where there is none."""
    return tuple(NOTHING if value in (None, "") else str(value) for value in values)
