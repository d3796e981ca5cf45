"""The growth table as a picture: a line for each command, a point for each size of the archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_ROW, _LEFT, _RIGHT, _WIDTH, _TOP = 24, 190, 40, 860, 64
_SHADES = ("#9ecae1", "#4292c6", "#08306b")


def draw(measured: Mapping[str, Sequence[float]], sizes: Sequence[int], unit: str) -> str:
    """An SVG of figures by command, one for each size, the smallest archive first; axis from 0."""
    most = max((max(values) for values in measured.values()), default=1.0) or 1.0
    step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000) if most / step <= 10)
    inner = _WIDTH - _LEFT - _RIGHT

    def place(value: float) -> float:
        return round(_LEFT + value / most * inner, 1)

    height = _TOP + _ROW * len(measured) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="18" fill="#222222">{escape(unit)}</text>',
    ]
    for number, size in enumerate(sizes):
        x = _LEFT + 260 + number * 130
        parts.append(f'<circle cx="{x}" cy="14" r="5" fill="{_SHADES[number % 3]}"/>')
        parts.append(f'<text x="{x + 10}" y="18" fill="#222222">{size:,} cases</text>')
    for count in range(int(most / step) + 1):
        x = place(count * step)
        parts.append(f'<line x1="{x}" y1="{_TOP - 14}" x2="{x}" y2="{height - 10}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x}" y="{_TOP - 20}" text-anchor="middle" fill="#555555">{count * step:g}</text>')
    for number, (name, values) in enumerate(measured.items()):
        y = _TOP + number * _ROW
        parts.append(f'<text x="{_LEFT - 10}" y="{y + 4}" text-anchor="end" fill="#222222">{escape(name)}</text>')
        first, last = place(min(values)), place(max(values))
        parts.append(f'<line x1="{first}" y1="{y}" x2="{last}" y2="{y}" stroke="#888888" stroke-width="2"/>')
        for shade, value in enumerate(values):
            parts.append(f'<circle cx="{place(value)}" cy="{y}" r="5" fill="{_SHADES[shade % 3]}"/>')
    return "\n".join([*parts, "</svg>", ""])
