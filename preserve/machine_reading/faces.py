"""Faces in pictures: found and followed from frame to frame, never recognised; nothing here could tell two apart.

The detector is CenterFace (Xu et al., arXiv:1911.03599; weights under the MIT licence), which comes from a folder of
models and is run by OpenCV's own engine. It finds frontal, lit faces; turned, covered and small ones it misses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

SMALLEST = 24
"""Pixels of a face's height in the picture as it is searched, below which nothing is promised."""

LONGEST = 1280
"""Pixels of the longer side of a picture as it is searched."""

SURE_ENOUGH = 0.5
_OVERLAP = 0.3  # of two boxes that are one face
_OUTPUTS = ("537", "538", "539", "540")  # the network's own names: heat, size, offset, landmarks


@dataclass(frozen=True, slots=True)
class Box:
    """A place in a picture, in shares of its width and height: left, top, right, bottom; with how sure it is."""

    left: float
    top: float
    right: float
    bottom: float
    score: float = 1.0

    @property
    def area(self) -> float:
        """As a share of the picture."""
        return max(self.right - self.left, 0.0) * max(self.bottom - self.top, 0.0)

    def overlap(self, other: Box) -> float:
        """What both cover, by what either does."""
        common = Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        ).area
        either = self.area + other.area - common
        return common / either if either > 0 else 0.0

    def with_(self, other: Box) -> Box:
        """The smallest box over both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
            max(self.score, other.score),
        )


class FaceFinder:
    """The detector with its model; for processes that are bounded, as pictures may be hostile."""

    def __init__(self, model: bytes, threads: int = 1) -> None:
        import cv2
        import numpy as np

        cv2.setNumThreads(threads)
        self._net: Any = cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8))

    def faces(self, picture: Any) -> list[Box]:
        """Faces in an array of height × width × 3 (RGB, 8 bits)."""
        import cv2

        high, wide = picture.shape[:2]
        scale = min(1.0, LONGEST / max(high, wide))
        size = (max(32, -(-round(wide * scale) // 32) * 32), max(32, -(-round(high * scale) // 32) * 32))
        self._net.setInput(cv2.dnn.blobFromImage(picture, 1.0, size, (0, 0, 0), swapRB=False, crop=False))
        heat, sizes, offsets, _ = self._net.forward(_OUTPUTS)
        return _apart(_decoded(heat[0, 0], sizes[0], offsets[0], size))


def _decoded(heat: Any, sizes: Any, offsets: Any, size: tuple[int, int]) -> Iterator[Box]:
    """Every cell of 4 × 4 pixels that holds a face's middle, as a box."""
    import numpy as np

    for row, column in zip(*np.where(heat > SURE_ENOUGH), strict=True):
        high, wide = (float(np.exp(sizes[place, row, column])) * 4 for place in (0, 1))
        middle = (float(column + offsets[1, row, column]) + 0.5) * 4, (float(row + offsets[0, row, column]) + 0.5) * 4
        across, down = size
        yield Box(
            min(max((middle[0] - wide / 2) / across, 0.0), 1.0),
            min(max((middle[1] - high / 2) / down, 0.0), 1.0),
            min(max((middle[0] + wide / 2) / across, 0.0), 1.0),
            min(max((middle[1] + high / 2) / down, 0.0), 1.0),
            min(float(heat[row, column]), 1.0),
        )


def _apart(boxes: Iterable[Box]) -> list[Box]:
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda one: -one.score):
        if box.area > 0 and all(box.overlap(other) < _OVERLAP for other in kept):
            kept.append(box)
    return kept


@dataclass(slots=True)
class _Followed:
    """One thing from frame to frame: when it was seen, and where."""

    times: list[float] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """Something within one box from `begin` to `end`, in seconds; `box` holds every place where it was seen."""

    begin: float
    end: float
    box: Box


_SAME = 0.15
"""Overlap of a thing's places in two frames that follow: what moves faster counts as another."""

_MISSES = 2
"""Frames in which it may be missed in between."""

_LOOSE = 2.5
"""By so much the box of a stretch may be larger than what it covers, before another stretch begins."""

_LONGEST_STRETCH = 60.0


def follow(frames: Iterable[tuple[float, Sequence[Box]]]) -> Iterator[Seen]:
    """Things that were found in frames, in the order of time, as stretches within one box each."""
    moving: list[_Followed] = []
    for at, boxes in frames:
        left = list(boxes)
        for one in moving:
            best = max(left, key=one.boxes[-1].overlap, default=None)
            if best is not None and one.boxes[-1].overlap(best) >= _SAME:
                left.remove(best)
                one.times.append(at)
                one.boxes.append(best)
                one.missed = 0
            else:
                one.missed += 1
        for lost in [one for one in moving if one.missed > _MISSES]:
            moving.remove(lost)
            yield from _stretches(lost)
        moving += [_Followed([at], [box]) for box in left]
    for one in moving:
        yield from _stretches(one)


def _stretches(one: _Followed) -> Iterator[Seen]:
    """Two that follow share a frame, so that nothing between them is left open."""
    first, box = 0, one.boxes[0]
    for place in range(1, len(one.boxes)):
        wider = box.with_(one.boxes[place])
        areas = [each.area for each in one.boxes[first : place + 1]]
        too_long = one.times[place] - one.times[first] > _LONGEST_STRETCH
        if place - first > 1 and (too_long or wider.area > _LOOSE * sum(areas) / len(areas)):
            yield Seen(one.times[first], one.times[place - 1], box)
            first, wider = place - 1, one.boxes[place - 1].with_(one.boxes[place])
        box = wider
    yield Seen(one.times[first], one.times[-1], box)
