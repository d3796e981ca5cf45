"""The process that looks for faces and plates, for `places.read_places`: `python -I -m` this module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from preserve.errors import PreserveError
from preserve.machine_reading.bounded import CRASHED, TOO_LARGE, Broken, serve
from preserve.machine_reading.faces import LONGEST, Box, FaceFinder
from preserve.machine_reading.models import Model, ModelFile
from preserve.machine_reading.pages import Locked, pages_of
from preserve.machine_reading.plates import plates_in
from preserve.pictures.opening import HOSTILE, TooLarge
from preserve.programs import FFMPEG_INPUT, file_argument, find
from storage_adapters.programs import start_piped

DAMAGED, LOCKED = "reading.damaged", "reading.locked"
_POINTS_LARGEST = 14_400
_MOST_BYTES = 64 << 20  # of one frame
_STILL = 14
"""Levels of 255 by which the brightest change in a small picture of the frame may differ to count as none."""

_SMALL = (160, 90)


class _Finder:
    """The models that are there, loaded when the first picture comes."""

    def __init__(self, request: dict[str, Any]) -> None:
        self._face, self._text = request.get("face"), request.get("text")
        self._threads = int(request["threads"])
        self._faces: FaceFinder | None = None
        self._lines: Any = None

    def faces(self, picture: Any) -> list[Box]:
        """Faces in an RGB array; none without a model."""
        if not self._face:
            return []
        if self._faces is None:
            self._faces = FaceFinder(_model(self._face).read("detector"), self._threads)
        return self._faces.faces(picture)

    def plates(self, picture: Any) -> list[Box]:
        """Plates in an RGB array; none without the models of text."""
        if not self._text:
            return []
        if self._lines is None:
            from preserve.machine_reading.line_reader import LineReader

            self._lines = LineReader(self._threads, _model(self._text))
        found = []
        for line in self._lines.lines(picture[:, :, ::-1]):
            if any(plates_in(line.text)):
                across, down = line.box[0::2], line.box[1::2]
                left, top, right, bottom = (e / 1000 for e in (min(across), min(down), max(across), max(down)))
                found.append(Box(left, top, right, bottom, line.score))
        return found


def _model(described: dict[str, Any]) -> Model:
    files = tuple(ModelFile(role, Path(path), sha256) for role, path, sha256 in described["files"])
    return Model(str(described["name"]), files, str(described["digest"]))


def work(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Lines for one file: of pages `page` with what is on it, of a recording `at` with what is in that frame."""
    finder, path = _Finder(request), Path(request["path"])
    try:
        if request["recording"]:
            yield from _recording(finder, path, float(request["step"]), int(request["plates_every"]))
        else:
            yield from _pages(finder, path, int(request["first"]))
    except PreserveError as error:
        raise Broken(error.code, error.where) from error
    except Locked:
        yield {"unread": LOCKED, "page": 0}
    except (MemoryError, TooLarge):
        yield {"unread": TOO_LARGE, "page": 0}
    except HOSTILE:
        yield {"unread": DAMAGED, "page": 0}


def _pages(finder: _Finder, path: Path, first: int) -> Iterator[dict[str, Any]]:
    with path.open("rb") as stream:
        pdf = b"%PDF-" in stream.read(1024)
    for number, load in _of_pdf(path, first) if pdf else ((page.number, page.load) for page in pages_of(path, first)):
        yield {"begin": number}
        try:
            shown = load()
            if shown is not None:
                image, part = shown.image, shown.part
                image.thumbnail((2 * LONGEST, 2 * LONGEST))
                found = [_on_page(box, part) for box in finder.faces(_array(image))]
                yield {"page": number, "faces": [_said(box) for box in found]}
        except (MemoryError, TooLarge):
            yield {"unread": TOO_LARGE, "page": number}
        except HOSTILE:
            yield {"unread": DAMAGED, "page": number}
        except (PreserveError, Broken):
            raise
        except Exception:  # noqa: BLE001  # OpenCV has errors of its own
            yield {"unread": CRASHED, "page": number}


