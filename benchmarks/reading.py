"""Machine reading over pages whose text is known: how much is right, how fast, beside tesseract over the same pages.

The material is made here (typefaces of Debian's packages, signs of a Kai face set by an unsteady hand): it shows that
the tool works, and is not what a bureau will see of its own papers. Faces that are not installed are left out, and the
rows say which were there; `BENCHMARK_FONTS=FOLDER` names where more lie unpacked. Other parts add their rows by a
module `benchmarks/reading_<part>.py` with a `main`.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

from benchmarks import reading_material as material
from benchmarks.measure import row, scratch, settle
from benchmarks.reading_material import Face, Truth
from preserve.machine_reading.measuring import measure, plain
from preserve.machine_reading.ocr import OcrSettings, read_pages
from preserve.machine_reading.records import PageText
from tests.support.scans import scanned_pdf

PARTS = ("copies", "clocks", "places", "drafts")
FACES = (
    ("Sans", "Noto Sans CJK SC"),
    ("Serif", "Noto Serif CJK SC"),
    ("Kai", "AR PL UKai CN"),
    ("WenKai", "LXGW WenKai"),
)
PAGES = int(os.environ.get("BENCHMARK_PAGES", "2"))
"""Of each typeface in each condition."""


@dataclass
class Result:
    """What was read of some pages: signs and how many of them are wrong, fields and how many are exact."""

    signs: int = 0
    wrong: int = 0
    fields: int = 0
    exact: int = 0
    pages: int = 0
    seconds: float = 0.0
    processor: float = 0.0

    def add(self, truth: Truth, read: str) -> None:
        """Count a page."""
        found = measure(truth.lines, read)
        self.pages += 1
        self.signs += found.signs
        self.wrong += found.wrong
        self.fields += len(truth.fields)
        self.exact += sum(plain(one) in plain(read) for one in truth.fields)

    def join(self, other: Result) -> None:
        """Count the pages of another."""
        for name in Result.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def right(self) -> float:
        """Per cent of signs."""
        return 100 * (1 - self.wrong / max(1, self.signs))

    @property
    def a_minute(self) -> float:
        """Pages."""
        return 60 * self.pages / max(1e-9, self.seconds)

    def words(self) -> str:
        """As a cell of the table."""
        exact = f", fields exact {self.exact}/{self.fields}"
        speed = f"{self.a_minute:.1f} pages/min, {self.processor / max(1, self.pages):.1f} s of processor a page"
        return f"{self.right:.2f} % of {self.signs:,} signs{exact}, {speed}"


def _spent() -> float:
    """Seconds of processor of all processes that this one has started and that are gone."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours(folder: Path, pages: list[tuple[Truth, Image.Image]], dpi: int) -> Result:
    """All pages as one scanned PDF, or TIFF where they are black and white, read in one process with two threads."""
    images = [page for _, page in pages]
    if images[0].mode == "1":
        path = folder / "scan.tif"
        images[0].save(path, save_all=True, append_images=images[1:], compression="group4", dpi=(dpi, dpi))
    else:
        path = scanned_pdf(folder / "scan.pdf", images, dpi)
    result = Result()
    began, spent = time.perf_counter(), _spent()
    read = {one.page: one for one in read_pages(path, path.name, OcrSettings(threads=2)) if isinstance(one, PageText)}
    result.seconds, result.processor = time.perf_counter() - began, _spent() - spent
    for number, (truth, _) in enumerate(pages, 1):
        lines = read[number].lines if number in read else ()
        result.add(truth, "".join(line.text for line in lines))
    return result


def tesseract(folder: Path, pages: list[tuple[Truth, Image.Image]], dpi: int) -> Result | None:
    """Each page by tesseract's command line with Debian's simplified Chinese."""
    if not shutil.which("tesseract"):
        return None
    result, before = Result(), _spent()
    for truth, page in pages:
        page.save(folder / "page.png", dpi=(dpi, dpi))
        began = time.perf_counter()
        said = subprocess.run(
            ["tesseract", str(folder / "page.png"), "stdout", "-l", "chi_sim"], capture_output=True, check=False
        )
        result.seconds += time.perf_counter() - began
        result.add(truth, said.stdout.decode("utf-8", "replace"))
    result.processor = _spent() - before
    return result


