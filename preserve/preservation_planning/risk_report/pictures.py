"""The two pictures of the risk report, as SVG: bytes by format and risk, and the age of each medium."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from preserve.archival_storage.opening import kind_word
from preserve.messages import bytes_for_people, say
from preserve.preservation_planning.risk import FormatFacts, MediumAge

_FONT = "font-family='Noto Sans CJK SC, Microsoft YaHei, sans-serif'"
# Told apart without colour too: the darker, the graver; and each bar says its level.
LEVELS = {"risk": "#b3261e", "unknown": "#7a5c9e", "watch": "#e0a83a", "safe": "#cfe8d8"}
AGES = {"over": "#b3261e", "old": "#e0a83a", "young": "#cfe8d8", "none": "#dddddd"}
_MOST = 16  # bars in a picture; the table has them all
_LEFT, _WIDTH, _ROW = 290, 300, 26


def format_bars(formats: Sequence[FormatFacts]) -> str:
    """One bar a format of the originals: its length the bytes, its colour the risk; files and cases beside it."""
    originals = [one for one in formats if one.representation == "original"][:_MOST]
    most = max((original.size for original in originals), default=0) or 1
    rows = [
        (
            _short(f"{original.name or '?'} {original.version}".strip(), 25),
            original.puid or say("plan.no-puid"),
            original.size / most,
            LEVELS[original.level],
            say("plan.bar", size=bytes_for_people(original.size), files=original.files, cases=original.cases),
        )
        for original in originals
    ]
    return _bars(rows, [(say(f"plan.level-{name}"), colour) for name, colour in LEVELS.items()])


def media_bars(media: Sequence[MediumAge]) -> str:
    """One bar a medium: its age against the years that its kind lasts; a line marks the limit."""
    most = max((max(medium.years, medium.limit) for medium in media), default=0) or 1
    rows = [
        (
            _short(medium.row.label, 25),
            kind_word(medium.row.kind),
            medium.years / most,
            AGES[medium.state],
            say("plan.age", years=f"{medium.years:.1f}", limit=medium.limit)
            if medium.limit
            else say("plan.age-without-limit", years=f"{medium.years:.1f}"),
        )
        for medium in media[:_MOST]
    ]
    marks = [medium.limit / most if medium.limit else None for medium in media[:_MOST]]
    return _bars(rows, [(say(f"plan.age-{name}"), colour) for name, colour in AGES.items()], marks)


def _bars(
    rows: Sequence[tuple[str, str, float, str, str]],
    legend: Sequence[tuple[str, str]],
    marks: Sequence[float | None] = (),
) -> str:
    height = _ROW * max(1, len(rows)) + 46
    parts = [f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 800 {height}' {_FONT} font-size='12'>"]
    for number, (name, under, share, colour, told) in enumerate(rows):
        y = 6 + number * _ROW
        parts.append(f"<text x='{_LEFT - 100}' y='{y + 14}' text-anchor='end'>{escape(name)}</text>")
        parts.append(f"<text x='{_LEFT - 8}' y='{y + 14}' text-anchor='end' fill='#666'>{escape(under)}</text>")
        long = max(2.0, share * _WIDTH)
        parts.append(
            f"<rect x='{_LEFT}' y='{y}' width='{long:.1f}' height='{_ROW - 7}' fill='{colour}' stroke='#888'/>"
        )
        mark = marks[number] if number < len(marks) else None
        if mark is not None:
            x = _LEFT + mark * _WIDTH
            parts.append(f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{y - 2}' y2='{y + _ROW - 5}' stroke='#222'/>")
        where = _LEFT + max(long, (mark or 0) * _WIDTH) + 6
        parts.append(f"<text x='{where:.1f}' y='{y + 14}'>{escape(told)}</text>")
    x = _LEFT
    for name, colour in legend:
        y = height - 24
        parts.append(f"<rect x='{x}' y='{y}' width='14' height='14' fill='{colour}' stroke='#888'/>")
        parts.append(f"<text x='{x + 19}' y='{y + 12}'>{escape(name)}</text>")
        x += 130
    return "".join(parts) + "</svg>"


def _short(label: str, most: int) -> str:
    """A label of at most so many half-widths: an ideograph counts two."""
    room = most
    for place, sign in enumerate(label):
        room -= 2 if ord(sign) > 0x2E7F else 1
        if room < 0:
            return label[:place] + "…"
    return label
