"""Where on a page the numbers, plates, names and addresses of its lines stand: boxes of the characters, not the lines.

A line of text that was read by machine has one box. Where a character stands in it is reckoned from how wide characters
are, and nobody knows the typeface: the box covers the place by every reckoning. Lines whose characters have edges of
their own (a PDF's text layer) need none of that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from preserve.machine_reading import numbers, plates
from preserve.machine_reading.numbers import Found
from preserve.machine_reading.records import Line, Quadrangle

_UNSURE = 0.6
"""Of a character's height: by so much a reckoned place reaches further to both sides."""

_ENDS_AT_EDGE = 0.88
_LEAST_LONG = 0.65
"""Widths of a wide character by the height of a line's box: no typeface is set closer."""

_SLIM = " .,:;'!|()[]iIjl"


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line with its box in per mille of the page; `edges` are left and right of each character in turn."""

    text: str
    box: Quadrangle
    score: float = 1.0
    edges: tuple[float, ...] = ()

    @classmethod
    def read(cls, line: Line) -> TextLine:
        """A line that a machine read."""
        return cls(line.text, line.box, line.score)


@dataclass(frozen=True, slots=True)
class TextPlace:
    """What stands where on which page, in per mille: left, top, right, bottom. `sure` as a check digit says."""

    what: numbers.What
    page: int
    left: float
    top: float
    right: float
    bottom: float
    score: float
    sure: bool


def places_in(pages: Sequence[tuple[int, Sequence[TextLine]]], shape: float = 1.414) -> Iterator[TextPlace]:
    """The places on the pages of one file; names that stand after a label are found wherever else they stand.

    `shape` is a page's height by its width.
    """
    names = numbers.named([line.text for _, lines in pages for line in lines])
    for page, lines in pages:
        for line, found in _found_on(lines, names):
            yield _place(page, line, found, shape)


def _found_on(lines: Sequence[TextLine], names: tuple[str, ...]) -> Iterator[tuple[TextLine, Found]]:
    reach = max((_right(line) for line in lines), default=0.0)
    going_on: list[Found] = []
    for line, following in zip_longest(lines, lines[1:]):
        found, going_on = going_on, []
        if following is not None:
            if broken := numbers.found_across(line.text, following.text):
                found.append(broken[0])
                going_on.append(broken[1])
            full = _right(line) >= reach * _ENDS_AT_EDGE
            if full and numbers.goes_on(line.text) and not numbers.has_label(following.text):
                going_on.append(Found("address", 0, len(following.text)))
        for more in (numbers.found_in(line.text), plates.plates_in(line.text), numbers.again(line.text, names)):
            found += [one for one in more if not any(_within(one, other) for other in found)]
        for one in found:
            yield line, one


def _within(one: Found, other: Found) -> bool:
    return other.start <= one.start and one.end <= other.end


def _right(line: TextLine) -> float:
    return max(line.box[0::2])


def _place(page: int, line: TextLine, found: Found, shape: float) -> TextPlace:
    across, down = line.box[0::2], line.box[1::2]
    left, top, right, bottom = min(across), min(down), max(across), max(down)
    if line.edges:
        left, right = _by_edges(line.edges, found)
    elif (part := _by_reckoning(line, found, shape)) is not None:
        left, top, right, bottom = part
    return TextPlace(found.what, page, left, top, right, bottom, line.score, found.sure)


def _by_edges(edges: Sequence[float], found: Found) -> tuple[float, float]:
    own = edges[2 * found.start : 2 * found.end]
    return (min(own), max(own)) if own else (min(edges), max(edges))


def _by_reckoning(line: TextLine, found: Found, shape: float) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom of the part of a line, by every way of reckoning, and a little more.

    None for a column of upright characters, whose place in it nobody reckons: it is covered as a whole.
    """
    x0, y0, x1, y1, x2, y2, x3, y3 = line.box
    long, high = math.hypot(x1 - x0, (y1 - y0) * shape), math.hypot(x3 - x0, (y3 - y0) * shape)
    if long <= 0 or (high > long and len(line.text) > 1):
        return None
    begin, end = 1.0, 0.0
    for width in _WIDTHS:
        # Digits as wide as Chinese characters are read as narrow ones: only where the line is long enough for it.
        if width is _all_alike and begin < end and long < _LEAST_LONG * high * len(line.text):
            continue
        at = [0.0]
        for character in line.text:
            at.append(at[-1] + width(character))
        begin, end = min(begin, at[found.start] / at[-1]), max(end, at[found.end] / at[-1])
    more = _UNSURE * high / long
    begin = 0.0 if found.start == 0 else max(begin - more, 0.0)
    end = 1.0 if found.end == len(line.text) else min(end + more, 1.0)
    across = [first + (second - first) * part for first, second in ((x0, x1), (x3, x2)) for part in (begin, end)]
    down = [first + (second - first) * part for first, second in ((y0, y1), (y3, y2)) for part in (begin, end)]
    return min(across), min(down), max(across), max(down)


def _narrow(character: str) -> bool:
    return ord(character) < 0x2E80


def _like_print(character: str) -> float:
    return 0.5 if _narrow(character) else 1.0


def _like_a_screen(character: str) -> float:
    # Typefaces with wide digits; punctuation that is set close.
    return 0.62 if _narrow(character) else 0.6 if character in "，。：；、（）《》〔〕！？" else 1.0


def _proportional(character: str) -> float:
    if character in _SLIM:
        return 0.25
    if "a" <= character.lower() <= "z":
        return 0.65 if character.isupper() else 0.5
    return _like_a_screen(character)


def _all_alike(character: str) -> float:
    return 1.0


_WIDTHS: tuple[Callable[[str], float], ...] = (_like_print, _like_a_screen, _proportional, _all_alike)
