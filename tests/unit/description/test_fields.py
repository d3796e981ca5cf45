"""Every field of the schema is asked for in the form, with words in both languages, and read back as it was given."""

from __future__ import annotations

from typing import Any

import pytest

from preserve.description.fields import (
    Field,
    as_text,
    case_fields,
    file_fields,
    is_day,
    row_fields,
    row_sheets,
    rows_from,
    value_from,
)
from preserve.description.labels import CASE, SHEETS
from preserve.description.schema import CaseDescription, CaseObject
from preserve.description.vocabulary import read_vocabulary
from preserve.messages import LANGUAGES, known, speaking

WORDS = read_vocabulary()
ALL = [*case_fields(WORDS), *file_fields(WORDS, recording=True, divided=True)]
ALL += [field for sheet in row_sheets() for field in row_fields(sheet, WORDS)]


def test_nothing_of_the_schema_is_left_out() -> None:
    asked = {field.name.partition(".")[0] for field in case_fields(WORDS)}
    assert asked | set(row_sheets()) | {"objects", "legacy"} == set(CaseDescription.model_fields)
    files = {field.name for field in file_fields(WORDS, recording=True, divided=True)}
    assert files | {"file"} == set(CaseObject.model_fields) == set(SHEETS["objects"][1])
    assert [field.name for field in case_fields(WORDS)] == list(CASE)


def test_every_field_has_its_words() -> None:
    codes = {field.label for field in ALL} | {f"field.{sheet}" for sheet in ("case", "objects", *row_sheets())}
    assert [(code, language) for code in codes for language in LANGUAGES if not known(code, language)] == []


def test_of_a_paper_nothing_is_asked_that_only_a_recording_has() -> None:
    papers = {field.name for field in file_fields(WORDS, recording=False, divided=False)}
    assert papers.isdisjoint({"device", "preamble", "shows", "volume"}) and {"kind", "stage", "pages"} <= papers


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("title", ["  题名 "], "题名"),
        ("title", [], ""),
        ("note", ["一\r\n二"], "一\n二"),
        ("date", [""], None),
        ("date", ["2026-01-02"], "2026-01-02"),
        ("evidence", ["yes"], True),
        ("evidence", ["no"], False),
        ("evidence", [""], None),
        ("evidence", ["true'--"], None),
        ("shows", ["a", "", "b"], ["a", "b"]),
        ("pages", [""], None),
    ],
)
def test_what_was_given_becomes_a_value(name: str, given: list[str], value: Any) -> None:
    field = next(one for one in file_fields(WORDS, recording=True, divided=True) if one.name == name)
    assert value_from(field, given) == value


def test_a_value_is_shown_as_it_can_be_given() -> None:
    moment = Field("when", "", "moment", False)
    assert as_text(moment, "2026-01-02T03:04:05") == "2026-01-02 03:04:05"
    assert as_text(moment, None) == "" and as_text(Field("a", "", "yes-no", False), False) == "no"
    assert as_text(Field("a", "", "lines", False), ["甲", "乙"]) == "甲\n乙"
    assert is_day("2026-01-02") and is_day("") and not is_day("昨天") and not is_day("2026-1-2")


def test_an_error_is_named_as_people_call_it() -> None:
    finding = next(one for one in row_fields("acceptances", WORDS) if one.name == "finding")
    with speaking("zh"):
        shown = as_text(finding, "recording-gap")
        assert shown != "recording-gap" and value_from(finding, [shown]) == "recording-gap"
    assert value_from(finding, ["recording-gap"]) == "recording-gap"
    asked = {"acceptances.0.finding": [shown], "acceptances.0.where": ["录像.mp4"], "acceptances.0.person": [""]}
    assert rows_from("acceptances", row_fields("acceptances", WORDS), asked) == []


def test_rows_that_say_nothing_are_none() -> None:
    fields = row_fields("parties", WORDS)
    given = {
        "parties.7.name": ["乙"],
        "parties.0.name": ["甲"],
        "parties.1.classification": ["privacy"],
        "parties.2.name": ["丙"],
        "parties.2.remove": ["1"],
        "parties.x.name": ["丁"],
        "parties.999999.name": ["戊"],
        "officers.0.name": ["己"],
    }
    assert [row["name"] for row in rows_from("parties", fields, given)] == ["甲", "乙"]
