"""The two pictures of a report, as SVG: media by age of their last check, and bytes that were read back by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape

from preserve.administration.fixity_report.facts import MONTHS, Facts
from preserve.clock import parse
from preserve.messages import bytes_for_people, say

_FONT = "font-family='Noto Sans CJK SC, Microsoft YaHei, sans-serif'"
# Told apart without colour too: the darker, the older.
COLOURS = {"fresh": "#d9efe1", "ageing": "#f4d58a", "overdue": "#c0392b", "none": "#eeeeee"}


def months_until(moment: datetime, count: int = MONTHS) -> list[str]:
    """The last months, oldest first, as `2026-11`."""
    found = []
    year, month = moment.year, moment.month
    for _ in range(count):
        found.append(f"{year:04d}-{month:02d}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found[::-1]


def _end_of(month: str) -> datetime:
    year, number = int(month[:4]), int(month[5:])
    following = (year + 1, 1) if number == 12 else (year, number + 1)
    return parse(f"{following[0]:04d}-{following[1]:02d}-01T00:00:00Z") - timedelta(seconds=1)


def state_at(checks: Sequence[datetime], added: datetime, end: datetime, days: int) -> str:
    """How a medium stood at a moment: `none` before it was there; else by the age of its last check."""
    if added > end:
        return "none"
    age = (end - max([added, *(when for when in checks if when <= end)])).days
    return "fresh" if age <= days / 2 else "ageing" if age <= days else "overdue"


def heat_map(facts: Facts, limits: Mapping[str, int]) -> str:
    """One row a medium, one column a month; the colour is the age of the last check against the interval."""
    months = months_until(facts.moment)
    checks: dict[str, list[datetime]] = {}
    for one in facts.months:
        checks.setdefault(one.medium, []).append(one.last)
    cell, left, top = 22, 150, 26
    height = top + cell * max(1, len(facts.media)) + 40
    width = left + cell * len(months) + 10
    parts = [f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' {_FONT} font-size='11'>"]
    for column, month in enumerate(months):
        if month.endswith(("-01", "-07")):
            parts.append(f"<text x='{left + column * cell}' y='{top - 8}'>{month}</text>")
    for line, medium in enumerate(facts.media):
        y = top + line * cell
        parts.append(f"<text x='{left - 6}' y='{y + 15}' text-anchor='end'>{escape(_short(medium.row.label))}</text>")
        for column, month in enumerate(months):
            end = min(_end_of(month), facts.moment)
            seen = [*checks.get(medium.row.id, []), *([parse(medium.row.checked)] if medium.row.checked else [])]
            state = state_at(seen, parse(medium.row.added), end, limits.get(medium.row.kind, 730))
            parts.append(
                f"<rect x='{left + column * cell}' y='{y}' width='{cell - 2}' height='{cell - 2}'"
                f" fill='{COLOURS[state]}'/>"
            )
    y = height - 22
    x = left
    for state, colour in COLOURS.items():
        parts.append(f"<rect x='{x}' y='{y}' width='14' height='14' fill='{colour}' stroke='#999'/>")
        parts.append(f"<text x='{x + 18}' y='{y + 11}'>{escape(say('report.age-' + state))}</text>")
        x += 125
    return "".join(parts) + "</svg>"


def _short(label: str) -> str:
    return label if len(label) <= 14 else label[:13] + "…"


def curve(facts: Facts) -> str:
    """Bytes found intact, month by month."""
    months = months_until(facts.moment)
    values = [sum(one.bytes for one in facts.months if one.month == month) for month in months]
    most = max(max(values), 1)
    left, top, width, height = 80, 14, 620, 150
    step = width / (len(months) - 1)
    points = [(left + number * step, top + height * (1 - value / most)) for number, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {left + width + 30} {top + height + 40}' {_FONT}"
        " font-size='11'>"
    ]
    for share in (0, 0.5, 1):
        y = top + height * (1 - share)
        parts.append(f"<line x1='{left}' x2='{left + width}' y1='{y}' y2='{y}' stroke='#ddd'/>")
        parts.append(f"<text x='{left - 6}' y='{y + 4}' text-anchor='end'>{bytes_for_people(most * share)}</text>")
    area = f"{left},{top + height} {line} {left + width},{top + height}"
    parts.append(f"<polygon points='{area}' fill='#d6e4f0'/>")
    parts.append(f"<polyline points='{line}' fill='none' stroke='#1f4e79' stroke-width='2'/>")
    parts += [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='2.5' fill='#1f4e79'/>" for x, y in points]
    for number, month in enumerate(months):
        if number % 6 == 5 or number == 0:
            parts.append(
                f"<text x='{left + number * step:.1f}' y='{top + height + 18}' text-anchor='middle'>{month}</text>"
            )
    return "".join(parts) + "</svg>"
