"""Whatever stands in a description, the answer is findings with the field's name, and soon; never an exception of ours."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import time
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata.findings import Finding
from preserve.description.hostile import hostile
from preserve.description.labels import CASE, SHEETS
from preserve.description.reading import read_description
from preserve.description.schema import CaseDescription
from preserve.description.workbook import write_workbook
from preserve.messages import LANGUAGES, known
from tests.unit.description.test_reading import GOOD

FIELDS = list(CaseDescription.model_fields) + [name for _, columns in SHEETS.values() for name in columns]
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
DATES = st.one_of(
    st.dates().map(str),
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda one: one.isoformat()),
    st.sampled_from(
        ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00+23:59", "2026年13月40日"]
    ),
)
NUMBERS = st.one_of(
    st.floats(), st.integers(), st.sampled_from([10**400, -(10**400), 1e308, 1e11, float("nan"), float("inf")])
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, ANY_TEXT, DATES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(FIELDS) | ANY_TEXT, inner, max_size=4)
    ),
    max_leaves=12,
)


def read(content: Any, name: str = "case.json") -> list[Finding]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    case, findings = read_description(name, data)
    assert (case is None) == any(one.severity == "refuse" for one in findings)
    for one in findings:
        assert all(known(one.code, language) for language in LANGUAGES), one.code
    return findings


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"closed": "9999-12-31"}, "case.field-year", "结案"),
        ({"start": "0001-01-01", "closed": "0001-01-02"}, "case.field-year", "立案"),
        ({"closed": "1948-12-31", "start": "1948-01-01"}, "case.field-year", "结案"),
        ({"clocks": [{"device": "a", "seconds": 1e308, "source": "b"}]}, "case.field-range", "秒"),
        ({"clocks": [{"device": "a", "seconds": -1e11, "source": "b"}]}, "case.field-range", "秒"),
        ({"clocks": [{"device": "a", "seconds": 10**400, "source": "b"}]}, "case.field-range", "秒"),
        ({"measures": [{"measure": "查封", "start": "9999-12-31T23:59:59-23:59"}]}, "case.field-year", "开始"),
        ({"parties": [{"name": "某"}] * 10_001}, "case.field-many", "当事人"),
        ({"note": "长" * 100_001}, "case.field-long", "备注"),
        ({"title": "题\0名"}, "case.field-unwritable", "题名"),
        ({"cause": "擅自\x0b经营"}, "case.field-unwritable", "案由"),
        ({"parties": [{"name": "某\ufffe人"}]}, "case.field-unwritable", "当事人 1"),
        ({"access": ["科\x1f室"]}, "case.field-unwritable", "可查阅人员 1"),
        ({"producer": None}, "case.field-wrong", "形成单位"),
    ],
)
def test_what_lies_beyond_is_refused_with_its_field(changes: dict[str, Any], code: str, field: str) -> None:
    findings = [one for one in read({**GOOD, **changes}) if one.code == code]
    assert findings
    assert any(field in str(one.values["field"]) for one in findings), findings


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_in_json_is_refused(written: str) -> None:
    text = json.dumps({**GOOD, "clocks": [{"device": "a", "seconds": 0, "source": "b"}]}).replace(
        ": 0,", f": {written},"
    )
    assert [(one.code, one.values["written"]) for one in read(text.encode())] == [("case.not-a-number", written)]
    toml = b'[[clocks]]\ndevice = "a"\nsource = "b"\nseconds = ' + written.lower().replace("infinity", "inf").encode()
    assert "case.field-range" in {one.code for one in read(toml, "case.toml")}


def test_a_name_given_twice_is_refused_with_its_field() -> None:
    text = json.dumps(GOOD, ensure_ascii=False)
    twice = text[:-1] + ', "classification": "state-secret", "classification": "internal"}'
    (finding,) = read(twice.encode())
    assert (finding.code, finding.values["field"]) == ("case.key-twice", CASE["classification"])
    inner = text.replace('"kind":', '"kind": "a", "kind":')
    assert [one.values["key"] for one in read(inner.encode())] == ["kind"]
    assert [one.code for one in read(b'title = "a"\ntitle = "b"', "case.toml")] == ["case.syntax"]


def test_a_row_or_column_given_twice_is_refused(tmp_path: Path) -> None:
    import openpyxl

    write_workbook(tmp_path / "a.xlsx", GOOD)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["案件"].append([CASE["classification"], "国家秘密"])
    sheet, columns = SHEETS["objects"]
    book[sheet].cell(1, len(columns) + 1, columns["classification"])
    book.save(tmp_path / "b.xlsx")
    assert {one.code for one in read((tmp_path / "b.xlsx").read_bytes(), "b.xlsx")} == {
        "case.row-twice",
        "case.column-twice",
    }


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6))
def test_any_values_give_findings(changes: dict[str, Any]) -> None:
    read({**GOOD, **changes})


@settings(deadline=None)
@given(VALUES | st.binary(max_size=60))
def test_anything_at_all_gives_findings(content: Any) -> None:
    read(content)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))
def test_the_years_of_this_archive_and_no_others(moment: datetime) -> None:
    findings = read({**GOOD, "incidents": [{"incident": "阻碍", "when": moment.isoformat()}]})
    assert ("case.field-year" in {one.code for one in findings}) == (not 1949 <= moment.year <= 2100)


def test_a_hundred_thousand_objects_are_no_hindrance() -> None:
    rows = [{"file": f"a/{n}.pdf", "kind": "立案审批表", "stage": "启动"} for n in range(100_000)]
    assert read({**GOOD, "objects": rows}) == []


def workbook(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", data)
    return made.getvalue()


HEAD = b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
BOMBS = {
    "strings": workbook(xl__sharedStrings=HEAD + b"<si><t>a</t></si>" * 8_000_000 + b"</sst>"),
    "one string": workbook(xl__sharedStrings=HEAD + b"<si><t>" + b"a" * 240_000_000 + b"</t></si></sst>"),
    "one value": workbook(xl__sharedStrings=HEAD + b"<si x='" + b"a" * 100_000_000 + b"'/></sst>"),
    "merged": workbook(xl__worksheets__sheet1=HEAD + b"<mergeCell ref='A1:B2'/>" * 1_000_000 + b"</sst>"),
    "cells": workbook(xl__worksheets__sheet1=HEAD + b"<x:c xmlns:x='y'/>" * 3_000_000 + b"</sst>"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_is_counted_before_it_is_loaded(name: str, tmp_path: Path) -> None:
    path = tmp_path / "案卷.xlsx"
    path.write_bytes(BOMBS[name])
    before = time.process_time()
    (finding,) = hostile(BOMBS[name])
    assert finding.code in ("case.workbook-many", "case.workbook-bomb")
    assert time.process_time() - before < 6
    code = (
        "import sys; from preserve.description.reading import read_description;"
        "print([one.code for one in read_description('a.xlsx', open(sys.argv[1], 'rb').read())[1]])"
    )

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (400 << 20, 400 << 20))

    done = subprocess.run(
        [sys.executable, "-c", code, path], preexec_fn=limited, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == str([finding.code]), done.stderr[-500:]


def test_a_part_that_is_hidden_under_another_name_is_refused() -> None:
    types = b"<Types><Override PartName='/xl/strings.bin' ContentType='application/vnd.x.sharedStrings+xml'/></Types>"
    assert [one.code for one in hostile(workbook(**{"[Content_Types]": types}))] == ["case.workbook-damaged"]


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_workbook_or_are_refused(data: bytes) -> None:
    assert list(hostile(data)) or zipfile.is_zipfile(io.BytesIO(data))
    assert list(hostile(workbook(a=data))) or data.startswith(b"<")
