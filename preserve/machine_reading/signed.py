"""Where on a page somebody signs, and whether something stands there: pure, over lines and what a picture shows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from preserve.machine_reading import signs
from preserve.machine_reading.records import PageText, Quadrangle

_PLACE = re.compile(r"([\u4e00-\u9fff]{2,8})\((?:签名|签字|签章|签名或盖章|签字或盖章)\):?([^():]*?)(?=[\u4e00-\u9fff]{2,8}\(|$)")
_WIDE = 220.0
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
    for number, line in enumerate(page.lines):
        for match in _PLACE.finditer(signs.words(line.text)):
            found.append(SigningPlace(match[1], number, match[2].strip(" 、,;"), _behind(line.box), line.score))
    return tuple(found)


def _behind(box: Quadrangle) -> Quadrangle:
    """The strip to the right of a line, half as high again."""
    left, right = max(box[0::2]), min(1000.0, max(box[0::2]) + _WIDE)
    high = max(box[1::2]) - min(box[1::2])
    top, bottom = max(0.0, min(box[1::2]) - high / 4), min(1000.0, max(box[1::2]) + high / 4)
    return (left, top, right, top, right, bottom, left, bottom)
