"""Where lines lie on a picture: pieces of a large one, signs of a column, and places on the page as it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from preserve.machine_reading.reading_order import reading_order
from preserve.machine_reading.records import Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Corners = NDArray[np.float32]

Turn = Literal[0, 90, 180, 270]

_TILE, _OVERLAP = 2400, 400
_MOST_TILES = 40


@dataclass(slots=True)
class ReadLine:
    """A line with its corners in pixels; they begin where the line begins, and go clockwise as it is read."""

    corners: Corners
    text: str
    score: float


def size_of(corners: Corners) -> tuple[float, float]:
    """Width and height of a line as it stands."""
    across, down = corners[1] - corners[0], corners[3] - corners[0]
    return float((across[0] ** 2 + across[1] ** 2) ** 0.5), float((down[0] ** 2 + down[1] ** 2) ** 0.5)


def turned(pixels: Pixels, clockwise: int) -> Pixels:
    """The picture turned by a multiple of 90 degrees."""
    import numpy as np

    return np.ascontiguousarray(np.rot90(pixels, -clockwise // 90))


def cells(ink: Any, side: int) -> list[tuple[int, int]]:
    """From which row to which each sign of a column goes: runs of ink, joined as long as they fit one sign."""
    runs: list[tuple[int, int]] = []
    start = -1
    for row, dark in enumerate([*ink.tolist(), False]):
        if dark and start < 0:
            start = row
        elif not dark and start >= 0:
            runs.append((start, row))
            start = -1
    joined: list[tuple[int, int]] = []
    for top, bottom in runs:
        if joined and bottom - joined[-1][0] <= 1.1 * side:
            joined[-1] = (joined[-1][0], bottom)
        else:
            joined.append((top, bottom))
    whole: list[tuple[int, int]] = []
    for top, bottom in joined:  # signs that touch are cut evenly
        parts = max(1, round((bottom - top) / (1.1 * side)))
        step = (bottom - top) / parts
        whole += [(top + round(step * at), top + round(step * (at + 1))) for at in range(parts)]
    return [(top, bottom) for top, bottom in whole if bottom > top]


def tiles(height: int, width: int) -> list[tuple[int, int, int, int]]:
    """Top, bottom, left, right of overlapping pieces of a large page."""

    def cuts(side: int, tile: int) -> list[tuple[int, int]]:
        if side <= tile:
            return [(0, side)]
        count = -(-(side - _OVERLAP) // (tile - _OVERLAP))
        step = (side - tile) / (count - 1)
        return [(round(step * at), round(step * at) + tile) for at in range(count)]

    tile = _TILE
    while len(cuts(height, tile)) * len(cuts(width, tile)) > _MOST_TILES:
        tile = tile * 3 // 2
    return [(*rows, *columns) for rows in cuts(height, tile) for columns in cuts(width, tile)]


def without_doubles(found: list[Corners]) -> list[Corners]:
    """Lines of pieces that overlap: of two that lie upon each other the longer one stays."""
    import numpy as np

    if not found:
        return []
    boxes = np.array([[*one.min(axis=0), *one.max(axis=0)] for one in found])
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    for at in np.argsort(-areas):
        if kept:
            others = boxes[kept]
            width = np.minimum(others[:, 2], boxes[at, 2]) - np.maximum(others[:, 0], boxes[at, 0])
            height = np.minimum(others[:, 3], boxes[at, 3]) - np.maximum(others[:, 1], boxes[at, 1])
            if (width.clip(0) * height.clip(0)).max() > 0.6 * areas[at]:
                continue
        kept.append(int(at))
    return [found[at] for at in sorted(kept)]


def ordered(read: list[ReadLine], width: int, height: int, turn: Turn) -> tuple[Line, ...]:
    """Lines in reading order, with boxes of the page as it was before it was turned."""
    order = reading_order([[float(value) for value in one.corners.reshape(-1)] for one in read])
    return tuple(line_of_page(read[at], width, height, turn) for at in order)


def line_of_page(read: ReadLine, width: int, height: int, turn: Turn) -> Line:
    box = []
    for x, y in read.corners.tolist():
        across, down = x / width, y / height
        if turn == 90:
            across, down = down, 1 - across
        elif turn == 180:
            across, down = 1 - across, 1 - down
        elif turn == 270:
            across, down = 1 - down, across
        box += [round(min(1.0, max(0.0, side)) * 1000, 1) for side in (across, down)]
    return Line(text=read.text, box=tuple(box), score=round(read.score, 4))
