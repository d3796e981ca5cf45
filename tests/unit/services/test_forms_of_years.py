"""Lists of a year where a case was destroyed, and where numbers coincide; forms of what is gone are printed no more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from preserve.administration.disposal.executing import execute
from preserve.errors import Refused
from preserve.profiles import SHIPPED
from preserve.services import fonds, forms
from preserve.services.fonds_file import print_fonds
from tests.support.due_case import bureau_in
from tests.support.numbered import give_numbers, numbering_archive, take_in
from tests.support.sessions import founded, founder


def test_a_destroyed_case_stays_in_the_lists_and_its_register_is_gathered(tmp_path: Path) -> None:
    (tmp_path / "bureau").mkdir()
    with bureau_in(tmp_path / "bureau") as bureau:
        give_numbers(bureau.archive)
        session = founder(bureau.archive)
        fonds.enter(session, "culture", name="临江市文化和旅游局")
        fonds.file(session, "culture", bureau.objids, reason="补编档号")
        disposal = bureau.decided().number
        execute(bureau.as_("chen", timedelta(days=40)), disposal)
        forms.print_year(session, 2013, tmp_path / "year", forms=["files"], workbook=True)
        sheet = openpyxl.load_workbook(tmp_path / "year" / "案卷目录.xlsx").worksheets[0]
        rows = {row[0]: row[5] for row in sheet.iter_rows(min_row=3, values_only=True)}
        assert set(rows) == {"001", "002"} and "已销毁" in rows.values()
        gone = next(place for place, number in enumerate(sorted(rows)) if rows[number] == "已销毁")
        with pytest.raises(Refused, match=r"forms\.case-destroyed"):
            forms.print_case(session, [bureau.objids[gone]], tmp_path / "case")
        written = print_fonds(session, "culture", tmp_path / "fonds")
        appraised = [one.name for one in written.files if one.form == "appraising"]
        assert f"3-鉴定/{disposal} 销毁清册（报批时）.pdf" in appraised
        assert f"3-鉴定/{disposal} 销毁清册（销毁后）.pdf" in appraised


def test_cases_of_two_fonds_without_numbers_have_no_number_twice(tmp_path: Path) -> None:
    archive = numbering_archive(tmp_path, number="")
    session = founder(archive)
    fonds.enter(session, "sport", name="体育局")
    take_in(archive, tmp_path, "一号")
    take_in(archive, tmp_path, "二号")
    fonds.file(session, "sport", ["二号"], reason="实为体育局案件")
    written = forms.print_year(session, 2026, tmp_path / "year", forms=["files"])
    assert written.cases == 2 and "forms.number-twice" not in {one.code for one in written.findings}
    archive.close()


def test_a_number_that_two_cases_have_is_an_error(tmp_path: Path) -> None:
    archive = founded(tmp_path)
    text = (SHIPPED / "numbering.toml").read_text(encoding="utf-8")
    archive.home.profiles.mkdir(exist_ok=True)
    (archive.home.profiles / "numbering.toml").write_text(text.replace('"check"', '"as-given"', 1), encoding="utf-8")
    for name in ("一号", "二号"):
        take_in(archive, tmp_path, name, archival_number="J019-1-7")
    written = forms.print_year(founder(archive), 2026, tmp_path / "year", forms=["files"])
    (twice,) = [one for one in written.findings if one.code == "forms.number-twice"]
    assert (twice.where, twice.severity, twice.values) == ("J019-1-7", "error", {"count": 2})
    archive.close()
