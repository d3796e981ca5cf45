"""What machine reading is worth on a bureau's own papers: pages that people typed off, read here and compared."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from preserve.administration.duties import Duty
from preserve.errors import Refused
from preserve.machine_reading.measuring import Measured, measure
from preserve.machine_reading.models import model_for
from preserve.machine_reading.ocr import OcrSettings, here, read_pages
from preserve.machine_reading.records import Engine, PageText
from preserve.progress import Progress
from preserve.services.operation import job
from preserve.services.session import Session

_TRUTH = ".txt"
_LONGEST = 4 << 20  # bytes of one typed text
_THREADS = min(2, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class FileMeasured:
    """A file: pages that were read and that could not be, signs and lines of what people typed, and the seconds."""

    file: str
    pages: int
    unread: int
    signs: int
    wrong: int
    lines: int
    right: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ReadingMeasured:
    """All files by name, their sums, and what read them."""

    files: tuple[FileMeasured, ...]
    signs: int
    wrong: int
    lines: int
    right: int
    engine: Engine


@job("reading.measure", duty=Duty.KEEP, needs="home")
def measure_folder(session: Session, folder: Path) -> ReadingMeasured:
    """Read each file of `folder` beside which lies what people typed off it, and compare; nothing is kept.

    The text is UTF-8, in `<name>.txt` or `<name without its ending>.txt`. Raises Refused where there is none,
    ToolMissing, Stopped.
    """
    home = session.home
    model = model_for("ocr", home.profiles, home.models)
    engine = here(model)
    pairs = sorted(_pairs(folder))
    if not pairs:
        raise Refused("reading.nothing-typed", str(folder))
    session.progress.begin("reading.measuring", files=len(pairs))
    settings = OcrSettings(model=model, threads=_THREADS, pulse=lambda: session.progress(0))
    files = tuple(_measured(file, typed, settings, session.progress) for file, typed in pairs)
    total = sum((Measured(one.signs, one.wrong, one.lines, one.right) for one in files), Measured())
    return ReadingMeasured(files, total.signs, total.wrong, total.lines, total.right, engine)


def _pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.is_file() and file.suffix.lower() != _TRUTH:
            beside = (file.with_name(file.name + _TRUTH), file.with_suffix(_TRUTH))
            if (typed := next((one for one in beside if one.is_file()), None)) is not None:
                yield file, typed


def _measured(file: Path, typed: Path, settings: OcrSettings, progress: Progress) -> FileMeasured:
    with typed.open("rb") as stream:
        data = stream.read(_LONGEST)
    truth = data.decode("utf-8-sig", "replace").splitlines()
    began = time.monotonic()
    records = list(read_pages(file, file.name, settings))
    seconds = time.monotonic() - began
    pages = [one for one in records if isinstance(one, PageText)]
    found = measure(truth, "".join(line.text for page in pages for line in page.lines))
    progress(0, 1)
    unread = len(records) - len(pages)
    return FileMeasured(
        file.name, len(pages), unread, found.signs, found.wrong, found.lines, found.right, round(seconds, 2)
    )
