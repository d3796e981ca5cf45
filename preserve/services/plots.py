"""Plots as SVG, made on the server: readable without script, printed as they are, told apart without colour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from preserve.visible_text import visible

_FONT = "font-family='Noto Sans CJK SC, Microsoft YaHei, sans-serif'"
_BAR, _EDGE, _INK, _BAD = "#5b84b1", "#2f4f73", "#222222", "#b3261e"
_WIDTH, _HEIGHT, _TOP, _BOTTOM = 720, 200, 24, 26
_LEFT, _LINE, _LONG = 250, 26, 300


class Bar(NamedTuple):
    """One bar: what it is, how much, the words beside it; `bad` where something is wrong."""

    name: str
    value: float
    told: str
    bad: bool = False


def columns(title: str, bars: Sequence[Bar]) -> str:
    """Columns side by side, as for months: their names below, their words above. `title` says what is seen."""
    most = max((bar.value for bar in bars), default=0) or 1
    step = (_WIDTH - 20) / max(1, len(bars))
    base = _TOP + _HEIGHT
    parts = [_opening(title, _WIDTH, base + _BOTTOM)]
    for number, bar in enumerate(bars):
        x, high = 10 + number * step, bar.value / most * _HEIGHT
        middle = x + step / 2
        if bar.value:
            parts.append(_rectangle(x + step * 0.15, base - high, step * 0.7, high, bar.bad))
            parts.append(_words(middle, base - high - 5, bar.told, "middle"))
        parts.append(_words(middle, base + 17, bar.name, "middle"))
    parts.append(f"<line x1='10' x2='{_WIDTH - 10}' y1='{base}' y2='{base}' stroke='{_INK}'/>")
    return "".join(parts) + "</svg>"


def lines(title: str, bars: Sequence[Bar]) -> str:
    """Bars one below the other: the name before, the words behind."""
    most = max((bar.value for bar in bars), default=0) or 1
    parts = [_opening(title, _WIDTH, _LINE * max(1, len(bars)) + 10)]
    for number, bar in enumerate(bars):
        y, long = 5 + number * _LINE, max(1.0, bar.value / most * _LONG)
        parts.append(_words(_LEFT - 8, y + 14, _short(bar.name), "end"))
        parts.append(_rectangle(_LEFT, y, long, _LINE - 7, bar.bad))
        parts.append(_words(_LEFT + long + 6, y + 14, bar.told, "start"))
    return "".join(parts) + "</svg>"


def _opening(title: str, width: int, height: int) -> str:
    box = f"viewBox='0 0 {width} {height}' role='img' {_FONT} font-size='12'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {box}><title>{_shown(title)}</title>"


def _rectangle(x: float, y: float, width: float, height: float, bad: bool) -> str:
    fill = _BAD if bad else _BAR
    place = f"x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{height:.1f}'"
    return f"<rect {place} fill='{fill}' stroke='{_EDGE}'/>"


def _words(x: float, y: float, words: str, anchor: str) -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{_INK}'>{_shown(words)}</text>"


def _shown(words: str) -> str:
    return escape(visible(words))


def _short(name: str, room: int = 34) -> str:
    """A name of at most so many half-widths: an ideograph counts two."""
    for place, sign in enumerate(name):
        room -= 2 if ord(sign) > 0x2E7F else 1
        if room < 0:
            return name[:place] + "…"
    return name
