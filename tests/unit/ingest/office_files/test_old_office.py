"""Word, Excel and PowerPoint 97: held in their own bytes, and shown so by LibreOffice, which wrote them here."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import olefile
import pypdfium2
import pytest
import xlsxwriter

from preserve.ingest.office_files.old_office import hold
from preserve.ingest.office_files.old_sheets import OldWorkbook
from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.xml_parts import NotLookedThrough
from preserve.ingest.transcoders import Made, office
from tests.support.office_samples import complex_field, docx, flat, run

_DAY, _RANDOM = 43532.0, 777.0  # 8 March 2019


def _convert(folder: Path, kind: str, *files: Path) -> None:
    profile = (folder / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind, "--outdir", folder]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One document of each kind, as it was saved on 8 March 2019."""
    folder = tmp_path_factory.mktemp("old")
    body = (
        f"<w:p>{complex_field('DATE', 'X')}</w:p><w:p>{complex_field('AUTHOR', '承办人甲')}</w:p>"
        f"<w:p>{run('正文')}{run('藏着', '<w:vanish/>')}<w:ins w:id='1' w:author='甲'>{run('三万元')}</w:ins></w:p>"
    )
    docx(folder / "w.docx", body)
    with xlsxwriter.Workbook(str(folder / "s.xlsx")) as book:
        sheet = book.add_worksheet("表一")
        sheet.set_column(0, 1, 24)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_formula(0, 0, "=TODAY()", day)
        sheet.write_formula(1, 0, "=RAND()")
        sheet.write_formula(2, 0, '=TEXT(TODAY(),"yyyy")&"年"')
        sheet.write_formula(3, 0, "=A1>1")
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.write(4, 0, "藏着的行")
        sheet.set_header("&D")
    box = '<draw:frame svg:x="2cm" svg:y="2cm" svg:width="20cm" svg:height="2cm"><draw:text-box>{}</draw:text-box></draw:frame>'
    page = box.format("<text:p>汇报 <text:date>2019-03-08</text:date></text:p>")
    flat(folder / "p.fodp", "presentation", f'<draw:page draw:name="一">{page}</draw:page>')
    _convert(folder, "doc", folder / "w.docx")
    _convert(folder, "xls", folder / "s.xlsx")
    _convert(folder, "ppt", folder / "p.fodp")
    _saved_long_ago(folder / "s.xls")
    return folder


def _formulas(data: bytearray) -> Iterator[int]:
    return (record.place + 4 for record in OldWorkbook(data).records() if record.kind == 0x0006)


def _saved_long_ago(path: Path) -> None:
    """The results of that day in place of those that LibreOffice wrote today."""
    with olefile.OleFileIO(str(path), write_mode=True) as container:
        data = bytearray(container.openstream("Workbook").read())
        for value, place in zip((_DAY, _RANDOM), _formulas(data), strict=False):
            struct.pack_into("<d", data, place + 6, value)
        container.write_stream("Workbook", bytes(data))


def _made(old: Path, folder: Path, name: str) -> tuple[Made, str]:
    made = office.to_pdfa(old / name, folder, "x", name.rpartition(".")[2], lambda seconds: None, name)
    with pypdfium2.PdfDocument(made.path) as pdf:
        return made, "".join(page.get_textpage().get_text_bounded() for page in pdf)


def test_a_workbook_shows_what_was_saved(old: Path, tmp_path: Path) -> None:
    made, text = _made(old, tmp_path, "s.xls")
    assert "2019-03-08" in text
    assert "777" in text
    assert "藏着的行" not in text
    told = {finding.code: str(finding.values["where"]) for finding in made.findings}
    assert told["derivative.formula-frozen"] == "表一!A1 TODAY; 表一!A2 RAND; 表一!A3 TODAY"
    assert told["derivative.field-empty"] == "&D"
    assert told["derivative.hidden-rows"] == "表一 5"


def test_words_and_truths_become_plain_cells(old: Path) -> None:
    with olefile.OleFileIO(str(old / "s.xls")) as container:
        book = OldWorkbook(bytearray(container.openstream("Workbook").read()))
    length = len(book.data)
    assert book.hold(Remarks())
    assert len(book.data) == length
    assert list(_formulas(book.data)) == []
    assert {0x0203, 0x0204, 0x0205} <= {record.kind for record in book.records()}


def test_a_text_shows_what_was_saved_and_its_hidden_words_are_named(old: Path, tmp_path: Path) -> None:
    copy = tmp_path / "w.doc"
    copy.write_bytes((old / "w.doc").read_bytes())
    remarks = Remarks()
    hold(copy, remarks)
    shown = remarks.places["field-frozen"][0].removeprefix("DATE: ")
    assert "AUTHOR: 承办人甲" in remarks.places["field-frozen"]
    # The same document as if saved long ago: its day in other digits, as many of them.
    earlier = "".join("7" if letter.isdigit() else letter for letter in shown)
    data = (old / "w.doc").read_bytes()
    for encoding in ("utf-16-le", "latin-1"):
        data = data.replace(shown.encode(encoding, "replace"), earlier.encode(encoding, "replace"))
    copy.write_bytes(data)
    made, text = _made(tmp_path, tmp_path, "w.doc")
    assert earlier in text
    assert shown not in text
    codes = {finding.code for finding in made.findings}
    assert {"derivative.tracked-change", "derivative.hidden-text", "derivative.field-frozen"} <= codes


def test_days_on_slides_are_not_filled_in_anew(old: Path) -> None:
    copy = old / "copy.ppt"
    copy.write_bytes((old / "p.ppt").read_bytes())
    remarks = Remarks()
    hold(copy, remarks)
    assert remarks.places == {"field-empty": ["datetime"]}
    again = Remarks()
    hold(copy, again)
    assert again.counts == {}


@pytest.mark.parametrize("name", ["w.doc", "s.xls", "p.ppt"])
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_what_is_cut_off_never_stops_more_than_the_look(old: Path, tmp_path: Path, name: str, share: float) -> None:
    data = (old / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * share)])
    try:
        hold(tmp_path / name, Remarks())
    except (NotLookedThrough, struct.error, OSError, IndexError, ValueError) as error:
        assert str(error)
