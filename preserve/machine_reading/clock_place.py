"""Where in the picture the clock is: found once, in whole frames from all over a recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from preserve.machine_reading.clock_profile import Layout, Shown, read_shown
from preserve.machine_reading.records import Line, Quadrangle

_EDGE = 180.0
"""Per mille of the height: a clock that shows the same in every frame counts only so near to an edge. A sheet of paper
with a time on it lies anywhere."""


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top, right and bottom in per mille of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, corners: Quadrangle) -> Box:
        """The upright box around a line."""
        across, down = corners[0::2], corners[1::2]
        return cls(min(across), min(down), max(across), max(down))

    def with_other(self, other: Box) -> Box:
        """The box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def near(self, other: Box) -> bool:
        """Whether it is the same place: as high, and not farther off than it is high."""
        high = max(self.bottom - self.top, other.bottom - other.top)
        apart = abs(self.top + self.bottom - other.top - other.bottom) / 2
        return apart <= high / 2 and self.left < other.right and other.left < self.right

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right, bottom with a margin, of a picture of this size: figures differ in width."""
        high = (self.bottom - self.top) / 1000 * height
        return (
            max(0, int(self.left / 1000 * width - high / 2)),
            max(0, int(self.top / 1000 * height - high / 5)),
            min(width, int(self.right / 1000 * width + high / 2) + 1),
            min(height, int(self.bottom / 1000 * height + high / 5) + 1),
        )

    @property
    def corners(self) -> Quadrangle:
        """As four corners."""
        return (self.left, self.top, self.right, self.top, self.right, self.bottom, self.left, self.bottom)


@dataclass(frozen=True, slots=True)
class ClockPlace:
    """Where the clock is: one box, or one of the day and one of the time; and the layout by which it is read."""

    boxes: tuple[Box, ...]
    layout: int
    seen: int = 0
    """In how many frames that show different times; 0 where it always shows the same."""

    @property
    def whole(self) -> Box:
        """The box around all of it."""
        whole = self.boxes[0]
        for box in self.boxes[1:]:
            whole = whole.with_other(box)
        return whole


@dataclass(frozen=True, slots=True)
class _Seen:
    frame: int
    place: ClockPlace
    shown: Shown


def find_place(frames: Sequence[Sequence[Line]], layouts: tuple[Layout, ...]) -> ClockPlace | None:
    """The place where most frames show a clock; None where there is none.

    One that runs goes before one that shows the same always, one with a date before one without.
    """
    seen = [one for number, lines in enumerate(frames) for one in _clocks(number, lines, layouts)]
    groups: list[list[_Seen]] = []
    for one in seen:
        group = next((g for g in groups if _same(g[0].place, one.place)), None)
        if group is None:
            groups.append([one])
        elif group[-1].frame != one.frame:
            group.append(one)
    least = 2 if len(frames) > 2 else 1
    groups = [group for group in groups if len(group) >= least and (_runs(group) or _at_edge(group))]
    if not groups:
        return None
    best = max(groups, key=lambda group: (_runs(group), len(group), group[0].shown.day is not None))
    return _joined(best)


def _clocks(frame: int, lines: Iterable[Line], layouts: tuple[Layout, ...]) -> Iterator[_Seen]:
    """Every clock in a frame: lines with a time and a day; and lines with a time, with the nearest day beside them."""
    days: list[tuple[Box, str]] = []
    times: list[tuple[Box, str, Shown]] = []
    for line in lines:
        box, shown = Box.around(line.box), read_shown(line.text, layouts)
        if shown is None:
            continue
        if shown.time is None:
            days.append((box, line.text))
        elif shown.day is None:
            times.append((box, line.text, shown))
        else:
            yield _Seen(frame, ClockPlace((box,), shown.layout), shown)
    for box, text, alone in times:
        nearest = min(days, key=lambda day: _between(day[0], box), default=None)
        if nearest is not None and _between(nearest[0], box) <= 3 * (box.bottom - box.top):
            both = read_shown(nearest[1] + text, layouts)
            if both is not None and both.day is not None and both.time is not None:
                yield _Seen(frame, ClockPlace((nearest[0], box), both.layout), both)
                continue
        yield _Seen(frame, ClockPlace((box,), alone.layout), alone)


def _between(one: Box, other: Box) -> float:
    """How far apart two boxes are, in per mille, along the direction in which they are farther."""
    across = max(0.0, one.left - other.right, other.left - one.right)
    down = max(0.0, one.top - other.bottom, other.top - one.bottom)
    return max(across, down)


def _same(one: ClockPlace, other: ClockPlace) -> bool:
    return len(one.boxes) == len(other.boxes) and all(
        box.near(its) for box, its in zip(one.boxes, other.boxes, strict=True)
    )


def _runs(group: Sequence[_Seen]) -> bool:
    return len({one.shown.text for one in group}) > 1


def _at_edge(group: Sequence[_Seen]) -> bool:
    whole = group[0].place.whole
    return whole.bottom <= _EDGE or whole.top >= 1000 - _EDGE


def _joined(group: Sequence[_Seen]) -> ClockPlace:
    """The boxes around those of every frame, and the layout by which most of them were read."""
    layouts = [one.place.layout for one in group]
    usual = max(sorted(set(layouts)), key=layouts.count)
    boxes = list(group[0].place.boxes)
    for one in group[1:]:
        boxes = [box.with_other(its) for box, its in zip(boxes, one.place.boxes, strict=True)]
    return ClockPlace(tuple(boxes), usual, len({one.shown.text for one in group}) if _runs(group) else 0)
