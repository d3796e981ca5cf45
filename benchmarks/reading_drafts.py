"""How much of a description is drafted from scans: the demonstration's case, its papers scanned and named by numbers.

The peer is the draft from names and embedded dates alone, of the same folder. A value counts where it is the one in the
demonstration's own description, to the sign; what no first page says (identity and officers' numbers, days on which a
paper was not signed) counts as not drafted.
"""

from __future__ import annotations

import json
import random
import time
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageFilter

from benchmarks.measure import row, scratch, settle
from demo.make_case import make_case
from preserve.description.drafted import put
from preserve.description.vocabulary import read_vocabulary
from preserve.description.written import in_our_words
from preserve.ingest.draft import draft
from preserve.ingest.heads import read_heads
from preserve.progress import Silent
from tests.support.scans import scanned_pdf

_DPI = 200
_OF_CASE = ("case_number", "case_type", "title", "cause", "start", "closed")
_OF_FILE = ("kind", "stage", "date")
Values = dict[tuple[str, str], str]


def _scanned(paper: Path, target: Path, seed: int) -> None:
    """The pages of a paper in grey, a little askew and soft, as a PDF of pictures."""
    askew = random.Random(seed)
    pages = []
    with pdfium.PdfDocument(paper) as document:
        for page in document:
            grey = page.render(scale=_DPI / 72).to_pil().convert("L")
            turned = grey.rotate(askew.uniform(-1, 1), Image.Resampling.BICUBIC, fillcolor=250)
            pages.append(turned.filter(ImageFilter.GaussianBlur(0.6)))
    scanned_pdf(target, pages, _DPI)


def _values(content: dict[str, Any], files: dict[str, str]) -> Values:
    """What a description says of the case and of `files`, each under the name that it has in the other one."""
    ours = in_our_words(json.loads(json.dumps(content)), read_vocabulary())
    found = {("case", name): str(ours.get(name) or "") for name in _OF_CASE}
    found["case", "producer"] = str((ours.get("producer") or {}).get("name") or "")
    for sheet, number in (("parties", "identity"), ("officers", "number")):
        for one in ours.get(sheet) or ():
            found[sheet, one["name"]] = one["name"]
            found[f"{sheet} {number}", one["name"]] = str(one.get(number) or "")
    for one in ours["objects"]:
        if one["file"] in files:
            found |= {(files[one["file"]], name): str(one.get(name) or "") for name in _OF_FILE}
    return found


def _same(wanted: Values, found: Values) -> int:
    return sum(found.get(key) == value for key, value in wanted.items())


def main() -> list[str]:
    """One row: values drafted by reading, and by names alone."""
    with scratch() as folder:
        case, scans = make_case(folder / "case", today=date(2026, 11, 30)), folder / "扫描案卷"
        scans.mkdir()
        truth = json.loads((case / "case.json").read_text(encoding="utf-8"))
        papers = [one["file"] for one in truth["objects"] if one["file"].endswith(".pdf")]
        names = {paper: f"扫描{number:04}.pdf" for number, paper in enumerate(papers, 1)}
        for seed, (paper, name) in enumerate(names.items()):
            _scanned(case / paper, scans / name, seed)
        wanted = {key: value for key, value in _values(truth, names).items() if value}
        content, _ = draft(scans)
        settle()
        began = time.perf_counter()
        read = read_heads(scans, content, None, Silent())
        seconds = time.perf_counter() - began
        own = {name: name for name in names.values()}
        mine, theirs = _same(wanted, _values(put(content, read.proposals), own)), _same(wanted, _values(content, own))
    return [
        row(
            f"description drafted from {len(names)} scans that are named by numbers",
            f"{mine} of {len(wanted)} values, {60 * len(names) / seconds:.1f} pages/min",
            f"from names alone: {theirs} of {len(wanted)}",
            f"{100 * mine / len(wanted):.0f} %",
            "≥ 75 %",
            mine >= 0.75 * len(wanted),
        )
    ]


if __name__ == "__main__":
    print("\n".join(main()))
