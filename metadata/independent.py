"""A second opinion on a bag, by an implementation that is not ours: the Library of Congress's bagit."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import bagit


@dataclass(frozen=True, slots=True)
class Opinion:
    """Who said it, whether the bag is valid to it, and its own words where it is not."""

    program: str
    valid: bool
    words: str = ""


def second_opinion(path: Path) -> Opinion:
    """Have the bag in a folder validated, every byte read again. What is wrong with it is an answer, never raised."""
    program = f"bagit {version('bagit')}"
    try:
        bagit.Bag(str(path)).validate()
    except (bagit.BagError, OSError, ValueError) as error:
        return Opinion(program, False, str(error))
    return Opinion(program, True)
