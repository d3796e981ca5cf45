"""Lines of text in a picture, by PP-OCR's two models: where there is text, and what each line says.

For use inside a bounded process. The steps before and after the models are those of `rapidocr`, called one by one with
sessions of our own: its own front opens pictures, turns lines, keeps the last caller's wishes, and can download.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from preserve.machine_reading.line_places import ReadLine, Turn, cells, ordered, size_of, tiles, turned, without_doubles
from preserve.machine_reading.models import Model, model_for
from preserve.machine_reading.records import Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Corners = NDArray[np.float32]

_LOOK = 2000  # pixels of the longer side at which lines are sought; what they say is read at full size
_MOST_LOOKED_AT = 2_900_000  # pixels in all: the first model needs some 300 bytes for each
_SHORT, _MOST_LARGER = 736, 3.0  # pixels of the shorter side to which a small picture is enlarged, and how far
_NARROWEST = 8
_ONE_LOOK = 2600
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
                limit_side_len=32,
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
        return ordered(self._read(coloured, self._find(coloured)), coloured.shape[1], coloured.shape[0], 0)

    def page(self, pixels: Pixels) -> tuple[Turn, tuple[Line, ...]]:
        """As `lines`, of a page that may lie on its side or stand on its head.

        The first value is by how much it was turned clockwise to be read. Boxes are those of the page as it came.
        """
        coloured = self._coloured(pixels)
        places = self._find(coloured)
        turn = self._turn(coloured, places)
        if turn:
            coloured = turned(coloured, turn)
            places = self._find(coloured)
        return turn, ordered(self._read(coloured, places), coloured.shape[1], coloured.shape[0], turn)

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
        for top, bottom, left, right in tiles(height, width):
            for corners in self._look(pixels[top:bottom, left:right]):
                found.append(corners + (left, top))  # noqa: RUF005  # numbers are added, not joined
        return without_doubles(found)

    def _look(self, pixels: Pixels) -> list[Corners]:
        import numpy as np

        height, width = pixels.shape[:2]
        size = (width, height)
        scale = min(_LOOK / max(size), (_MOST_LOOKED_AT / (width * height)) ** 0.5)
        if scale > 1:  # small pictures are enlarged as far as it helps
            scale = max(1.0, min(scale, _MOST_LARGER, _SHORT / min(height, width)))
        small = pixels
        if scale != 1:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            way = self._cv2.INTER_AREA if scale < 1 else self._cv2.INTER_LINEAR
            small = self._cv2.resize(pixels, size, interpolation=way)
        # Lines at an edge of a narrow strip are not seen: its edge is drawn on to both sides.
        least = -(-max(size) // _NARROWEST)
        left, top = max(0, least - size[0]) // 2, max(0, least - size[1]) // 2
        if left or top:
            small = self._cv2.copyMakeBorder(small, top, top, left, left, self._cv2.BORDER_REPLICATE)
        boxes = self._detector(small).boxes
        if boxes is None:
            return []
        corners = (np.asarray(boxes, dtype=np.float32) - (left, top)) * (width / size[0], height / size[1])
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
        long = sorted(((size_of(one), one) for one in places), key=lambda pair: -max(pair[0]))
        wide = [one for (width, height), one in long if width >= 2 * height]
        tall = [one for (width, height), one in long if height >= 2 * width]
        lying = sum(size_of(one)[1] for one in tall) > sum(size_of(one)[0] for one in wide)
        sample = (tall if lying else wide)[:_SAMPLE]
        if not sample:
            return 0
        cuts = [self._cut(pixels, one) for one in sample]
        if lying:
            return self._lying(cuts)
        straight = self._worth(cuts)
        if straight >= _SURE:
            return 0
        return 180 if self._worth([turned(cut, 180) for cut in cuts]) > straight else 0

    def _lying(self, cuts: Sequence[Pixels]) -> Turn:
        """Whether tall lines belong to a page on its side, or are columns of vertical writing.

        The model reads signs that lie on their left side as well as upright ones. So a page that must be turned
        clockwise is also read, backwards, as columns; and columns are also read where they are turned the other way.
        """
        clockwise = self._worth([turned(cut, 90) for cut in cuts])
        other = self._worth([turned(cut, 270) for cut in cuts])
        if clockwise > max(_DOUBT, other):
            return 90
        if other > _DOUBT and other > self._worth([self._stacked(cut) for cut in cuts]) + 0.2:
            return 270
        return 0

    def _worth(self, cuts: Sequence[Pixels]) -> float:
        """How well lines are read: their mean score, less where far fewer signs come out than would fit."""
        total = 0.0
        for cut, (text, score) in zip(cuts, self._say(cuts), strict=True):
            fitting = max(cut.shape[:2]) / max(1, min(cut.shape[:2]))
            total += score * min(1.0, len(text) / max(1.0, 0.4 * fitting))
        return total / max(1, len(cuts))

    def _read(self, pixels: Pixels, places: Sequence[Corners]) -> list[ReadLine]:
        import numpy as np

        cuts = [self._cut(pixels, one) for one in places]
        tall = [cut.shape[0] >= _TALL * cut.shape[1] for cut in cuts]
        first = [self._stacked(cut) if high else cut for cut, high in zip(cuts, tall, strict=True)]
        said = self._say(first)
        best = [ReadLine(place, text, score) for place, (text, score) in zip(places, said, strict=True)]
        for turn in (180, 90, 270):
            # A column whose signs lie on their left side is read backwards, and well: that is tried of each.
            again = [at for at, one in enumerate(best) if _worth_trying(one.score, tall[at], turn)]
            other = self._say([turned(cuts[at], turn) for at in again])
            for at, (text, score) in zip(again, other, strict=True):
                better = score > best[at].score - 0.05 if turn == 90 else score > best[at].score + 0.1
                if better and len(text) >= 0.7 * len(best[at].text):
                    # The corners begin where the line begins.
                    best[at] = ReadLine(np.roll(places[at], turn // 90, axis=0), text, score)
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
        signs = []
        for top, bottom in cells(ink.sum(axis=1) > 0, side):
            cell = np.empty((max(width, bottom - top), width, column.shape[2]), dtype=np.uint8)
            cell[:] = paper
            start = (cell.shape[0] - (bottom - top)) // 2
            cell[start : start + bottom - top] = column[top:bottom]
            signs.append(self._cv2.resize(cell, (width, width), interpolation=self._cv2.INTER_AREA))
        return np.hstack(signs) if signs else column


def _session(model: bytes, threads: int) -> Any:
    from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

    options = SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_ALL
    return InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])


def _worth_trying(score: float, tall: bool, turn: int) -> bool:
    if turn == 90:
        return tall
    return score < _DOUBT and tall == (turn == 270)


def missing() -> tuple[str, ...]:
    """The packages of the extra `reading` that reading text needs and that are not installed; none is imported."""
    from importlib.util import find_spec

    return tuple(name for name in ("rapidocr", "onnxruntime", "cv2") if find_spec(name) is None)
