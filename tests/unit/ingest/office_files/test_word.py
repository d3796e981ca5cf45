"""Texts: every field that is not of the page is held, and what a page does not show is noted."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from preserve.ingest.office_files.holding import hold
from preserve.ingest.office_files.remarks import Remarks
from tests.support.office_samples import W, complex_field, docx, run


def _held(folder: Path, body: str, **more: str) -> tuple[Remarks, str]:
    remarks = hold(docx(folder / "a.docx", body, **more), folder / "b.docx")
    with zipfile.ZipFile(folder / "b.docx") as archive:
        return remarks, archive.read("word/document.xml").decode()


@pytest.mark.parametrize(
    ("field", "place"),
    [
        (complex_field('DATE \\@ "yyyy年M月d日"', "2019年3月8日"), "DATE: 2019年3月8日"),
        (complex_field("FILENAME \\p", "C:\\案卷\\定稿.docx"), "FILENAME: C:\\案卷\\定稿.docx"),
        (complex_field("DOCPROPERTY 文号", "〔2019〕3号"), "DOCPROPERTY: 〔2019〕3号"),
        (f'<w:fldSimple w:instr=" TIME ">{run("09:30")}</w:fldSimple>', "TIME: 09:30"),
        (
            f"<w:sdt><w:sdtContent>{complex_field('SAVEDATE', '2019-03-09')}</w:sdtContent></w:sdt>",
            "SAVEDATE: 2019-03-09",
        ),
    ],
    ids=["date", "file name", "property", "simple", "in a control"],
)
def test_a_field_is_held_with_what_it_showed(tmp_path: Path, field: str, place: str) -> None:
    remarks, text = _held(tmp_path, f"<w:p>{field}</w:p>")
    assert remarks.places == {"field-frozen": [place]}
    assert "PRESERVED" in text
    assert place.partition(": ")[2] in text
    assert not any(name in text for name in ("DATE", "FILENAME", "DOCPROPERTY", "TIME "))


def test_an_instruction_in_pieces_is_held_as_one(tmp_path: Path) -> None:
    field = complex_field("DA", "2019-03-08").replace(" DA ", " DA</w:instrText></w:r><w:r><w:instrText>TE ")
    remarks, text = _held(tmp_path, f"<w:p>{field}</w:p>")
    assert remarks.places == {"field-frozen": ["DATE: 2019-03-08"]}
    assert "TE " not in text


@pytest.mark.parametrize(
    "instruction", ["PAGE", "NUMPAGES \\* Arabic", "TOC \\o", 'HYPERLINK "http://a.test"', "SEQ 表"]
)
def test_what_the_page_itself_says_is_left_alone(tmp_path: Path, instruction: str) -> None:
    remarks, text = _held(tmp_path, f"<w:p>{complex_field(instruction, '3')}</w:p>")
    assert remarks.counts == {}
    assert "PRESERVED" not in text


def test_a_field_within_a_field_holds_both(tmp_path: Path) -> None:
    inner = complex_field("DATE", "2019-03-08")
    outer = complex_field('IF 1 = 1 "X"', "三月八日").replace("X", f"</w:instrText></w:r>{inner}<w:r><w:instrText>")
    remarks, _ = _held(tmp_path, f"<w:p>{outer}</w:p>")
    assert remarks.counts["field-frozen"] == 2
    assert "IF: 三月八日" in remarks.places["field-frozen"]


def test_a_field_without_a_saved_value_is_told_and_not_filled_in(tmp_path: Path) -> None:
    remarks, text = _held(tmp_path, f"<w:p>{complex_field('DATE', '')}</w:p>")
    assert remarks.places == {"field-empty": ["DATE"]}
    assert "PRESERVED" in text


def test_fields_of_headers_are_held_as_well(tmp_path: Path) -> None:
    header = f'<w:hdr xmlns:w="{W}"><w:p>{complex_field("PRINTDATE", "2019-03-10")}</w:p></w:hdr>'
    remarks, _ = _held(tmp_path, "<w:p/>", header1=header)
    assert remarks.places == {"field-frozen": ["PRINTDATE: 2019-03-10"]}
    with zipfile.ZipFile(tmp_path / "b.docx") as archive:
        assert b"PRINTDATE" not in archive.read("word/header1.xml")


@pytest.mark.parametrize(
    "change",
    [
        f'<w:p><w:ins w:id="1" w:author="甲">{run("三万元")}</w:ins></w:p>',
        '<w:p><w:del w:id="1" w:author="甲"><w:r><w:delText>五万元</w:delText></w:r></w:del></w:p>',
        f'<w:p><w:moveTo w:id="1" w:author="甲">{run("移来")}</w:moveTo></w:p>',
        f"<w:p>{run('粗', '<w:b/><w:rPrChange w:id=' + chr(34) + '1' + chr(34) + ' w:author=' + chr(34) + '甲' + chr(34) + '/>')}</w:p>",
        '<w:tbl><w:tr><w:trPr><w:ins w:id="1" w:author="甲"/></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>',
    ],
    ids=["inserted", "deleted", "moved", "formatted", "row"],
)
def test_changes_that_nobody_accepted_are_noted_with_who_made_them(tmp_path: Path, change: str) -> None:
    assert _held(tmp_path, change)[0].places == {"tracked-change": ["甲"]}


def test_hidden_text_is_noted_by_run_by_style_and_not_where_it_is_off(tmp_path: Path) -> None:
    styles = f'<w:styles xmlns:w="{W}"><w:style w:styleId="暗"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    body = (
        f"<w:p>{run('由字符', '<w:vanish/>')}</w:p>"
        f"<w:p>{run('由样式', '<w:rStyle w:val=' + chr(34) + '暗' + chr(34) + '/>')}</w:p>"
        f"<w:p><w:pPr><w:pStyle w:val='暗'/></w:pPr>{run('由段落')}</w:p>"
        f"<w:p>{run('看得见', '<w:vanish w:val=' + chr(34) + '0' + chr(34) + '/>')}</w:p>"
    )
    assert _held(tmp_path, body, styles=styles)[0].places == {"hidden-text": ["由字符", "由样式", "由段落"]}


def test_comments_and_embedded_objects_are_noted(tmp_path: Path) -> None:
    comments = f'<w:comments xmlns:w="{W}"><w:comment w:id="0" w:author="乙"><w:p>{run("此处存疑")}</w:p></w:comment></w:comments>'
    thing = '<o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" ProgID="Excel.Sheet.12"/>'
    remarks, _ = _held(tmp_path, f"<w:p><w:r><w:object>{thing}</w:object></w:r></w:p>", comments=comments)
    assert remarks.places == {"comment": ["乙 此处存疑"], "embedded": ["Excel.Sheet.12"]}
