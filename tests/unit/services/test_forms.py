"""The forms of cases and of a year: what is on them, for whom, and that each printing is a look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.errors import Conflict, NotFound, NotPermitted, UsageError
from preserve.profiles import SHIPPED
from preserve.services import forms
from preserve.services.session import Session
from tests.support.numbered import NUMBER, SERIES, numbering_archive, take_in
from tests.support.pdfa import against_pdfa
from tests.support.sessions import appoint, entries, founder

CASE = "临文综罚〔2026〕77号"
PAPERS = [
    {"file": "笔录.txt", "kind": "现场检查笔录", "stage": "调查", "pages": 3, "doc_number": "检〔2026〕5号"},
    {"file": "决定书.txt", "kind": "集体讨论记录", "stage": "决定", "volume": "副卷", "pages": 2, "date": "2026-03-20"},
]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = numbering_archive(tmp_path)
    take_in(opened, tmp_path, CASE, objects=PAPERS, note="/")
    yield opened
    opened.close()


@pytest.fixture
def head(archive: Archive) -> Session:
    return appoint(archive, "head", Role.HEAD)


def words_of(path: Path) -> str:
    """Every word of a PDF."""
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_main_and_internal_volume_are_forms_apart(archive: Archive, head: Session, tmp_path: Path) -> None:
    out = tmp_path / "out"
    written = forms.print_case(head, [CASE], out, workbook=True, inner=True)
    names = {one.name for one in written.files}
    assert names == {
        *(f"{volume}{name}.pdf" for volume in ("", "副卷-") for name in ("案卷封面", "卷内文件目录", "卷内备考表")),
        *("卷内文件目录.xlsx", "副卷-卷内文件目录.xlsx"),
    }
    for one in written.files:
        assert one.bytes == (out / one.name).stat().st_size
        assert not one.name.endswith(".pdf") or against_pdfa(out / one.name) == []
    main, inner = words_of(out / "卷内文件目录.pdf"), words_of(out / "副卷-卷内文件目录.pdf")
    assert "现场检查笔录" in main and "集体讨论记录" not in main
    assert "集体讨论记录" in inner and "20260320" in inner and "现场检查笔录" not in inner
    assert f"{NUMBER}-{SERIES}-001" in words_of(out / "案卷封面.pdf").replace("\n", "")
    sheet = openpyxl.load_workbook(out / "卷内文件目录.xlsx").worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[4] == ("序号", "文号", "责任者", "题名", "日期", "页号", "备注")
    assert rows[5][:6] == ("1", "检〔2026〕5号", "", "现场检查笔录", "", "1–3")
    assert [one.code for one in written.findings] == ["forms.situation-empty"]


def test_who_may_not_see_the_internal_volume_gets_none_of_it(archive: Archive, tmp_path: Path) -> None:
    written = forms.print_case(founder(archive), [CASE], tmp_path / "out")
    assert written.left_out == 1
    assert len(written.files) == 3
    assert all("集体讨论" not in words_of(tmp_path / "out" / one.name) for one in written.files)
    year = forms.print_year(founder(archive), 2026, tmp_path / "year", forms=["items"])
    assert [(one.name, one.rows) for one in year.files] == [("归档文件目录.pdf", 1)]
    assert year.left_out == 1
    with pytest.raises(NotPermitted):
        forms.print_case(founder(archive), [CASE], tmp_path / "inner", inner=True)
    with pytest.raises(NotPermitted):
        forms.print_year(founder(archive), 2026, tmp_path / "inner", inner=True)
    assert forms.print_case(appoint(archive, "wang", Role.EXAMINER), [CASE], tmp_path / "asked").left_out == 1


def test_each_printing_is_a_look_and_others_may_not(archive: Archive, tmp_path: Path) -> None:
    written = forms.print_case(founder(archive), [CASE], tmp_path / "out", forms=["cover"])
    assert [one.form for one in written.files] == ["cover"]
    (told,) = [entry for entry in entries(archive) if entry["action"] == "forms.printed"]
    assert told["details"]["forms"] == ["cover"] and len(told["details"]["cases"]) == 1
    auditor = appoint(archive, "auditor", Role.AUDITOR)
    with pytest.raises(NotPermitted):
        forms.print_case(auditor, [CASE], tmp_path / "b")
    with pytest.raises(NotPermitted):
        forms.print_year(auditor, 2026, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_several_cases_lie_in_a_folder_each(archive: Archive, tmp_path: Path) -> None:
    take_in(archive, tmp_path, "../二号")
    out = tmp_path / "out"
    written = forms.print_case(founder(archive), [CASE, "../二号", CASE], out, forms=["note"])
    assert written.cases == 2
    assert sorted(path.parent.parent for path in out.rglob("*.pdf")) == [out, out]


def test_nothing_is_left_of_what_is_refused(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        forms.print_case(founder(archive), [CASE, "没有的"], tmp_path / "out")
    with pytest.raises(UsageError, match=r"forms\.unknown"):
        forms.print_case(founder(archive), [CASE], tmp_path / "out", forms=["files"])
    with pytest.raises(UsageError, match=r"forms\.year-wrong"):
        forms.print_year(founder(archive), 26, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    with pytest.raises(Conflict):
        forms.print_case(founder(archive), [CASE], tmp_path / "out")


def test_a_year_is_listed_by_number_in_files_of_so_many_rows(archive: Archive, head: Session, tmp_path: Path) -> None:
    for number in range(2, 24):
        take_in(archive, tmp_path, f"案{number}")
    take_in(archive, tmp_path, "旧案", start="2025-01-02", closed="2025-02-03")
    shipped = (SHIPPED / "forms.toml").read_text(encoding="utf-8")
    own = shipped.replace("rows_a_file = 2000", "rows_a_file = 20")
    (archive.home.profiles / "forms.toml").write_text(own, encoding="utf-8")
    out = tmp_path / "year"
    written = forms.print_year(head, 2026, out, fonds="culture", forms=["files"], workbook=True, inner=True)
    assert [(one.name, one.rows) for one in written.files] == [
        ("案卷目录.pdf", 20),
        ("案卷目录-2.pdf", 3),
        ("案卷目录.xlsx", 23),
        ("副卷-案卷目录.pdf", 1),
        ("副卷-案卷目录.xlsx", 1),
    ]
    sheet = openpyxl.load_workbook(out / "案卷目录.xlsx").worksheets[0]
    numbers = [row[0] for row in sheet.iter_rows(min_row=3, values_only=True)]
    assert numbers == [f"{number:03}" for number in range(1, 24)]
    empty = forms.print_year(head, 1999, tmp_path / "none", forms=["handover"])
    assert [(one.name, one.rows) for one in empty.files] == [("档案移交登记表.pdf", 0)]
