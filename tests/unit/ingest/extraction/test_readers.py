"""Text comes out of real files of every format, in the order in which people read it, and tidy."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from demo import papers
from preserve.ingest.characterise import characterise
from preserve.ingest.extraction import Extracted, Way, way_of
from preserve.ingest.extraction.parts import extract
from preserve.ingest.extraction.readers import READERS, tidy
from preserve.ingest.identify import identify_many
from tests.support.material import corpus

pytestmark = pytest.mark.xdist_group("extraction")
WORDS = "当事人擅自变更营业性演出内容"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _pdf(path: Path) -> None:
    papers.pdf(path, "现场检查笔录", "临文检〔2026〕1号", papers.paragraphs(*[WORDS * 9] * 3), "王晓梅")


def _docx(path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph(WORDS[:5]).add_run(WORDS[5:])
    document.add_table(1, 1).cell(0, 0).text = "表格里的字"
    document.sections[0].header.paragraphs[0].text = "页眉里的字"
    document.save(str(path))


def _xlsx(path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.worksheets[0].append([WORDS, 50000])
    book.save(path)


def _pptx(path: Path) -> None:
    space = "http://schemas.openxmlformats.org/drawingml/2006/main"
    slide = f'<s xmlns:a="{space}"><a:p><a:r><a:t>{WORDS[:4]}</a:t></a:r><a:r><a:t>{WORDS[4:]}</a:t></a:r></a:p></s>'
    corpus.make_zip(path, {"[Content_Types].xml": b"<Types/>", "ppt/slides/slide1.xml": slide.encode()})


def _odt(path: Path) -> None:
    space = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    content = f'<c xmlns:text="{space}"><text:p>{WORDS[:6]}<text:span>{WORDS[6:]}</text:span></text:p></c>'
    mime = b"application/vnd.oasis.opendocument.text"
    corpus.make_zip(path, {"mimetype": mime, "content.xml": content.encode()}, first_stored=True)


def _ofd(path: Path) -> None:
    corpus.make_ofd(path, 1)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    # A line in two objects on one height, as OFD writers leave them.
    page = members["Doc_0/Pages/Page_0/Content.xml"].decode()
    start = page.index("<ofd:TextObject")
    one = page[start : page.index("</ofd:Layer>")]
    parts = one.replace("行政处罚决定书", WORDS[:7]) + one.replace("行政处罚决定书", WORDS[7:])
    members["Doc_0/Pages/Page_0/Content.xml"] = page.replace(one, parts).encode()
    corpus.make_zip(path, members)


def _html(path: Path) -> None:
    page = f"<html><head><title>题</title><script>藏着</script></head><body><p>{WORDS[:3]}<b>{WORDS[3:]}</b></p></body>"
    path.write_bytes(page.encode("gb18030"))


def _eml(path: Path) -> None:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "关于" + WORDS, "张三 <a@example.org>", "b@example.org"
    letter.set_content("见附件。")
    letter.add_alternative(f"<p>{WORDS}</p>", subtype="html")
    letter.add_attachment(b"%PDF-1.4\n", maintype="application", subtype="pdf", filename="现场照片.pdf")
    path.write_bytes(letter.as_bytes())


FILES: dict[str, tuple[Callable[[Path], object], Way]] = {
    "a.pdf": (_pdf, "pdf"),
    "a.docx": (_docx, "docx"),
    "a.xlsx": (_xlsx, "xlsx"),
    "a.pptx": (_pptx, "pptx"),
    "a.odt": (_odt, "odf"),
    "a.ofd": (_ofd, "ofd"),
    "a.html": (_html, "html"),
    "a.eml": (_eml, "email"),
    "a.txt": (lambda path: path.write_bytes(WORDS.encode("gb18030")), "plain"),
    "b.txt": (lambda path: path.write_bytes(WORDS.encode("utf-16")), "plain"),
    "a.csv": (lambda path: path.write_bytes(f"案号,说明\n1,{WORDS}\n".encode()), "plain"),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_its_text(tmp_path: Path, name: str) -> None:
    make, way = FILES[name]
    path = tmp_path / name
    make(path)
    if name not in ("a.pptx", "a.odt"):  # these hold no more than their reader needs; real ones are in the story
        (found,) = identify_many([(path, name, path.stat().st_size)], workers=1)
        assert way_of(found, characterise(path, found, name), name) == way
    read = extract(path, way)
    assert read.outcome == "text"
    assert WORDS in read.text
    assert "藏着" not in read.text
    for word in {"docx": ("表格里的字", "页眉里的字"), "xlsx": ("50000",), "email": ("现场照片.pdf", "张三")}.get(
        way, ()
    ):
        assert word in read.text


def test_a_scan_has_no_text_and_that_is_no_failure(tmp_path: Path) -> None:
    assert extract(corpus.make_pdfs(tmp_path)["paper.pdf"], "pdf") == Extracted("none")


def test_lines_and_spaced_characters_are_put_together() -> None:
    assert tidy("当 事 人：张三\r\n处 罚 决 定 书\r\n", "docx") == "当事人：张三\n处罚决定书"
    assert tidy("擅自从事营业性演\r\n出活动", "pdf") == "擅自从事营业性演出活动"
    assert tidy("第一行\n第二行", "docx") == "第一行\n第二行"


@given(st.text(), st.sampled_from(["pdf", "docx", "plain"]))
def test_tidy_text_can_always_be_written(text: str, way: Way) -> None:
    clean = tidy(text, way)
    clean.encode()
    assert "\0" not in clean


def _tidy_by_character(text: str, way: Way) -> str:
    """The same, character by character, as it was done when the indexes of old packages were made."""
    ideograph = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    text = re.sub(r"\r\n?", "\n", text)
    text = "".join(c if c == "\n" or c == "\t" or c.isprintable() or c == "\u3000" else " " for c in text)
    text = text.encode("utf-8", "replace").decode()
    if way in ("pdf", "ofd"):
        text = re.sub(rf"(?<=[{ideograph}，、；：])[ \u3000]*\n[ \u3000]*(?=[{ideograph}])", "", text)
    spaced = rf"(?<![{ideograph}])[{ideograph}](?:[ \u3000]{{1,4}}[{ideograph}](?![{ideograph}]))+"
    text = re.sub(spaced, lambda found: re.sub(r"[ \u3000]", "", found[0]), text)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[ \t\u3000]{2,}", " ", text)).strip()


_TRYING = st.text("处罚决定书\U00020000，：ab1 \u3000\t\r\n\0\x85\xa0\u2028\u200b\ufeff\ue000\ud800", max_size=60)


@given(_TRYING | st.text(st.characters(exclude_categories=())), st.sampled_from(["pdf", "ofd", "docx", "plain"]))
@example("处 罚 决 定 书", "docx")
@example("处\u3000 罚  决    定     书", "pdf")
@example("演\r\n\r出，\u3000\n 活\x0b动\x1c。\n \t\n\u3000末", "pdf")
@example("甲乙 丙 丁\u2003\n\xa0戊 a 己 庚", "plain")
def test_tidy_text_is_what_it_always_was(text: str, way: Way) -> None:
    assert tidy(text, way) == _tidy_by_character(text, way)


def test_every_character_is_shown_or_blanked_as_before() -> None:
    text = "".join(f"a{chr(number)}b" for number in range(0x110000))
    assert tidy(text, "plain") == _tidy_by_character(text, "plain")


def test_slides_are_read_by_their_numbers(tmp_path: Path) -> None:
    space = "http://schemas.openxmlformats.org/drawingml/2006/main"
    slides = {
        f"ppt/slides/slide{number}.xml": f'<s xmlns:a="{space}"><a:p><a:t>第{number}张</a:t></a:p></s>'.encode()
        for number in (10, 2, 1)
    }
    path = corpus.make_zip(tmp_path / "a.pptx", slides)
    assert tidy("".join(READERS["pptx"](path)), "pptx").split("\n") == ["第1张", "第2张", "第10张"]


def test_a_letter_in_an_unknown_encoding_is_read_as_chinese(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    head = b"Subject: x\r\nContent-Type: text/plain; charset=x-unknown\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    path.write_bytes(head + WORDS.encode("gb18030"))
    assert WORDS in "".join(READERS["email"](path))
