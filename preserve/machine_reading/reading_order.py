"""In which order the lines of a page are read: rows from top to bottom, columns one after the other, and columns of
vertical writing from right to left. Pure geometry over the corners of the lines, in any unit that is square.

A table reads by rows, text in columns by columns. They are told by how full their columns are: lines of running text
fill theirs, cells seldom do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, sin
from statistics import median

Corners = Sequence[float]
"""Eight numbers: x, y of four corners, the first at the beginning of the line."""

_TALL = 1.5
_SAME_ROW = 0.5  # share of the lower one's height by which two lines of a row overlap
_GUTTER = 0.8  # of a line's height: the least width of an empty band between columns
_FEWEST_ROWS = 4
_FULL = 0.6  # share of a column's width that its lines fill where it is running text
_MOSTLY = 0.6
_LONG = 8  # times its height: a line of running text; labels of a form are shorter
_ALIKE = 0.6  # of the left column's width: the least width of what is to the right of it


@dataclass(frozen=True, slots=True)
class _Box:
    index: int
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, 1e-6)

    @property
    def width(self) -> float:
        return max(self.right - self.left, 1e-6)


def reading_order(lines: Sequence[Corners]) -> list[int]:
    """The places of `lines` in the order in which they are read."""
    if len(lines) < 2:
        return list(range(len(lines)))
    boxes = _straightened(lines)
    tall = [box for box in boxes if box.height > _TALL * box.width]
    if sum(box.height for box in tall) > _MOSTLY * sum(max(box.height, box.width) for box in boxes):
        return _vertical(boxes)
    ordered = _in_zones(_rows([box for box in boxes if box not in tall])) if len(tall) < len(boxes) else []
    for box in sorted(tall, key=lambda one: -one.top):  # a column beside lines: before the first that is below its top
        before = next((at for at, one in enumerate(ordered) if one.top >= box.top), len(ordered))
        ordered.insert(before, box)
    return [box.index for box in ordered]


def _straightened(lines: Sequence[Corners]) -> list[_Box]:
    """Boxes around the lines after the page is turned by the angle of most of its long lines."""
    angles = []
    for line in lines:
        across, down = line[2] - line[0], line[3] - line[1]
        if abs(across) > 4 * abs(down) and across > 2 * abs(line[7] - line[1]):
            angles.append(atan2(down, across))
    angle = -median(angles) if angles else 0.0
    turn, lift = cos(angle), sin(angle)
    boxes = []
    for index, line in enumerate(lines):
        xs = [line[at] * turn - line[at + 1] * lift for at in range(0, 8, 2)]
        ys = [line[at] * lift + line[at + 1] * turn for at in range(0, 8, 2)]
        boxes.append(_Box(index, min(xs), min(ys), max(xs), max(ys)))
    return boxes


def _rows(boxes: Sequence[_Box]) -> list[list[_Box]]:
    """Boxes that stand beside each other, from top to bottom; each row from left to right."""
    rows: list[list[_Box]] = []
    for box in sorted(boxes, key=lambda one: (one.top + one.bottom, one.left)):
        if rows:
            # By the first of the row: else a page that is not flat would run on as one row.
            first = rows[-1][0]
            common = min(first.bottom, box.bottom) - max(first.top, box.top)
            if common > _SAME_ROW * min(first.height, box.height):
                rows[-1].append(box)
                continue
        rows.append([box])
    for row in rows:
        row.sort(key=lambda one: one.left)
    return rows


def _in_zones(rows: list[list[_Box]]) -> list[_Box]:
    """Rows one after the other, but where some follow each other with an empty band between two columns of running
    text, first the left column and then the right one."""
    ordered: list[_Box] = []
    height = median(box.height for row in rows for box in row)
    at = 0
    while at < len(rows):
        end, middle = _zone(rows, at, height)
        if end - at < _FEWEST_ROWS:
            ordered += rows[at]
            at += 1
            continue
        for side in (True, False):
            part = [[box for box in row if (box.right <= middle) == side] for row in rows[at:end]]
            ordered += _in_zones([row for row in part if row])
        at = end
    return ordered


def _zone(rows: list[list[_Box]], start: int, height: float) -> tuple[int, float]:
    """The end of the longest run of rows from `start` that share an empty band, and the middle of that band; the start
    itself where there is none between columns of running text."""
    best = (start, 0.0)
    for left, right in _gaps(rows[start], height):
        free, end = (left, right), start
        while end < len(rows) and (narrowed := _narrowed(rows[end], free, _GUTTER * height)):
            free, end = narrowed, end + 1
        middle = (free[0] + free[1]) / 2
        if end > best[0] and end - start >= _FEWEST_ROWS and _running(rows[start:end], middle, height):
            best = (end, middle)
    return best


def _gaps(row: list[_Box], height: float) -> list[tuple[float, float]]:
    """The empty bands between the boxes of a row; before and after it there is room too, for a row of one column."""
    edges = [(float("-inf"), row[0].left)]
    reach = row[0].right
    for box in row[1:]:
        if box.left - reach >= _GUTTER * height:
            edges.append((reach, box.left))
        reach = max(reach, box.right)
    return [*edges[1:], (reach, float("inf"))]


def _narrowed(row: list[_Box], free: tuple[float, float], least: float) -> tuple[float, float] | None:
    """The part of an empty band that a row leaves empty, if it is wide enough."""
    left, right = free
    for box in row:
        if box.right <= left or box.left >= right:
            continue
        # A box in the band belongs to the side to which it is nearer.
        if left == float("-inf") or (right != float("inf") and box.left - left < right - box.right):
            left = max(left, box.right)
        else:
            right = min(right, box.left)
        if right - left < least:
            return None
    return left, right


def _running(rows: list[list[_Box]], middle: float, height: float) -> bool:
    """Whether both sides are running text: lines enough, long ones, that fill columns of much the same width."""
    widths = []
    for side in (True, False):
        boxes = [[box for box in row if (box.right <= middle) == side] for row in rows]
        filled = [row for row in boxes if row]
        if len(filled) < _FEWEST_ROWS or (side and median(len(row) for row in filled) > 1.5):
            return False
        width = max(row[-1].right for row in filled) - min(row[0].left for row in filled)
        typical = median(sum(box.width for box in row) for row in filled)
        if typical < max(_FULL * width, _LONG * height):
            return False
        widths.append(width)
    return widths[1] >= _ALIKE * widths[0]


def _vertical(boxes: list[_Box]) -> list[int]:
    """Columns of vertical writing from right to left; lines across that stand above all of them first, below last."""
    tall = [box for box in boxes if box.height > _TALL * box.width]
    top, bottom = min(box.top for box in tall), max(box.bottom for box in tall)
    above = [box for box in boxes if box not in tall and box.bottom <= top + box.height / 2]
    below = [box for box in boxes if box not in tall and box not in above and box.top >= bottom - box.height / 2]
    rest = [box for box in boxes if box not in above and box not in below]
    columns: list[list[_Box]] = []
    for box in sorted(rest, key=lambda one: -(one.left + one.right)):
        first = columns[-1][0] if columns else None
        if first and min(first.right, box.right) - max(first.left, box.left) > _SAME_ROW * min(first.width, box.width):
            columns[-1].append(box)
        else:
            columns.append([box])
    ordered = [box for row in _rows(above) for box in row] if above else []
    ordered += [box for column in columns for box in sorted(column, key=lambda one: one.top)]
    ordered += [box for row in _rows(below) for box in row] if below else []
    return [box.index for box in ordered]
