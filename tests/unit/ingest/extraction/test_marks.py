"""Marks of state secrets are found wherever an office program, a mail or a text may hold them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import docx
import openpyxl
import pytest

from preserve.ingest.characterise import characterise
from preserve.ingest.extraction import way_of
from preserve.ingest.extraction.marks import mark_of, rtf
from preserve.ingest.extraction.parts import extract
from preserve.ingest.facts import Character
from preserve.ingest.identify import identify_many
from preserve.ingest.rules.profile import read_rules

RULE = read_rules(None).secrecy_marks
MARK = "机密★10年"


def _body(path: Path) -> None:
    paper = docx.Document()
    line = paper.add_paragraph("机密")
    line.add_run("★").bold = True
    line.add_run("10年")
    paper.save(str(path))


def _header(path: Path) -> None:
    paper = docx.Document()
    paper.add_paragraph("情况说明")
    paper.sections[0].header.paragraphs[0].text = MARK
    paper.save(str(path))


def _sheet(path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "表"
    book.active.oddHeader.right.text = MARK
    book.save(path)


def _odt(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<office><p>说明</p></office>")
        archive.writestr("styles.xml", f"<styles><header><p>{MARK}</p></header></styles>")


def _ofd(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("OFD.xml", '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>')
        page = "<ofd:TextObject><ofd:TextCode>机密</ofd:TextCode><ofd:TextCode>★10年</ofd:TextCode></ofd:TextObject>"
        archive.writestr("Doc_0/Tpls/Tpl_0/Content.xml", f'<p xmlns:ofd="x">{page}</p>')


def _old(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1001) + MARK.encode("utf-16-le") + bytes(600))


def _old_sheet(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + MARK.encode("gb18030") + bytes(600))


def _rtf(path: Path) -> None:
    words = "".join(f"\\u{ord(sign)}?" for sign in "机密★")
    path.write_bytes(b"{\\rtf1\\ansi " + words.encode() + b" 10\\'c4\\'ea\\par}")


MADE: dict[str, Callable[[Path], None]] = {
    "body.docx": _body,
    "header.docx": _header,
    "header.xlsx": _sheet,
    "header.odt": _odt,
    "template.ofd": _ofd,
    "old.doc": _old,
    "old.xls": _old_sheet,
    "old.rtf": _rtf,
}


@pytest.mark.parametrize("name", list(MADE))
def test_a_mark_is_found_in_every_part_of_a_document(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    MADE[name](path)
    assert mark_of(path, Character("document", "test"), "", RULE).startswith("机密★")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", MARK.encode("gb18030")),
        ("b.txt", MARK.encode("utf-16")),
        ("c.eml", f"Subject: {MARK}\nContent-Type: text/plain; charset=utf-8\n\n正文\n".encode()),
        ("d.html", "<html><body><p>机密<b>★</b>10年</p></body></html>".encode()),
    ],
)
def test_a_mark_is_found_in_what_is_read_of_texts_and_letters(name: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    (identification,) = identify_many([(path, name, len(data))])
    character = characterise(path, identification, name, ZoneInfo("Asia/Shanghai"))
    way = way_of(identification, character, name)
    assert way is not None
    assert mark_of(path, character, extract(path, way).text, RULE).startswith("机密★")


def test_what_cannot_be_opened_is_no_mark_and_no_crash(tmp_path: Path) -> None:
    for name, data in (("a.docx", b"PK\x03\x04broken"), ("b.doc", b""), ("c.rtf", b"{\\rtf1 \\u99999?")):
        (tmp_path / name).write_bytes(data)
        assert mark_of(tmp_path / name, Character("document", "test"), "", RULE) == ""
    assert mark_of(tmp_path / "gone.doc", Character("document", "test"), "", RULE) == ""


def test_a_packed_bomb_is_looked_through_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * (80 << 20))
        archive.writestr("word/header1.xml", MARK)
    assert mark_of(path, Character("document", "test"), "", RULE) == MARK  # one part does not hide the next


def test_rtf_is_read_by_numbers_and_by_bytes() -> None:
    assert rtf(b"{\\rtf1\\b \\u26426?\\'c3\\'dc}") == "机密"
