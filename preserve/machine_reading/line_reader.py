"""Lines of text in a picture, by PP-OCR's two models: where there is text, and what each line says.

For use inside a bounded process. The steps before and after the models are those of `rapidocr`, called one by one with
sessions of our own: its own front opens pictures, turns lines, keeps the last caller's wishes, and can download.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from preserve.machine_reading.models import Model, model_for
from preserve.machine_reading.reading_order import reading_order
from preserve.machine_reading.records import Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Corners = NDArray[np.float32]

Turn = Literal[0, 90, 180, 270]

_LOOK = 2000  # pixels of the longer side at which lines are sought; what they say is read at full size
_ONE_LOOK = 2600
_TILE, _OVERLAP = 2400, 400
_MOST_TILES = 40
_LEAST = 8  # pixels: no line is lower
_HIGHEST = 96  # pixels of a line; the model reads 48
_TALL = 1.5
_DOUBT = 0.6
_SURE = 0.9
_SAMPLE = 6


class _Settings(dict[str, Any]):
    """Settings as rapidocr's parts ask for them: by key and by attribute."""

    def __getattr__(self, name: str) -> Any:
        return self[name]


@dataclass(slots=True)
class _Read:
    corners: Corners
    text: str
    score: float


class LineReader:
    """Both models, loaded. `threads` is how many a model may use. Raises ToolMissing, Refused (a model's digest)."""

    def __init__(self, threads: int = 1, model: Model | None = None) -> None:
        import cv2
        from rapidocr.ch_ppocr_det import TextDetector
        from rapidocr.ch_ppocr_rec import TextRecognizer
        from rapidocr.utils.typings import EngineType

        cv2.setNumThreads(threads)
        self._cv2: Any = cv2
        self.model = model or model_for("ocr")
        common = {"engine_type": EngineType.ONNXRUNTIME}
        self._detector: Any = TextDetector(
            _Settings(
                common,
                session=_session(self.model.read("det"), threads),
                limit_side_len=736,
                limit_type="min",
                mean=[0.5, 0.5, 0.5],
                std=[0.5, 0.5, 0.5],
                thresh=0.3,
                box_thresh=0.5,
                max_candidates=3000,
                unclip_ratio=1.6,
                use_dilation=True,
                score_mode="fast",
            )
        )
        self._recognizer: Any = TextRecognizer(
            _Settings(
                common,
                session=_session(self.model.read("rec"), threads),
                lang_type="ch",
                font_path=None,
                rec_batch_num=6,
                rec_img_shape=[3, 48, 320],
            )
        )

    def line(self, pixels: Pixels) -> tuple[str, float]:
        """What one line of text says, from its picture alone (grey, or blue-green-red), and the score, 0 to 1."""
        return self._say([self._coloured(pixels)])[0]

    def lines(self, pixels: Pixels) -> tuple[Line, ...]:
        """The lines of a picture that stands upright, in reading order; boxes per mille of its width and height."""
        coloured = self._coloured(pixels)
        return _ordered(self._read(coloured, self._find(coloured)), coloured.shape[1], coloured.shape[0], 0)

    def page(self, pixels: Pixels) -> tuple[Turn, tuple[Line, ...]]:
        """As `lines`, of a page that may lie on its side or stand on its head.

        The first value is by how much it was turned clockwise to be read. Boxes are those of the page as it came.
        """
        coloured = self._coloured(pixels)
        places = self._find(coloured)
        turn = self._turn(coloured, places)
        if turn:
            coloured = _turned(coloured, turn)
            places = self._find(coloured)
        return turn, _ordered(self._read(coloured, places), coloured.shape[1], coloured.shape[0], turn)

    def _coloured(self, pixels: Pixels) -> Pixels:
        if pixels.ndim == 2:
            pixels = self._cv2.cvtColor(pixels, self._cv2.COLOR_GRAY2BGR)
        import numpy as np

        return np.ascontiguousarray(pixels)

    def _find(self, pixels: Pixels) -> list[Corners]:
        """Corners of each line, in pixels, from the top left one clockwise."""
        height, width = pixels.shape[:2]
        if min(height, width) < _LEAST:
            return []
        if max(height, width) <= _ONE_LOOK:
            return self._look(pixels)
        found: list[Corners] = []
        for top, bottom, left, right in _tiles(height, width):
            for corners in self._look(pixels[top:bottom, left:right]):
                found.append(corners + (left, top))  # noqa: RUF005  # numbers are added, not joined
        return _without_doubles(found)

    def _look(self, pixels: Pixels) -> list[Corners]:
        import numpy as np

        height, width = pixels.shape[:2]
        scale = min(1.0, _LOOK / max(height, width))
        small = pixels
        if scale < 1:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            small = self._cv2.resize(pixels, size, interpolation=self._cv2.INTER_AREA)
        # A strip that is much wider than high would be enlarged out of all bounds: paper is set above and below it.
        room = (
            max(0, -(-max(small.shape[:2]) // 8) - small.shape[0]),
            max(0, -(-max(small.shape[:2]) // 8) - small.shape[1]),
        )
        if any(room):
            border = self._cv2.BORDER_REPLICATE
            small = self._cv2.copyMakeBorder(small, 0, room[0], 0, room[1], border)
        boxes = self._detector(small).boxes
        if boxes is None:
            return []
        across, down = width / (small.shape[1] - room[1]), height / (small.shape[0] - room[0])
        corners = np.asarray(boxes, dtype=np.float32) * (across, down)
        corners[..., 0] = corners[..., 0].clip(0, width)
        corners[..., 1] = corners[..., 1].clip(0, height)
        return [one.astype(np.float32) for one in corners]

    def _cut(self, pixels: Pixels, corners: Corners) -> Pixels:
        """The picture of one line, straight, no higher than is read with profit."""
        import numpy as np

        width = max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[2] - corners[3]))
        height = max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))
        across, down = max(1, int(width)), max(1, int(height))
        # Its surroundings alone: OpenCV turns no picture with a side of more than 32,767 pixels.
        left, top = (max(0, int(value) - 2) for value in corners.min(axis=0))
        right, bottom = (int(value) + 3 for value in corners.max(axis=0))
        pixels, corners = pixels[top:bottom, left:right], corners - np.array([left, top], dtype=np.float32)
        ends = np.array([[0, 0], [across, 0], [across, down], [0, down]], dtype=np.float32)
        matrix = self._cv2.getPerspectiveTransform(corners.astype(np.float32), ends)
        cut: Pixels = self._cv2.warpPerspective(
            pixels, matrix, (across, down), borderMode=self._cv2.BORDER_REPLICATE, flags=self._cv2.INTER_CUBIC
        )
        if min(across, down) > _HIGHEST:
            scale = _HIGHEST / min(across, down)
            size = (max(1, round(across * scale)), max(1, round(down * scale)))
            cut = self._cv2.resize(cut, size, interpolation=self._cv2.INTER_AREA)
        return cut

    def _say(self, cuts: Sequence[Pixels]) -> list[tuple[str, float]]:
        from rapidocr.ch_ppocr_rec import TextRecInput

        if not cuts:
            return []
        said = self._recognizer(TextRecInput(img=list(cuts), return_word_box=False))
        return [
            (str(text).strip(), min(1.0, max(0.0, float(score))))
            for text, score in zip(said.txts, said.scores, strict=True)
        ]

    def _turn(self, pixels: Pixels, places: Sequence[Corners]) -> Turn:
        """How a page must be turned, by what some of its longest lines say in each way."""
        long = sorted(((_size(one), one) for one in places), key=lambda pair: -max(pair[0]))
        wide = [one for (width, height), one in long if width >= 2 * height]
        tall = [one for (width, height), one in long if height >= 2 * width]
        lying = sum(_size(one)[1] for one in tall) > sum(_size(one)[0] for one in wide)
        sample = (tall if lying else wide)[:_SAMPLE]
        if not sample:
            return 0
        cuts = [self._cut(pixels, one) for one in sample]
        if lying:
            ways: list[tuple[float, Turn]] = [
                (self._worth([self._stacked(cut) for cut in cuts]), 0),
                (self._worth([_turned(cut, 90) for cut in cuts]), 90),
                (self._worth([_turned(cut, 270) for cut in cuts]), 270),
            ]
            best = max(ways)
            return best[1] if best[0] > ways[0][0] + 0.1 else 0
        straight = self._worth(cuts)
        if straight >= _SURE:
            return 0
        return 180 if self._worth([_turned(cut, 180) for cut in cuts]) > straight else 0

    def _worth(self, cuts: Sequence[Pixels]) -> float:
        """How well lines are read: their mean score, less where far fewer signs come out than would fit."""
        total = 0.0
        for cut, (text, score) in zip(cuts, self._say(cuts), strict=True):
            fitting = max(cut.shape[:2]) / max(1, min(cut.shape[:2]))
            total += score * min(1.0, len(text) / max(1.0, 0.4 * fitting))
        return total / max(1, len(cuts))

    def _read(self, pixels: Pixels, places: Sequence[Corners]) -> list[_Read]:
        import numpy as np

        cuts = [self._cut(pixels, one) for one in places]
        tall = [cut.shape[0] >= _TALL * cut.shape[1] for cut in cuts]
        first = [self._stacked(cut) if high else cut for cut, high in zip(cuts, tall, strict=True)]
        said = self._say(first)
        best = [_Read(place, text, score) for place, (text, score) in zip(places, said, strict=True)]
        doubtful = [at for at, one in enumerate(best) if one.score < (_SURE if tall[at] else _DOUBT)]
        for turn in (180, 90, 270):
            again = [at for at in doubtful if tall[at] == (turn != 180)]
            other = self._say([_turned(cuts[at], turn) for at in again])
            for at, (text, score) in zip(again, other, strict=True):
                if text and score > best[at].score + 0.1:
                    # The corners begin where the line begins.
                    best[at] = _Read(np.roll(places[at], turn // 90, axis=0), text, score)
        return [one for one in best if one.text]

    def _stacked(self, column: Pixels) -> Pixels:
        """A column of upright signs laid out as a line: each sign is cut out where the ink has gaps."""
        import numpy as np

        grey = self._cv2.cvtColor(column, self._cv2.COLOR_BGR2GRAY)
        _, ink = self._cv2.threshold(grey, 0, 1, self._cv2.THRESH_BINARY_INV + self._cv2.THRESH_OTSU)
        if ink.mean() > 0.5:
            ink = 1 - ink
        width = column.shape[1]
        across = np.flatnonzero(ink.sum(axis=0))
        side = max(8, int(across[-1] - across[0] + 1) if len(across) else width)
        paper = np.median(column.reshape(-1, column.shape[2]), axis=0).astype(np.uint8)
        cells = []
        for top, bottom in _cells(ink.sum(axis=1) > 0, side):
            cell = np.empty((max(width, bottom - top), width, column.shape[2]), dtype=np.uint8)
            cell[:] = paper
            start = (cell.shape[0] - (bottom - top)) // 2
            cell[start : start + bottom - top] = column[top:bottom]
            cells.append(self._cv2.resize(cell, (width, width), interpolation=self._cv2.INTER_AREA))
        return np.hstack(cells) if cells else column


def _session(model: bytes, threads: int) -> Any:
    from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

    options = SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_ALL
    return InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])


