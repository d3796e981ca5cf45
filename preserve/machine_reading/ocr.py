"""Text of pages that are pictures. Files are opened in a bounded process; what breaks it costs one page.

Boxes are per mille of the page as its file shows it (turned as EXIF says); where the page lay on its side, `upright`
says how it was turned to be read, and the corners of a line begin where the line begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.errors import Refused, ToolMissing
from preserve.machine_reading.bounded import CRASHED, Broken, Limits, run_bounded
from preserve.machine_reading.line_reader import LineReader as LineReader
from preserve.machine_reading.line_reader import missing
from preserve.machine_reading.models import Model, engine_of, model_for
from preserve.machine_reading.records import Engine, Line, PageText, Unread

LEAST_SCORE = 0.5
"""Lines with less are kept and shown, but are not for an index."""

ALTERED = "reading.model-digest"
GIVEN_UP = "reading.given-up"
NOTHING_SAID = "reading.damaged"
_MOST_BROKEN = 5
_CHILD = "preserve.machine_reading.ocr_child"
_TOOLS = ("rapidocr", "onnxruntime")


@dataclass(frozen=True, slots=True)
class OcrSettings:
    """How to read: from page `first`, with `threads`, at most `seconds` a page; `model` None is the one that counts
    among those in packages. `pulse` is called about once a second and may raise to stop."""

    first: int = 1
    threads: int = 1
    seconds: float = 300.0
    memory: int = 4 << 30
    model: Model | None = None
    pulse: Callable[[], None] | None = None


def for_index(line: Line) -> bool:
    """Whether a line was read well enough to be searched."""
    return line.score >= LEAST_SCORE


def read_pages(file: Path, name: str, settings: OcrSettings | None = None) -> Iterator[PageText | Unread]:
    """The text of each page of `file` that is a picture, as it is read; `name` is the file's name in the case.

    Pages of a PDF or OFD with text of their own are passed over. What cannot be read is a record too, with page 0
    where it is the file as a whole. Raises ToolMissing where the extra or its model is not here, Refused where a
    model is altered.
    """
    chosen = settings or OcrSettings()
    engine = here(chosen.model)
    first, broken = chosen.first, 0
    while True:
        at, done = first - 1, False
        try:
            for said in run_bounded(_CHILD, _request(file, first, chosen), _limits(chosen), chosen.pulse):
                if "begin" in said:
                    at, done = int(said["begin"]), False
                    continue
                record = _record(said, name, engine)
                done, broken = True, 0 if isinstance(record, PageText) else broken
                yield record
            return
        except Broken as error:
            if error.code == ALTERED:
                raise Refused(ALTERED, error.words, name=engine.model) from error
            code = error.code
        if at < first:  # it broke before it came to a page
            yield _unread(name, engine, 0, code)
            return
        if not done:
            yield _unread(name, engine, at, code)
        broken += 1
        if broken >= _MOST_BROKEN:
            yield _unread(name, engine, 0, GIVEN_UP)
            return
        first = at + 1


def read_picture(picture: Path, name: str, settings: OcrSettings | None = None) -> PageText | Unread:
    """The text of a picture, or of the first page of a file."""
    records = read_pages(picture, name, settings)
    try:
        return next(records, None) or _unread(name, here(None), 0, NOTHING_SAID)
    finally:
        records.close()  # type: ignore[attr-defined]


def here(model: Model | None = None) -> Engine:
    """What would read. Raises ToolMissing where the extra or its model is not here."""
    if lacking := missing():
        raise ToolMissing("reading.extra-missing", ", ".join(lacking), names=", ".join(lacking))
    return engine_of(model or model_for("ocr"), *_TOOLS)


def _limits(settings: OcrSettings) -> Limits:
    return Limits(memory=settings.memory, seconds=settings.seconds, threads=settings.threads)


def _request(file: Path, first: int, settings: OcrSettings) -> dict[str, Any]:
    model = settings.model or model_for("ocr")
    files = [[one.role, str(one.path.resolve()), one.sha256] for one in model.files]
    described = {"name": model.name, "digest": model.digest, "files": files}
    return {"path": str(file.resolve()), "first": first, "threads": settings.threads, "model": described}


def _record(said: dict[str, Any], name: str, engine: Engine) -> PageText | Unread:
    try:
        if "unread" in said:
            return _unread(name, engine, int(said["page"]), str(said["unread"]))
        return PageText(file=name, engine=engine, **said)
    except (TypeError, ValueError) as error:  # what comes out of that process is checked like its input
        raise Broken(CRASHED, str(error)) from error


def _unread(name: str, engine: Engine, page: int, code: str) -> Unread:
    return Unread(file=name, engine=engine, page=page, what="ocr", code=code)
