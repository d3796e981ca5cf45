"""What doors need to offer choices: the stages of a case by name, and days as people write them."""

from __future__ import annotations

from datetime import date

from preserve.description.labels import label_of
from preserve.description.moments import iso
from preserve.description.schema import Stage


def day_written(text: str) -> date | None:
    """The day that somebody wrote, in any usual way; None where it is none."""
    try:
        return date.fromisoformat(iso(text) or "")
    except ValueError:
        return None


def stage_names() -> tuple[str, ...]:
    """The stages of a case, in their order."""
    return tuple(stage.value for stage in Stage)


def stage_label(name: str) -> str:
    """What people call a stage, in the language in use."""
    return label_of(Stage(name))
