"""Workbooks that must not be opened are told by what is wrong with them; a whole one passes, pictures and all."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.description.hostile import MOST, hostile
from preserve.errors import Stopped
from preserve.progress import ask_to_stop, stoppable


def packed(members: Mapping[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook(rows: int = 3) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("案件")
        for row in range(rows):
            sheet.write_row(row, 0, ["现场检查笔录", row])
    return buffer.getvalue()


def codes(data: bytes) -> list[tuple[str, object]]:
    return [(finding.code, finding.values.get("what")) for finding in hostile(data)]


def test_a_sound_workbook_passes_with_a_picture_in_it() -> None:
    assert codes(workbook()) == []
    assert codes(packed({"xl/workbook.xml": "<workbook/>", "xl/media/image1.png": b"\x89PNG<!DOCTYPE"})) == []


def test_a_bomb_is_found_by_its_list_and_a_list_that_lies_hides_none() -> None:
    assert codes(packed({f"{number}.xml": "<a/>" for number in range(2001)})) == [("case.workbook-bomb", None)]
    whole, size = packed({"a.bin": bytes(1 << 20)}), (1 << 20).to_bytes(4, "little")
    assert codes(whole) == []
    assert codes(whole.replace(size, (300 << 20).to_bytes(4, "little"))) == [("case.workbook-bomb", None)]
    assert codes(whole.replace(size, (10).to_bytes(4, "little"))) == [("case.workbook-damaged", None)]


@pytest.mark.parametrize("kind", ["sheet", "Default", "font"])
def test_one_element_more_than_a_case_has_is_refused(kind: str) -> None:
    limit = MOST[kind]
    within = f"<x xmlns='urn:x'>{f'<{kind}/>' * limit}</x>"
    beyond = f"<x xmlns='urn:x'>{f'<{kind}/>' * (limit + 1)}</x>"
    assert codes(packed({"a.xml": within})) == []
    assert codes(packed({"a.xml": beyond})) == [("case.workbook-many", f"<{kind}>")]
    halves = f"<x>{f'<{kind}/>' * (limit // 2 + 1)}</x>"
    assert codes(packed({"a.xml": halves, "b.xml": halves})) == [("case.workbook-many", f"<{kind}>")], "over all parts"


def test_a_text_that_no_cell_holds_is_refused() -> None:
    text = f"<t>{'a' * (2 << 20)}</t>"
    assert codes(packed({"a.xml": f"<x>{text * 3}</x>"})) == [], "counted by element"
    assert codes(packed({"a.xml": f"<t>{'a' * ((4 << 20) + 1)}</t>"})) == [("case.workbook-many", "<characters>")]
    name = f"<t a='{'a' * ((5 << 20) + 1)}'/>"
    assert codes(packed({"a.xml": name})) == [("case.workbook-many", "<characters>")]


def test_entities_and_disguised_parts_are_refused() -> None:
    entity = "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
    assert codes(packed({"a.xml": entity})) == [("case.workbook-entities", None)]
    assert codes(packed({"picture.bin": entity})) == [("case.workbook-entities", None)]
    part = "<Types><Override PartName='/xl/sheet.bin' ContentType='application/sheet+xml'/></Types>"
    assert codes(packed({"[Content_Types].xml": part})) == [("case.workbook-damaged", None)]


@settings(max_examples=30)
@given(cut=st.integers(1, 400), at=st.integers(0, 10_000))
def test_whatever_is_broken_is_a_finding_and_never_an_error(cut: int, at: int) -> None:
    whole = workbook()
    start = at % len(whole)
    broken = whole[:start] + bytes(byte ^ 0x5A for byte in whole[start : start + cut]) + whole[start + cut :]
    for data in (whole[:-cut], broken):
        assert {code for code, _ in codes(data)} <= {
            "case.workbook-damaged",
            "case.workbook-bomb",
            "case.workbook-many",
            "case.workbook-entities",
        }
    assert codes(whole[:-cut]) != []


def test_a_wish_to_stop_ends_the_reading() -> None:
    with stoppable():
        ask_to_stop()
        with pytest.raises(Stopped):
            list(hostile(workbook()))
