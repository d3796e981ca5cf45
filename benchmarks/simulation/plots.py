"""Throughput over workers as a picture: both axes by powers of ten, a line for each kind of case and lock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BELOW = 860, 460, 70, 30, 260, 50
_COLOURS = ("#08306b", "#b2182b", "#1b7837")
_DASHES = {"today": "", "append only": "7 4", "ten ledgers": "2 3"}

Lines = Mapping[tuple[str, str], Mapping[int, float]]
"""By case and lock: terabytes a day at each number of workers."""


def draw(lines: Lines) -> str:
    """An SVG."""
    values = [value for line in lines.values() for value in line.values() if value > 0]
    counts = sorted({workers for line in lines.values() for workers in line})
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(counts[0]), math.log10(counts[-1])

    def across(workers: float) -> float:
        return round(_LEFT + (math.log10(workers) - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT), 1)

    def down(value: float) -> float:
        share = (math.log10(value) - low) / (high - low)
        return round(_HEIGHT - _BELOW - share * (_HEIGHT - _TOP - _BELOW), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="18" fill="#222222">TB taken in a day</text>',
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 10}" text-anchor="end" fill="#222222">workers</text>',
    ]
    for power in range(low, high + 1):
        y = down(10.0**power)
        parts.append(f'<line x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}" stroke="#dddddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#555555">{10.0**power:g}</text>')
    for workers in counts:
        x = across(workers)
        parts.append(f'<line x1="{x}" y1="{_TOP}" x2="{x}" y2="{_HEIGHT - _BELOW}" stroke="#eeeeee"/>')
        parts.append(f'<text x="{x}" y="{_HEIGHT - _BELOW + 18}" text-anchor="middle" fill="#555555">{workers}</text>')
    kinds = list(dict.fromkeys(case for case, _ in lines))
    for number, ((case, lock), line) in enumerate(lines.items()):
        colour, dash = _COLOURS[kinds.index(case) % len(_COLOURS)], _DASHES.get(lock, "")
        points = " ".join(f"{across(workers)},{down(value)}" for workers, value in sorted(line.items()) if value > 0)
        style = f'fill="none" stroke="{colour}" stroke-width="2"' + (f' stroke-dasharray="{dash}"' if dash else "")
        parts.append(f'<polyline points="{points}" {style}/>')
        x, y = _WIDTH - _RIGHT + 16, _TOP + 22 * number + 8
        parts.append(f'<polyline points="{x},{y} {x + 34},{y}" {style}/>')
        parts.append(f'<text x="{x + 42}" y="{y + 4}" fill="#222222">{escape(f"{case}; {lock}")}</text>')
    return "\n".join([*parts, "</svg>", ""])
