"""The process that decodes pages and reads their text, for `ocr.read_pages`: `python -I -m` this module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from preserve.errors import PreserveError
from preserve.machine_reading.bounded import CRASHED, TOO_LARGE, Broken, serve
from preserve.machine_reading.line_reader import LineReader
from preserve.machine_reading.models import Model, ModelFile
from preserve.machine_reading.pages import Locked, Page, Shown, pages_of
from preserve.machine_reading.records import Line
from preserve.pictures.opening import TooLarge

DAMAGED, LOCKED = "reading.damaged", "reading.locked"


class _Reader:
    """Loads the models when the first page needs them: most PDF have text of their own."""

    def __init__(self, threads: int, model: dict[str, Any]) -> None:
        files = tuple(ModelFile(role, Path(path), sha256) for role, path, sha256 in model["files"])
        self._threads, self._model = threads, Model(str(model["name"]), files, str(model["digest"]))
        self._lines: LineReader | None = None

    def read(self, shown: Shown) -> tuple[int, tuple[Line, ...]]:
        import numpy as np

        if self._lines is None:
            try:
                self._lines = LineReader(self._threads, self._model)
            except PreserveError as error:
                raise Broken(error.code, error.where) from error
        pixels = np.asarray(shown.image)
        return self._lines.page(pixels if pixels.ndim == 2 else pixels[:, :, ::-1])


def work(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Lines for one file: `begin` before each page, then its text, or why it is unread."""
    reader = _Reader(int(request["threads"]), request["model"])
    try:
        for page in pages_of(Path(request["path"]), int(request["first"])):
            yield {"begin": page.number}
            if (said := _page(reader, page)) is not None:
                yield said
    except Locked:
        yield {"unread": LOCKED, "page": 0}
    except (MemoryError, TooLarge):
        yield {"unread": TOO_LARGE, "page": 0}
    except Broken:
        raise
    except Exception:  # noqa: BLE001  # decoders raise anything on damaged or hostile bytes
        yield {"unread": DAMAGED, "page": 0}


def _page(reader: _Reader, page: Page) -> dict[str, Any] | None:
    try:
        shown = page.load()
    except (MemoryError, TooLarge):
        return {"unread": TOO_LARGE, "page": page.number}
    except Exception:  # noqa: BLE001  # as above
        return {"unread": DAMAGED, "page": page.number}
    if shown is None:
        return None
    try:
        turn, lines = reader.read(shown)
    except Broken:
        raise
    except Exception as error:  # noqa: BLE001  # the models' runtime and OpenCV have errors of their own
        large = isinstance(error, MemoryError) or "alloc" in str(error).lower() or "memory" in str(error).lower()
        return {"unread": TOO_LARGE if large else CRASHED, "page": page.number}
    whole = [_on_page(line, shown).model_dump() for line in lines]
    return {"page": page.number, "dpi": shown.dpi, "upright": turn, "lines": whole}


def _on_page(line: Line, shown: Shown) -> Line:
    """A line of a picture that is only part of the page, as a line of the page."""
    left, top, width, height = shown.part
    if shown.part == (0.0, 0.0, 1.0, 1.0):
        return line
    box = [
        round(min(1000.0, max(0.0, 1000 * (top if at % 2 else left) + value * (height if at % 2 else width))), 1)
        for at, value in enumerate(line.box)
    ]
    return line.model_copy(update={"box": tuple(box)})


if __name__ == "__main__":
    serve(work)