Condition = Callable[[Image.Image, random.Random], Image.Image]


def conditions() -> dict[str, tuple[int, float, Condition]]:
    """Each by its name: dots an inch, per cent of signs that must be right, and what is done to a drawn page."""
    return {
        "good scan, 200 dpi": (200, 99.5, lambda page, _: material.pressed(page, 85)),
        "good scan, 300 dpi": (300, 99.5, lambda page, _: material.pressed(page, 85)),
        "good scan, 150 dpi": (150, 99.5, lambda page, _: material.pressed(page, 85)),
        "worn scan, 200 dpi, askew, unevenly lit": (200, 99.5, material.worn),
        "stamped scan, 200 dpi": (200, 99.5, lambda page, _: material.pressed(material.stamped(page, 200), 85)),
        "photographed by telephone": (340, 99.0, material.photographed),
        "fax, 120 dpi, black and white": (120, 99.0, lambda page, _: material.faxed(page)),
    }


def _made(faces: list[Face], dpi: int, change: Condition, pages: int) -> list[tuple[Truth, Image.Image]]:
    rng = random.Random(19)
    made = []
    for face in faces:
        for _ in range(pages):
            truth = material.page_of(rng)
            made.append((truth, change(material.drawn(truth, face, min(dpi, 300), rng), rng)))
    return made


def _compared(what: str, mine: Result, theirs: Result | None, least: float) -> str:
    if theirs is None:
        return row(what, mine.words(), "tesseract is not installed", "—", f"≥ {least} %", mine.right >= least)
    ratio = f"{theirs.wrong / max(1, mine.wrong):.0f}× fewer wrong" if theirs.wrong > mine.wrong else "no fewer wrong"
    cost = f", {mine.processor / max(0.01, theirs.processor):.1f}× the processor"
    return row(what, mine.words(), f"tesseract: {theirs.words()}", ratio + cost, f"≥ {least} %", mine.right >= least)


def main() -> list[str]:
    """Rows: each condition; what is made like handwriting; memory; then those of the other parts."""
    rows: list[str] = []
    heard = _rows_of("speech")  # before what takes more: the largest process of all until then is asked for
    printed = material.faces(FACES, os.environ.get("BENCHMARK_FONTS", ""))
    names = ", ".join(face.name for face in printed)
    total, others = Result(), Result()
    with scratch() as folder:
        for what, (dpi, least, change) in conditions().items():
            pages = _made(printed, dpi, change, PAGES)
            settle()
            mine = ours(folder, pages, dpi)
            theirs = tesseract(folder, pages, dpi)
            rows.append(_compared(f"{what} ({mine.pages} pages: {names})", mine, theirs, least))
            total.join(mine)
            others.join(theirs or Result())
        for face in [one for one in printed if "Kai" in one.name]:
            hand = Face(face.name, face.path, face.index, hand=True)
            pages = _made([hand], 200, lambda page, _: material.pressed(page, 85), PAGES)
            mine = ours(folder, pages, 200)
            what = f"like handwriting, and is not: signs of {face.name} by an unsteady hand ({mine.pages} pages)"
            rows.append(_compared(what, mine, tesseract(folder, pages, 200), 95.0))
    rows.append(
        row(
            "numbers and dates on printed pages, exactly",
            f"{total.exact} of {total.fields}",
            "as drawn",
            f"{100 * total.exact / max(1, total.fields):.2f} %",
            "≥ 99 %",
            total.exact >= 0.99 * total.fields,
        )
    )
    rows.append(
        row(
            "speed over all of them, two threads",
            f"{total.a_minute:.1f} pages/min, {total.processor / max(1, total.pages):.1f} s of processor a page",
            f"tesseract {others.a_minute:.1f} pages/min" if others.pages else "tesseract is not installed",
            f"{total.a_minute / others.a_minute:.1f}× as fast" if others.pages else "—",
            "≥ 12 pages/min",
            total.a_minute >= 12,
        )
    )
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    rows.append(row("memory of the largest process", f"{memory:.0f} MiB", "—", "—", "≤ 1,024 MiB", memory <= 1024))
    rows += heard
    for part in PARTS:
        rows += _rows_of(part)
    return rows


def _rows_of(part: str) -> list[str]:
    return list(import_module(name).main()) if find_spec(name := f"benchmarks.reading_{part}") else []