def _of_pdf(path: Path, first: int) -> Iterator[tuple[int, Any]]:
    """Every page that has a picture, also beside text of its own: copies of papers are put into letters."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    from preserve.machine_reading.pages import MOST_PAGES, Shown

    with pdfium.PdfDocument(path) as document:
        for number in range(first, min(len(document), MOST_PAGES) + 1):

            def load(number: int = number) -> Shown | None:
                page = document[number - 1]
                try:
                    if not any(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=4)):
                        return None
                    longest = min(max(*page.get_size(), 1.0), _POINTS_LARGEST)
                    return Shown(page.render(scale=LONGEST / longest, rev_byteorder=True).to_pil().convert("RGB"))
                finally:
                    page.close()

            yield number, load


def _on_page(box: Box, part: tuple[float, float, float, float]) -> Box:
    left, top, width, height = part
    return Box(
        left + box.left * width, top + box.top * height, left + box.right * width, top + box.bottom * height, box.score
    )


def _array(image: Any) -> Any:
    import numpy as np

    return np.ascontiguousarray(np.asarray(image.convert("RGB")))


def _recording(finder: _Finder, path: Path, step: float, plates_every: int) -> Iterator[dict[str, Any]]:
    """One frame every `step` seconds; a picture that stands still is searched once."""
    faces, plates = _WhenMoved(finder.faces), _WhenMoved(finder.plates)
    for number, frame in enumerate(_frames(path, step)):
        answer = {"at": round(number * step, 3), "faces": [_said(box) for box in faces.of(frame)]}
        if number % plates_every == 0:
            answer["plates"] = [_said(box) for box in plates.of(frame)]
        yield answer


class _WhenMoved:
    """Searches a frame unless it looks like the last one that was searched: then what was found there is there yet."""

    def __init__(self, search: Callable[[Any], list[Box]]) -> None:
        self._search, self._before, self._found = search, None, list[Box]()

    def of(self, frame: Any) -> list[Box]:
        """What is in the frame."""
        import cv2
        import numpy as np

        small = cv2.resize(frame, _SMALL, interpolation=cv2.INTER_AREA).astype(np.int16)
        if self._before is None or int(np.abs(small - self._before).max()) >= _STILL:
            self._found, self._before = self._search(frame), small
        return self._found


def _frames(path: Path, step: float) -> Iterator[Any]:
    """Frames as RGB arrays, upright, at most `LONGEST` pixels long. Raises TooLarge, OSError."""
    shape = f"scale='min({LONGEST},iw)':'min({LONGEST},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2"
    command = [
        find("ffmpeg"),
        *FFMPEG_INPUT,
        "-threads",
        "1",
        "-i",
        file_argument(path),
        "-map",
        "0:v:0",
        "-an",
        "-sn",
        "-vf",
        f"fps={1 / step:.6f}:start_time=0,{shape}",
        "-f",
        "image2pipe",
        "-c:v",
        "ppm",
        "-",
    ]
    # Of the session of this process, so that it goes with it.
    with start_piped(command) as run:
        try:
            while (frame := _frame(run.stdout)) is not None:
                yield frame
        finally:
            run.kill()


def _frame(stream: IO[bytes] | None) -> Any:
    """The next picture of a stream of PPM; None at its end."""
    import numpy as np

    assert stream is not None
    if stream.readline(16).strip() != b"P6":
        return None
    wide, high = (int(side) for side in stream.readline(32).split())
    stream.readline(16)
    size = wide * high * 3
    if not 0 < size <= _MOST_BYTES:
        raise TooLarge(f"a frame of {wide} × {high}")
    data = stream.read(size)
    return np.frombuffer(data, np.uint8).reshape(high, wide, 3) if len(data) == size else None


def _said(box: Box) -> list[float]:
    return [round(edge, 4) for edge in (box.left, box.top, box.right, box.bottom, box.score)]


if __name__ == "__main__":
    serve(work)
