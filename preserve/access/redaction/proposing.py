"""What a machine proposes to take out of one file: rows of the plan that nobody has confirmed, and what they miss.

Pure functions over what was read. Boxes reach beyond what was found, and so do times: who looks may make them smaller.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from preserve.access.redaction.drafts import Gap, Row
from preserve.access.redaction.log import clock
from preserve.access.redaction.plan import Found
from preserve.machine_reading.faces import SMALLEST
from preserve.machine_reading.records import PageText, Place, Record, Voice
from preserve.machine_reading.text_places import TextLine, TextPlace, places_in
from preserve.messages import say

MOST_OF_A_FILE = 300
"""Rows that are drafted of one file; beyond them whoever draws is quicker."""

_MARGIN = 1.0  # mm around what stands in a line
_OF_HEIGHT = 0.25  # of a line's height, where there are no millimetres
_LARGER = 0.3
"""Of their sides: by so much boxes of faces and plates are larger than what was found."""

AROUND = 1.0
"""Seconds before and after something was seen."""

_PAUSE = 2.0
"""Seconds of silence that are muted with what is said around them."""

_MOST_VOICES = 60
_BREATH = 0.2
_TINY = 1e-6  # what floating point adds by itself


@dataclass(frozen=True, slots=True)
class Material:
    """One file and what was read of it. `sizes` are its pages as one sees them, in mm or, of a picture, in pixels.

    `text` are the lines of a PDF's own text layer, by page, and `cut` the pages that have more of it; `lines` are
    those of a text; `step` is how many seconds lie between frames that were looked at, and `looked` for what the file
    was read.
    """

    path: str
    kind: Literal["pdf", "picture", "recording", "text", "other"]
    sizes: Sequence[tuple[float, float]] = ()
    length: float = 0.0
    picture: bool = False
    sound: bool = False
    records: Sequence[Record] = ()
    text: Sequence[tuple[int, Sequence[TextLine]]] = ()
    cut: frozenset[int] = frozenset()
    lines: Sequence[str] = ()
    looked: frozenset[str] = frozenset()
    step: float = 1.0


@dataclass(frozen=True, slots=True)
class Proposed:
    """Rows for the plan, the surest first on each page, and what they do not cover."""

    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The gaps in words."""
        return tuple(say(one.code, **one.values) for one in self.gaps)


def propose(material: Material, reason: str, article: str) -> Proposed:
    """What a machine proposes for one file; every row says `confirmed = "no"`."""
    common = {"object": material.path, "reason": reason, "article": article, "confirmed": "no"}
    if material.kind == "recording":
        rows = [*_seen(material, common), *_heard(material, common)]
    elif material.kind in ("pdf", "picture"):
        rows = list(_on_pages(material, common))
    else:
        rows = list(_in_lines(material, common))
    gaps = list(_gaps(material, len(rows)))
    return Proposed(tuple(rows[:MOST_OF_A_FILE]), tuple(gaps))


def _in_lines(material: Material, common: dict[str, str]) -> Iterator[Row]:
    """Lines of a text that hold something, each once; where it stands in the line does not matter."""
    lines = [
        TextLine(line, (0, at, len(line), at, len(line), at + 1, 0, at + 1), 1.0, (0.0,) * (2 * len(line)))
        for at, line in enumerate(material.lines, 1)
    ]
    found: dict[int, TextPlace] = {}
    for place in places_in([(1, lines)]):
        kept = found.setdefault(round(place.top), place)
        if place.sure and not kept.sure:
            found[round(place.top)] = place
    for at, place in sorted(found.items()):
        yield _row(common, place.what, place.sure, {}, what="lines", lines=str(at))


@dataclass(frozen=True, slots=True)
class _Part:
    """Something on a page, in per mille: left, top, right, bottom."""

    what: Found
    page: int
    edges: tuple[float, float, float, float]
    score: float
    sure: bool


def _on_pages(material: Material, common: dict[str, str]) -> Iterator[Row]:
    kept: list[_Part] = []
    for part in sorted(_parts(material), key=lambda one: (one.page, not one.sure, -one.score)):
        if not any(_covers(other, part) for other in kept if other.page == part.page):
            kept.append(part)
    for part in kept:
        wide, high = material.sizes[part.page - 1]
        unit = "mm" if material.kind == "pdf" else "%"
        edges = _widened(part, wide, high, unit)
        pages = str(part.page) if unit == "mm" or len(material.sizes) > 1 else ""
        whole = (wide, high) if unit == "mm" else (100.0, 100.0)
        yield _row(common, part.what, part.sure, _measures(edges, whole, unit), what="box", pages=pages)


def _parts(material: Material) -> Iterator[_Part]:
    wide, high = material.sizes[0] if material.sizes else (1.0, 1.414)
    own = {number for number, lines in material.text if lines}
    read = [
        (one.page, [TextLine.read(line) for line in one.lines])
        for one in material.records
        if isinstance(one, PageText) and one.page not in own and one.page <= len(material.sizes)
    ]
    found: Iterable[TextPlace] = places_in([*material.text, *read], high / wide)
    for text in found:
        yield _Part(text.what, text.page, (text.left, text.top, text.right, text.bottom), text.score, text.sure)
    for one in material.records:
        if isinstance(one, Place) and 1 <= one.page <= len(material.sizes):
            yield _Part(one.what, one.page, _edges(one), one.score, one.sure)


