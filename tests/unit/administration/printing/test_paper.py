"""A name that is copied out of a paper finds its file: nothing is put into it, and nothing between two scripts."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest

from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf

NAMES = (
    "微信视频20260915.mp4",
    "微信视频 20260915.mp4",
    "临文综罚〔2026〕35号",
    "照片/VID_20260915_153022_DSJ-A20031_一个很长的名字_that_goes_on_and_on_over_the_line.mp4",
    "a-b--c/DSJ-A20031-20260915-153022-0001-0002-0003-0004-0005-0006-0007-0008-0009.mp4",
    "0123456789abcdef" * 4,
    "mmexport1789471234567.jpg",
)
MOMENT = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)


def _paper(language: str, folder: Path) -> Path:
    from preserve.messages import speaking

    rows = tuple((str(number), name, name, "2026-11-28") for number, name in enumerate(NAMES, 1))
    heads = ("序号", "名称", "文件", "日期")
    with speaking("zh" if language == "zh" else "en"):
        data = as_pdf("题", "下", "某局", MOMENT, [Section("一", "句"), Section("二", "", heads, rows)])
    target = folder / f"{language}.pdf"
    target.write_bytes(data)
    return target


@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_are_read_back_as_they_are(language: str, tmp_path: Path) -> None:
    paper = _paper(language, tmp_path)
    page = pypdfium2.PdfDocument(paper)[0].get_textpage().get_text_range()
    read = subprocess.run(["pdftotext", "-raw", paper, "-"], capture_output=True, text=True, check=True).stdout
    for text in (page, read):
        assert not {"\u200b", "\u00ad", "\ufffe"} & set(text)
        joined = text.replace("\r", "").replace("\n", "")
        for name in NAMES:
            assert joined.count(name) == 2, name


def test_the_places_for_signatures_stay_on_one_sheet_with_their_title() -> None:
    signed = Section("签字", "", ("职责", "签名"), tuple((who, "\n\n") for who in ("经办人", "审核人", "负责人")))
    sheets = set()
    for count in range(14, 36):
        rows = tuple((str(row), "案") for row in range(count))
        data = as_pdf(
            "题", "下", "某局", MOMENT, [Section("一", "句"), Section("二", "", ("号", "案"), rows), signed], wide=True
        )
        pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]
        (sheet,) = [number for number, text in enumerate(pages) if "经办人" in text]
        assert all(word in pages[sheet] for word in ("签字", "审核人", "负责人")), count
        sheets.add(sheet)
    assert len(sheets) == 2
