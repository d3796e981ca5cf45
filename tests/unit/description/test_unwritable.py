"""What XML cannot hold is refused in every kind of description, before anything is written; all else is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from preserve.description.reading import read_description
from preserve.description.unwritable import perhaps_unwritable, unwritable
from preserve.description.workbook import write_workbook
from tests.unit.description.test_reading import GOOD


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_is_let_through_can_be_written_as_xml_and_the_cheap_question_misses_none(text: str) -> None:
    found = list(unwritable({"objects": [{"title": text}]}))
    if not found:
        etree.Element("a").text = text.strip(" \t\r\n\v\f")
        return
    with pytest.raises(ValueError, match="XML compatible"):
        etree.Element("a").text = text
    assert found[0][0] == ("objects", 0, "title")
    assert perhaps_unwritable(json.dumps(text).encode())
    assert perhaps_unwritable(json.dumps(text, ensure_ascii=False).encode())


def test_it_is_refused_in_each_form_and_lines_tabs_and_blanks_at_the_ends_are_not(tmp_path: Path) -> None:
    told = {**GOOD, "note": "第一行\n第二行\t完", "title": "\x0b题名\x0c"}
    assert read_description("case.json", json.dumps(told).encode())[0] is not None
    sly = {**GOOD, "objects": [{**GOOD["objects"][0], "note": "\\u0000 spelt out \\b"}]}
    case = read_description("case.json", json.dumps(sly).encode())[0]
    assert case is not None and case.objects[0].note == "\\u0000 spelt out \\b"
    wrong = {**GOOD, "objects": [{**GOOD["objects"][0], "note": "甲\x07乙"}]}
    write_workbook(tmp_path / "w.xlsx", GOOD)
    for name, data in (
        ("case.json", json.dumps(wrong).encode()),
        ("case.toml", b'title = "a\\u0000b"'),
        ("case.json", json.dumps(GOOD, ensure_ascii=False).replace(GOOD["title"], "题\uffff").encode()),
    ):
        case, findings = read_description(name, data)
        assert case is None and "case.field-unwritable" in {one.code for one in findings}
    (finding,) = read_description("case.json", json.dumps(wrong).encode())[1]
    assert (finding.values["field"], finding.values["character"]) == ("文件 1 · 备注", "[U+0007]")
