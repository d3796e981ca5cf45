"""How far what was read is from what people typed off: signs that are wrong, lines that are wholly right.

Each true line is sought as the stretch of what was read that is nearest to it, so that what stands on a page besides
(stamps, page numbers, what nobody typed off) counts neither for nor against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_ALIKE = str.maketrans("，。：；（）！？“”‘’—·、〔〕《》【】", ",.:;()!?\"\"''-.,[]<>[]")


@dataclass(frozen=True, slots=True)
class Measured:
    """Signs of the true lines and how many are wrong; lines and how many are wholly right."""

    signs: int = 0
    wrong: int = 0
    lines: int = 0
    right: int = 0

    def __add__(self, other: Measured) -> Measured:
        return Measured(
            self.signs + other.signs, self.wrong + other.wrong, self.lines + other.lines, self.right + other.right
        )


def plain(text: str) -> str:
    """Without blanks, and with what fonts and readers write in two ways in one of them."""
    return "".join(text.translate(_ALIKE).split())


def measure(truth: Sequence[str], read: str) -> Measured:
    """Of the true lines of a page, or of a whole file, against all that was read there."""
    text = plain(read)
    lines = [line for line in map(plain, truth) if line]
    wrong = [wrong_signs(line, text) for line in lines]
    return Measured(sum(map(len, lines)), sum(wrong), len(lines), wrong.count(0))


def wrong_signs(line: str, text: str) -> int:
    """How many signs of a line (as `plain`) are wrong in the stretch of `text` that is nearest to it.

    Source: Sellers, «The theory and computation of evolutionary distances» (1980): the edit distance with free ends in
    the text.
    """
    if line in text:
        return 0
    before = [0] * (len(text) + 1)
    for number, sign in enumerate(line, 1):
        now = [number]
        left = number
        for above, slant, other in zip(before[1:], before, text, strict=False):
            left = min(above + 1, left + 1, slant + (sign != other))
            now.append(left)
        before = now
    return min(before)
