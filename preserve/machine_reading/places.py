"""Faces on pages, faces and plates in recordings: where, and in a recording from when to when. Nobody is recognised.

Numbers, names and plates on pages are found in their text (`text_places`), which needs no picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from preserve.machine_reading.bounded import CRASHED, Broken, Limits, run_bounded
from preserve.machine_reading.faces import Box, Seen, follow
from preserve.machine_reading.models import Model, engine_of
from preserve.machine_reading.recordings import MOVING
from preserve.machine_reading.records import Engine, Place, Unread

STEP = 1.0
"""Seconds between frames in which faces are sought."""

PLATES_EVERY = 4
"""In every such frame plates are sought: reading text costs three times as much."""

NO_FACE_MODEL = "reading.no-face-model"
_MOST_BROKEN = 5
_CHILD = "preserve.machine_reading.places_child"


@dataclass(frozen=True, slots=True)
class PlaceSettings:
    """With which models to look: for faces, and for the text of plates; None looks for none of these.

    `pulse` is called about once a second and may raise to stop.
    """

    face: Model | None = None
    text: Model | None = None
    step: float = STEP
    threads: int = 1
    seconds: float = 180.0
    pulse: Callable[[], None] | None = None


def engine(settings: PlaceSettings) -> Engine:
    """What looks: for faces, else for plates."""
    if settings.face is not None:
        return engine_of(settings.face, "opencv-python-headless")
    return engine_of(settings.text, "rapidocr", "onnxruntime") if settings.text is not None else Engine(tool="")


def read_places(file: Path, name: str, settings: PlaceSettings, *, recording: bool) -> Iterator[Place | Unread]:
    """What may have to be covered in a file; `name` is its name in the case. What cannot be read is a record too."""
    if settings.face is None:
        yield _unread(name, settings, 0, NO_FACE_MODEL)
    if recording:
        yield from _in_recording(file, name, settings)
    elif settings.face is not None:
        yield from _on_pages(file, name, settings)


def _on_pages(file: Path, name: str, settings: PlaceSettings) -> Iterator[Place | Unread]:
    first, broken = 1, 0
    while True:
        at = first - 1
        try:
            for said in _run(file, settings, first, recording=False):
                if "begin" in said:
                    at = int(said["begin"])
                elif "unread" in said:
                    yield _unread(name, settings, int(said["page"]), str(said["unread"]))
                else:
                    broken = 0
                    for box in _boxes(said, "faces"):
                        yield _place(name, settings, "face", box, page=int(said["page"]))
            return
        except Broken as error:
            yield _unread(name, settings, at if at >= first else 0, error.code)
            broken += 1
            if at < first or broken >= _MOST_BROKEN:
                return
        first = at + 1


def _in_recording(file: Path, name: str, settings: PlaceSettings) -> Iterator[Place | Unread]:
    faces: list[tuple[float, list[Box]]] = []
    plates: list[tuple[float, list[Box]]] = []
    code = ""
    try:
        for said in _run(file, settings, 1, recording=True):
            if "unread" in said:
                code = str(said["unread"])
                continue
            faces.append((float(said["at"]), _boxes(said, "faces")))
            if "plates" in said:
                plates.append((float(said["at"]), _boxes(said, "plates")))
    except Broken as error:
        code = error.code
    for what, frames, step in (("face", faces, settings.step), ("plate", plates, settings.step * PLATES_EVERY)):
        for seen in follow(frames):
            yield _followed(name, settings, what, seen, step)  # type: ignore[arg-type]
    if code or not faces:
        yield _unread(name, settings, 0, code or "reading.damaged")


def _followed(name: str, settings: PlaceSettings, what: Literal["face", "plate"], seen: Seen, step: float) -> Place:
    """It may have been there since the frame before, and until the one after."""
    begin, end = max(seen.begin - step / 2, 0.0), seen.end + step / 2
    return _place(name, settings, what, seen.box, at=round(begin, 3), end=round(end, 3))


def _run(file: Path, settings: PlaceSettings, first: int, *, recording: bool) -> Iterator[dict[str, Any]]:
    request = {
        "path": str(file.resolve()),
        "first": first,
        "recording": recording,
        "step": settings.step,
        "plates_every": PLATES_EVERY,
        "threads": settings.threads,
        "face": _described(settings.face),
        "text": _described(settings.text),
    }
    limits = Limits(seconds=settings.seconds, threads=settings.threads)
    yield from run_bounded(_CHILD, request, limits, settings.pulse)


def _described(model: Model | None) -> dict[str, Any] | None:
    if model is None:
        return None
    files = [[one.role, str(one.path.resolve()), one.sha256] for one in model.files]
    return {"name": model.name, "digest": model.digest, "files": files}


def _boxes(said: dict[str, Any], key: str) -> list[Box]:
    try:
        return [Box(*(min(max(float(edge), 0.0), 1.0) for edge in box)) for box in said[key]]
    except (KeyError, TypeError, ValueError) as error:  # what comes out of that process is checked like its input
        raise Broken(CRASHED, str(error)) from error


def _place(
    name: str,
    settings: PlaceSettings,
    what: Literal["face", "plate"],
    box: Box,
    *,
    page: int = 0,
    at: float = 0.0,
    end: float = 0.0,
) -> Place:
    left, top, right, bottom = (round(edge * 1000, 1) for edge in (box.left, box.top, box.right, box.bottom))
    corners = (left, top, right, top, right, bottom, left, bottom)
    return Place(file=name, engine=engine(settings), what=what, page=page, at=at, end=end, box=corners, score=box.score)


def _unread(name: str, settings: PlaceSettings, page: int, code: str) -> Unread:
    return Unread(file=name, engine=engine(settings), page=page, what="place", code=code)


def is_recording(name: str) -> bool:
    """By its ending: moving pictures, and no sound alone."""
    return PurePosixPath(name).suffix.lower().removeprefix(".") in MOVING