def _size(corners: Corners) -> tuple[float, float]:
    """Width and height of a line as it stands."""
    across, down = corners[1] - corners[0], corners[3] - corners[0]
    return float((across[0] ** 2 + across[1] ** 2) ** 0.5), float((down[0] ** 2 + down[1] ** 2) ** 0.5)


def _turned(pixels: Pixels, clockwise: int) -> Pixels:
    import numpy as np

    return np.ascontiguousarray(np.rot90(pixels, -clockwise // 90))


def _cells(ink: Any, side: int) -> list[tuple[int, int]]:
    """From which row to which each sign of a column goes: runs of ink, joined as long as they fit one sign."""
    runs: list[tuple[int, int]] = []
    start = -1
    for row, dark in enumerate([*ink.tolist(), False]):
        if dark and start < 0:
            start = row
        elif not dark and start >= 0:
            runs.append((start, row))
            start = -1
    cells: list[tuple[int, int]] = []
    for top, bottom in runs:
        if cells and bottom - cells[-1][0] <= 1.1 * side:
            cells[-1] = (cells[-1][0], bottom)
        else:
            cells.append((top, bottom))
    whole: list[tuple[int, int]] = []
    for top, bottom in cells:  # signs that touch are cut evenly
        parts = max(1, round((bottom - top) / (1.1 * side)))
        step = (bottom - top) / parts
        whole += [(top + round(step * at), top + round(step * (at + 1))) for at in range(parts)]
    return [(top, bottom) for top, bottom in whole if bottom > top]


def _tiles(height: int, width: int) -> list[tuple[int, int, int, int]]:
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


def _without_doubles(found: list[Corners]) -> list[Corners]:
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


def _ordered(read: list[_Read], width: int, height: int, turn: Turn) -> tuple[Line, ...]:
    """Lines in reading order, with boxes of the page as it was before it was turned."""
    order = reading_order([[float(value) for value in one.corners.reshape(-1)] for one in read])
    return tuple(_line(read[at], width, height, turn) for at in order)


def _line(read: _Read, width: int, height: int, turn: Turn) -> Line:
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
    return Line(text=read.text, box=tuple(box), score=round(read.score, 4))  # type: ignore[arg-type]


def missing() -> tuple[str, ...]:
    """The packages of the extra `reading` that reading text needs and that are not installed; none is imported."""
    from importlib.util import find_spec

    return tuple(name for name in ("rapidocr", "onnxruntime", "cv2") if name not in sys.modules and not find_spec(name))
