"""Letters of Outlook that another program wrote: known for what they are, read, with letters within letters."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.characterise import characterise
from preserve.ingest.extraction import way_of
from preserve.ingest.extraction.helper import HELPER
from preserve.ingest.identify import identify
from preserve.ingest.readers import outlook

pytestmark = pytest.mark.xdist_group("extraction")
LETTERS = Path(__file__).parents[3] / "support" / "material" / "letters"


def test_a_letter_is_known_by_its_content_and_says_who_wrote_when() -> None:
    path = LETTERS / "letter.msg"
    identification = identify(path, path.name, path.stat().st_size)
    assert (identification.puid, identification.basis) == ("x-fmt/430", "container")
    character = characterise(path, identification, path.name)
    assert character.kind == "document" and not character.findings
    assert dict(character.properties) == {
        "Subject": "关于补充证据材料的函",
        "From": "王晓梅",
        "To": "李建国",
        "Sent": "2026-03-05T08:30:00+00:00",
    }
    assert way_of(identification, character, path.name) == "msg"


def test_its_words_are_read_and_the_names_of_what_is_attached() -> None:
    read = HELPER.extract(LETTERS / "letter.msg", "msg")
    assert read.outcome == "text"
    for words in ("关于补充证据材料的函", "wang@example.org", "擅自变更营业性演出内容", "票务截图说明.txt"):
        assert words in read.text


def test_packed_rich_text_and_a_letter_within_a_letter_are_read() -> None:
    words = [words for words, lack in outlook.read_words(LETTERS / "nested.msg") if not lack]
    assert words == [
        "外层来信",
        "外层正文：现场检查记录随函附上。",
        "内层来信",
        "内层正文：剧场负责人确认节目单已更换。",
        "节目单.pdf",
    ]
    assert outlook.sent_at(LETTERS / "nested.msg") is None


@pytest.mark.parametrize("cut", [600, 3000, 9000])
def test_a_letter_that_was_cut_off_is_no_crash(tmp_path: Path, cut: int) -> None:
    (tmp_path / "a.msg").write_bytes((LETTERS / "letter.msg").read_bytes()[:cut])
    assert HELPER.extract(tmp_path / "a.msg", "msg").outcome in ("failed", "partial", "none", "text")
