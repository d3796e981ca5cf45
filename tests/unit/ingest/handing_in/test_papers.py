"""Letters and receipts: PDF/A with the words of the archivist, whatever stands in names."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest

from metadata.findings import Finding
from preserve.home import Home
from preserve.ingest.handing_in.papers import About, TakenIn, letter, receipt
from preserve.messages import LANGUAGES, Language, speaking
from preserve.settings import Settings

WHEN = datetime(2026, 3, 4, 1, 2, tzinfo=UTC)
ABOUT = About("in-1", "整案\u202e", "临文综罚〔2026〕77号", "#set page(<b>)", "周某", 3, 1500, "吴档案")


def words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_says_why_and_what_to_do(tmp_path: Path, language: Language) -> None:
    home = Home(tmp_path, Settings(archive_id="x", institution="临江市文化和旅游局"))
    found = [Finding("sip.symlink", "a/b", "refuse", {"target": "/etc"})]
    with speaking(language):
        text = words(letter(home, ABOUT, 2, "请补送：\n送达回证 *#", found, WHEN))
    for told in ("送达回证 *#", "临文综罚〔2026〕77号", "#set page(<b>)", "a/b", "吴档案", "2026-03-04 09:02"):
        assert told.replace(" ", "") in text.replace(" ", "").replace("\n", "")
    assert "\u202e" not in text


def test_a_receipt_says_what_was_taken_in_and_what_is_still_to_do(tmp_path: Path) -> None:
    home = Home(tmp_path, Settings(archive_id="x", institution="临江市文化和旅游局"))
    text = words(receipt(home, ABOUT, TakenIn("aip-1", 3, 5000, 2), WHEN))
    assert "aip-1" in text and "2 份副本" in text
    assert "份副本" not in words(receipt(home, ABOUT, TakenIn("aip-1", 3, 5000, 0), WHEN))
