"""A watermark over a PDF that is given as it is: on every page, and its text stays text."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pikepdf
import pytest
from PIL import ImageChops

from demo import papers
from preserve.access.redaction.overlay import mark_pdf
from preserve.errors import Refused
from tests.support.redacting import MARK, SECRET, drawn, text_in

pytestmark = pytest.mark.xdist_group("redaction")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pages of text."""
    path = tmp_path_factory.mktemp("pdf") / "询问笔录.pdf"
    lines = [f"问：第{n}个问题，你的身份证号码是多少？答：{SECRET}，住在江滨路。" for n in range(45)]
    papers.pdf(path, "询问笔录", "临文综罚〔2026〕12号", papers.paragraphs(*lines), "李某")
    return path


def test_a_watermark_lies_over_every_page_and_text_stays_text(record: Path, tmp_path: Path) -> None:
    result, ticks = tmp_path / "marked.pdf", []
    mark_pdf(record, result, "x", MARK, lambda: ticks.append(1))
    with pikepdf.open(record) as pdf:
        pages = len(pdf.pages)
    assert len(ticks) == pages >= 2
    secrets = text_in(record).replace("\n", "").count(SECRET)
    assert text_in(result).replace("\n", "").count(SECRET) == secrets > 0
    for page in range(pages):
        assert ImageChops.difference(drawn(record, page), drawn(result, page)).getbbox() is not None
    subprocess.run(["qpdf", "--check", str(result)], check=True, capture_output=True)


@pytest.mark.parametrize("turn", [0, 90])
def test_the_mark_reaches_over_the_whole_page_however_it_is_turned(turn: int, tmp_path: Path) -> None:
    source, result = tmp_path / "turned.pdf", tmp_path / "marked.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 800))
        pdf.pages[0].rotate(turn, relative=False)
        pdf.save(source)
    mark_pdf(source, result, "x", MARK, lambda: None)
    before, after = drawn(source), drawn(result)
    assert before.size == after.size and (after.width > after.height) == (turn == 90)
    reach = ImageChops.difference(before, after).getbbox()
    assert reach is not None
    assert reach[2] - reach[0] > 0.75 * after.width and reach[3] - reach[1] > 0.75 * after.height


def test_encrypted_and_damaged_ones_are_refused(record: Path, tmp_path: Path) -> None:
    locked, cut = tmp_path / "locked.pdf", tmp_path / "cut.pdf"
    with pikepdf.open(record) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))
    cut.write_bytes(b"no PDF at all")
    for path, code in ((locked, "redaction.encrypted"), (cut, "redaction.unreadable")):
        with pytest.raises(Refused) as caught:
            mark_pdf(path, tmp_path / "out.pdf", "笔录.pdf", MARK, lambda: None)
        assert (caught.value.code, caught.value.where) == (code, "笔录.pdf")
        assert not (tmp_path / "out.pdf").exists()
