"""Where on a page somebody signs, and whether something stands there: pure, over lines and what a picture shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median

from preserve.machine_reading import signs
from preserve.machine_reading.records import PageText, Quadrangle

_PLACE = re.compile(
    r"([\u4e00-\u9fff]{2,8})\((?:签名|签字|签章|签名或盖章|签字或盖章)\):?([^():]*?)(?=[\u4e00-\u9fff]{2,8}\(|$)"
)
_WIDE = 220.0
_SIGN = 1.414 / 1.3
"""Width of a sign in ‰ of an A4 page's width, of a line's height in ‰ of its height, which has some margin."""
INKED = 0.012
"""A share of dark pixels above which something is written: the paper's own grain stays below a third of it."""


@dataclass(frozen=True, slots=True)
class SigningPlace:
    """A place for a signature: who signs there, the line's place among the lines, what was read behind the label.

    `box` is where a signature would stand, in ‰ of the page; nothing was read there where `said` is empty.
    """

    who: str
    line: int
    said: str
    box: Quadrangle
    score: float


def signing_places(page: PageText) -> tuple[SigningPlace, ...]:
    """The places for signatures that a page names, in the order of its lines; none of a page that lies on its side."""
    found: list[SigningPlace] = []
    if page.upright:
        return ()
    wide = _SIGN * median(max(line.box[1::2]) - min(line.box[1::2]) for line in page.lines) if page.lines else 0.0
    for number, line in enumerate(page.lines):
        text = signs.words(line.text)
        for match in _PLACE.finditer(text):
            label = text[: match.start(2)]
            ends = min(line.box[0::2]) + wide * sum(1.0 if sign > "\xff" else 0.6 for sign in label)
            box = _behind(line.box, ends + wide / 2)
            found.append(SigningPlace(match[1], number, match[2].strip(" 、,;"), box, line.score))
    return tuple(found)


def _behind(box: Quadrangle, ends: float) -> Quadrangle:
    """The strip behind a label that ends there, half as high again; a line may hold the hand's strokes as well."""
    left = min(ends, max(box[0::2]))
    right = min(1000.0, max(*box[0::2], left + _WIDE))
    high = max(box[1::2]) - min(box[1::2])
    top, bottom = max(0.0, min(box[1::2]) - high / 4), min(1000.0, max(box[1::2]) + high / 4)
    return (left, top, right, top, right, bottom, left, bottom)