def _edges(place: Place) -> tuple[float, float, float, float]:
    across, down = place.box[0::2], place.box[1::2]
    return min(across), min(down), max(across), max(down)


def _covers(one: _Part, other: _Part) -> bool:
    """Whether what is kept covers something already: a pixel's difference apart."""
    a, b = one.edges, other.edges
    return a[0] <= b[0] + 2 and a[1] <= b[1] + 2 and a[2] >= b[2] - 2 and a[3] >= b[3] - 2


def _widened(part: _Part, wide: float, high: float, unit: str) -> tuple[float, float, float, float]:
    """In per mille, with what a draft reaches beyond."""
    left, top, right, bottom = part.edges
    if part.what in ("face", "plate"):
        across, down = (right - left) * _LARGER / 2, (bottom - top) * _LARGER / 2
    elif unit == "mm":
        across, down = _MARGIN * 1000 / wide, _MARGIN * 1000 / high
    else:
        down = (bottom - top) * _OF_HEIGHT
        across = down * high / wide
    return left - across, top - down, right + across, bottom + down


def _measures(edges: tuple[float, float, float, float], whole: tuple[float, float], unit: str) -> dict[str, str]:
    """Rounded outward, and within the page."""
    fine = 10 if unit == "mm" else 100
    left, right = (min(max(edge / 1000, 0.0), 1.0) * whole[0] for edge in edges[0::2])
    top, bottom = (min(max(edge / 1000, 0.0), 1.0) * whole[1] for edge in edges[1::2])
    left, top = (math.floor(edge * fine + _TINY) / fine for edge in (left, top))
    width, height = (math.ceil(side * fine - _TINY) / fine for side in (right - left, bottom - top))
    said = {"left": left, "top": top, "width": width, "height": height}
    return {"unit": unit, **{key: f"{value:g}" for key, value in said.items()}}


def _row(common: dict[str, str], found: Found, sure: bool, place: dict[str, str], **more: str) -> Row:
    return Row.model_validate({**common, **place, **more, "found": found, "sure": sure})


def _seen(material: Material, common: dict[str, str]) -> Iterator[Row]:
    if not material.picture:
        return
    places = [one for one in material.records if isinstance(one, Place) and one.page == 0]
    for one in sorted(places, key=lambda place: (place.at, place.box)):
        begin, end = max(one.at - AROUND, 0.0), min(one.end + AROUND, material.length)
        if begin < end:
            edges = _widened(_Part(one.what, 0, _edges(one), one.score, one.sure), 1.0, 1.0, "%")
            measures = _measures(edges, (100.0, 100.0), "%")
            yield _row(common, one.what, one.sure, measures, what="box", **_times(begin, end))


def _times(begin: float, end: float) -> dict[str, str]:
    return {"begin": clock(math.floor(begin * 10) / 10), "end": clock(math.ceil(end * 1000) / 1000)}


def _heard(material: Material, common: dict[str, str]) -> Iterator[Row]:
    if not material.sound:
        return
    spans = sorted(span for one in material.records if isinstance(one, Voice) for span in one.spans)
    pause = _PAUSE
    joined = _joined(spans, pause)
    while len(joined) > _MOST_VOICES:
        pause *= 2
        joined = _joined(spans, pause)
    for first, last in joined:
        begin, end = max(first - _BREATH, 0.0), min(last + _BREATH, material.length)
        if begin < end:
            yield _row(common, "voice", False, {}, what="mute", **_times(begin, end))


def _joined(spans: Sequence[tuple[float, float]], pause: float) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for begin, end in spans:
        if joined and begin - joined[-1][1] <= pause:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return joined


def _gaps(material: Material, found: int) -> Iterator[Gap]:
    """What nobody may think was looked at."""

    def gap(code: str, **values: str | int) -> Gap:
        return Gap(object=material.path, code=code, values=values)

    if material.kind == "other":
        yield gap("redaction.gap-kind")
        return
    if found > MOST_OF_A_FILE:
        yield gap("redaction.gap-too-many", shown=MOST_OF_A_FILE, found=found)
    if material.kind == "text":
        yield gap("redaction.gap-text")
        return
    faces = "place" in material.looked
    if material.kind == "recording":
        if material.picture:
            yield gap("redaction.gap-frames", step=f"{material.step:g}") if faces else gap("redaction.gap-no-places")
        if material.sound:
            yield gap("redaction.gap-voices") if "voice" in material.looked else gap("redaction.gap-no-voices")
    else:
        if unread := _unread(material):
            yield gap("redaction.gap-pages", pages=_spans(unread))
        if not faces:
            yield gap("redaction.gap-no-places")
        yield gap("redaction.gap-text")
    if faces:
        yield gap("redaction.gap-faces", smallest=SMALLEST)


def _unread(material: Material) -> list[int]:
    read = {number for number, lines in material.text if lines}
    read |= {one.page for one in material.records if isinstance(one, PageText)}
    return [number for number in range(1, len(material.sizes) + 1) if number not in read - material.cut]


def _spans(numbers: Sequence[int]) -> str:
    """`3, 5-7`."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number])
    return ", ".join("-".join(map(str, part)) for part in parts)
