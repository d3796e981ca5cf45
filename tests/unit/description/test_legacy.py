"""The mark of an old case: what may be missing under it, and how days are said that are known in part."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.description.fixed_values import LegacyFact
from preserve.description.legacy import (
    CHINESE,
    ENGLISH,
    closed,
    closed_at_latest,
    is_known,
    last_day_of,
    span,
    span_for_people,
    started,
)
from preserve.description.reading import read_description
from preserve.description.schema import CaseDescription
from preserve.description.stored import case_json, case_of, catalogue_text
from preserve.description.workbook import write_workbook

BASE: dict[str, Any] = {
    "case_number": "旧〔2012〕1号",
    "case_type": "penalty",
    "title": "旧案",
    "producer": {"name": "某局"},
    "objects": [{"file": "a.pdf", "kind": "文书", "stage": "investigation"}],
}
ALL = [fact.value for fact in LegacyFact]


def read(**fields: Any) -> tuple[CaseDescription | None, set[str]]:
    """A description as it comes in, and the codes of what is wrong with it."""
    case, findings = read_description("case.json", json.dumps({**BASE, **fields}).encode())
    return case, {finding.code for finding in findings}


def marked(**mark: Any) -> CaseDescription:
    """An old case."""
    case, told = read(legacy={"source": "目录!5", "not_known": ALL, **mark})
    assert case is not None, told
    return case


@pytest.mark.parametrize("fact", ["cause", "start", "closed"])
def test_a_fact_may_be_missing_only_where_the_mark_names_it(fact: str) -> None:
    whole = {"cause": "擅自经营", "start": "2012-03-05", "closed": "2012-06-01"}
    rest = {name: value for name, value in whole.items() if name != fact}
    assert read(**whole)[0] is not None
    assert read(**rest)[0] is None
    assert read(**rest, legacy={"source": "目录!5", "not_known": [fact]})[0] is not None
    assert read(**rest, legacy={"source": "目录!5"})[0] is None


@pytest.mark.parametrize(
    "mark", [{"source": ""}, {"closed": "12"}, {"closed": "2012-13"}, {"not_known": ["x"]}, {"x": 1}]
)
def test_a_mark_that_is_wrong_is_told(mark: dict[str, Any]) -> None:
    case, told = read(legacy={"source": "目录!5", "not_known": ALL, **mark})
    assert case is None
    assert told


def test_days_in_part() -> None:
    case = marked(start="2011-11", closed="2012")
    assert (started(case), closed(case), span(case)) == ("2011-11", "2012", "2011-11/2012")
    assert closed_at_latest(case) == date(2012, 12, 31)
    assert span_for_people(marked()) == "— – —"
    assert (span(marked()), closed_at_latest(marked())) == ("", None)


@given(st.dates(date(1949, 1, 1), date(2100, 12, 31)))
def test_the_last_day_is_never_before_the_day(day: date) -> None:
    for written in (f"{day:%Y}", f"{day:%Y-%m}", day.isoformat()):
        last = last_day_of(written)
        assert last is not None
        assert last >= day
        assert last.isoformat().startswith(written)


def test_measures_after_the_last_day_are_outside_the_case() -> None:
    mark = {"source": "目录!5", "not_known": ALL, "closed": "2012"}
    for day, wrong in (("2012-12-31", False), ("2013-01-01", True)):
        case, told = read(legacy=mark, measures=[{"measure": "inspection", "start": f"{day}T09:00:00"}])
        assert (case is None, "case.outside-case" in told) == (wrong, wrong)


def test_it_is_kept_and_read_again() -> None:
    case = marked(closed="2012")
    assert case_of(catalogue_text(case)) == case
    assert CaseDescription.model_validate_json(b"".join(case_json(case))) == case


def test_a_workbook_of_an_old_case_keeps_its_mark(tmp_path: Path) -> None:
    case = marked(closed="2012", carrier="光盘 CD-003", not_known=["cause", "start", "closed", "stages"])
    write_workbook(tmp_path / "案卷.xlsx", case)
    again, findings = read_description("案卷.xlsx", (tmp_path / "案卷.xlsx").read_bytes())
    assert again is not None, findings
    assert again == case


def test_the_words_of_facts_may_be_written_by_people() -> None:
    case, told = read(legacy={"source": "目录!5", "not_known": ["案由", "立案日期", "closing"]})
    assert case is None
    assert told == {"case.field-choice"}
    case, told = read(legacy={"source": "目录!5", "not_known": "案由、立案日期、结案日期"})
    assert case is not None, told


def test_every_fact_has_its_words() -> None:
    assert set(CHINESE) == set(ENGLISH) == set(ALL)
    assert not is_known(marked(), LegacyFact.RETENTION)
    assert is_known(marked().model_copy(update={"legacy": None}), LegacyFact.RETENTION)


def test_the_exported_schema_asks_for_days_or_the_mark() -> None:
    schema = json.loads((Path(__file__).parents[3] / "docs/schemas/case.schema.json").read_text(encoding="utf-8"))
    assert {"required": ["legacy"]} in schema["anyOf"]
