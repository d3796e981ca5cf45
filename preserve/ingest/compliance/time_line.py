"""Recordings drawn against the measures of a day, with holes and overlaps; and the stages against the months (SVG)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from preserve.description.labels import label_of
from preserve.ingest.rules import View
from preserve.ingest.rules.recordings import Run, in_utc, runs_by_day
from preserve.messages import length_for_people, say

_LEFT, _WIDE, _ROW, _TOP = 150, 600, 24, 10
_FONT = "font-family='Noto Sans CJK SC,Microsoft YaHei,sans-serif' font-size='11'"
_MOST_DAYS = 12
_HOLE, _TWICE = "#c62828", "#b26a00"
_ROOM_FOR_WORDS = 80
Bar = tuple[datetime, datetime, str]


def days_with_recordings(view: View) -> list[str]:
    """The local days of recordings, in order, the first dozen."""
    days = {runs[0].start.astimezone(view.zone).date().isoformat() for runs in runs_by_day(view)}
    return sorted(days)[:_MOST_DAYS]


def draw_day(view: View, day: str) -> str:
    """One row a measure of the day, one row a device; holes red, overlaps orange."""
    rows: list[tuple[str, list[Bar]]] = []
    for measure in view.case.measures:
        start = in_utc(measure.start, view.zone)
        if start.astimezone(view.zone).date().isoformat() == day:
            end = in_utc(measure.end, view.zone) if measure.end else start
            rows.append((view.words.label("measure", measure.measure), [(start, end, "#7b8ba1")]))
    for runs in runs_by_day(view):
        if runs[0].start.astimezone(view.zone).date().isoformat() == day:
            rows.append((runs[0].device or say("compliance.no-device"), _bars(runs)))
    return _draw(view, rows, "%H:%M:%S")


def _bars(runs: Sequence[Run]) -> list[Bar]:
    bars: list[Bar] = []
    for number, run in enumerate(runs):
        if number:
            bars.append((runs[number - 1].end, run.start, _HOLE))
        reached = run.start
        for part in run.parts:
            bars.append((part.start, part.end, "#2e7d32"))
            if part.start < reached:
                bars.append((part.start, min(reached, part.end), _TWICE))
            reached = max(reached, part.end)
    return bars


def draw_stages(view: View) -> str:
    """The stages of the case as the description dates them."""
    rows: list[tuple[str, list[Bar]]] = []
    for stage in view.case.stages:
        start = datetime(stage.start.year, stage.start.month, stage.start.day, tzinfo=view.zone)
        last = stage.end or stage.start
        end = datetime(last.year, last.month, last.day, tzinfo=view.zone) + timedelta(days=1)
        rows.append((label_of(stage.stage), [(start, end, "#1f4e79")]))
    for runs in runs_by_day(view):
        name = say("compliance.recorded")
        bars = [(runs[0].start, max(run.end for run in runs), "#2e7d32")]
        known = next((row for row in rows if row[0] == name), None)
        if known is None:
            rows.append((name, bars))
        else:
            known[1].extend(bars)
    return _draw(view, rows, "%Y-%m-%d")


def _ticks(first: datetime, span: float, scale: str) -> list[tuple[float, str]]:
    """Five places along the axis and what is written there: a day at its beginning, and none twice."""
    if scale == "%Y-%m-%d":
        days = max(round(span / 86400), 1)
        step = -(-days // 4)
        marks = [(day * 86400 / span, first + timedelta(days=day)) for day in range(0, days + 1, step)]
    else:
        marks = [(tick / 4, first + timedelta(seconds=span * tick / 4)) for tick in range(5)]
    ticks: dict[str, float] = {}
    for place, moment in marks:
        if place <= 1.0:
            ticks.setdefault(f"{moment:{scale}}", place)
    return [(place, words) for words, place in ticks.items()]


def _draw(view: View, rows: Sequence[tuple[str, list[Bar]]], scale: str) -> str:
    if not rows:
        return ""
    first = min(bar[0] for _, bars in rows for bar in bars)
    last = max(bar[1] for _, bars in rows for bar in bars)
    span = max((last - first).total_seconds(), 1.0)
    height = _TOP + len(rows) * _ROW
    parts = [f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_LEFT + _WIDE + 40} {height + 24}' {_FONT}>"]
    for place, words in _ticks(first.astimezone(view.zone), span, scale):
        x = _LEFT + _WIDE * place
        parts.append(f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{_TOP}' y2='{height}' stroke='#ddd'/>")
        parts.append(f"<text x='{x:.1f}' y='{height + 16}' text-anchor='middle'>{words}</text>")
    for number, (label, bars) in enumerate(rows):
        y = _TOP + number * _ROW
        shown = label if len(label) <= 18 else label[:17] + "…"
        parts.append(f"<text x='{_LEFT - 6}' y='{y + 16}' text-anchor='end'>{escape(shown)}</text>")
        for start, end, colour in bars:
            x = _LEFT + _WIDE * (start - first).total_seconds() / span
            wide = max(_WIDE * (end - start).total_seconds() / span, 2)
            parts.append(f"<rect x='{x:.1f}' y='{y + 4}' width='{wide:.1f}' height='{_ROW - 8}' fill='{colour}'/>")
            if colour in (_HOLE, _TWICE) and wide > _ROOM_FOR_WORDS:
                length = escape(length_for_people((end - start).total_seconds()))
                parts.append(
                    f"<text x='{x + wide / 2:.1f}' y='{y + 16}' text-anchor='middle' fill='#fff'>{length}</text>"
                )
    return "".join(parts) + "</svg>"
