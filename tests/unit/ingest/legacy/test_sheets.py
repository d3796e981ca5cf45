"""Rows of lists in every form that they are kept in; hostile ones are refused and nothing is left of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preserve.errors import Refused
from preserve.ingest.legacy.lists import read_list
from preserve.ingest.legacy.sheets import LARGEST, read_sheets

OLD = Path(__file__).parents[3] / "support" / "material" / "old-list.xls"


def refused(path: Path) -> str:
    """The code of the reason."""
    with pytest.raises(Refused) as told:
        for sheet in read_sheets(path):
            list(sheet.rows)
    return told.value.code


def test_a_workbook_of_excel_97_says_what_one_of_today_says() -> None:
    found = read_list(OLD)
    assert (found.profile, found.findings) == ("volumes", ())
    first, second = found.cases
    assert (first.key, first.archival_number) == ("文罚字[2005]1", "J019-3-1")
    assert first.facts == {
        "title": "张某擅自经营案",
        "start": "2005-03-05",
        "legacy.closed": "2005-06",
        "retention": "30-years",
    }
    assert (second.key, second.facts["start"], second.facts["closed"]) == ("文罚字[2005]2", "2005-04-01", "2005-07-02")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_is_refused_or_read_and_never_breaks_anything(tmp_path: Path, at: int, new: bytes) -> None:
    data = bytearray(OLD.read_bytes())
    at %= len(data)
    data[at : at + len(new)] = new
    path = tmp_path / "list.xls"
    path.write_bytes(data)
    try:
        read_list(path)
    except Refused as told:
        assert told.code.startswith("legacy.list-")


def test_what_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.xls"
    path.write_bytes(OLD.read_bytes()[:700])
    assert refused(path) == "legacy.list-damaged"


def test_a_list_beyond_all_lists_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    assert refused(path) == "legacy.list-large"
    assert refused(tmp_path / "nothing.csv") == "legacy.list-unreadable"


def test_a_bomb_and_a_document_type_are_refused_before_a_library_opens_them(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<a>" + b" " * (300 << 20))
    assert refused(bomb) == "legacy.list-refused"
    book = openpyxl.Workbook()
    book.save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + parts["xl/workbook.xml"]
    with zipfile.ZipFile(tmp_path / "entities.xlsx", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert refused(tmp_path / "entities.xlsx") == "legacy.list-refused"


def test_more_rows_than_a_list_has_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"1\n" * 200_001)
    assert refused(path) == "legacy.list-rows"
