"""What people write is understood: words of Art. 6 and 8, ticks and crosses, every usual sign between values."""

from __future__ import annotations

from typing import Any

import pytest

from preserve.description.reading import check_content
from preserve.description.written import several, yes_or_no
from tests.unit.description.test_reading import GOOD, OBJECT


def of_object(**changes: Any) -> Any:
    """The object of the good description with something else in it, as it is read."""
    case, findings = check_content({**GOOD, "objects": [{**OBJECT, **changes}]}, {}, "case")
    assert case is not None, findings
    return case.objects[0]


@pytest.mark.parametrize(
    ("written", "stage"),
    [
        ("立案", "initiation"),
        ("受理", "initiation"),
        ("启动阶段", "initiation"),
        ("调查取证", "investigation"),
        ("调查取证阶段", "investigation"),
        ("审核", "examination"),
        ("审核决定", "decision"),
        ("送达执行", "service"),
        ("结案", "filing"),
        ("立卷归档", "filing"),
        ("归 档", "filing"),
    ],
)
def test_words_for_stages(written: str, stage: str) -> None:
    assert of_object(stage=written).stage == stage


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("procedure", "一般程序", "ordinary"),
        ("procedure", "普通", "ordinary"),
        ("procedure", "当场处罚", "summary"),
        ("case_type", "行政处罚案件", "penalty"),
        ("case_type", "行政强制措施", "coercion"),
        ("classification", "无", "internal"),
        ("classification", "商业机密", "commercial-secret"),
        ("classification", "秘密", "state-secret"),
        ("retention", "三十年", "30-years"),
        ("retention", "10", "10-years"),
    ],
)
def test_words_of_the_case(field: str, written: str, value: str) -> None:
    case, findings = check_content({**GOOD, field: written}, {}, "case")
    assert case is not None, findings
    assert getattr(case, field) == value


@pytest.mark.parametrize("written", ["是", "√", "有", "Y", "yes", "1", "对", "１", "✔"])
def test_words_for_yes(written: str) -> None:
    assert of_object(preamble=written).preamble is True


@pytest.mark.parametrize("written", ["否", "×", "无", "N", "no", "0", "没有", "未"])
def test_words_for_no(written: str) -> None:
    assert of_object(device_checked=written).device_checked is False


def test_a_blank_says_neither_and_a_latin_x_is_asked_about() -> None:
    assert yes_or_no(" ") is None
    case, findings = check_content({**GOOD, "objects": [{**OBJECT, "evidence": "x"}]}, {}, "case")
    assert case is None and [one.code for one in findings] == ["case.field-yes-no"]


@pytest.mark.parametrize("sign", ["、", "，", ",", "；", ";", "\n", "/", "／", " 、 "])
def test_every_usual_sign_between_values(sign: str) -> None:
    assert of_object(shows=f"现场环境{sign}在场人员").shows == ("scene", "persons")
    assert several(f"甲{sign}乙") == ["甲", "乙"]


@pytest.mark.parametrize("written", ["查封、扣押", "查封,扣押", "查封\n扣押"])
def test_two_values_where_there_is_room_for_one_are_told_so(written: str) -> None:
    content = {**GOOD, "measures": [{"measure": written, "start": "2026-02-01 10:00"}]}
    case, findings = check_content(content, {}, "case")
    assert case is None
    assert [one.code for one in findings] == ["case.one-value"]


@pytest.mark.parametrize("written", ["谩骂", "辱骂", "骂人"])
def test_words_for_incidents(written: str) -> None:
    case, findings = check_content({**GOOD, "incidents": [{"incident": written}]}, {}, "case")
    assert case is not None, findings
    assert case.incidents[0].incident == "abuse"


def test_a_time_alone_ends_on_the_day_of_the_start_and_hours_go_where_days_count() -> None:
    content = {
        **GOOD,
        "closed": "2026-03-12 17:00",
        "measures": [{"measure": "检查", "start": "2026.2.1 19:30", "end": "20:12"}],
        "stages": [{"stage": "调查", "start": "2026.2.1 19:30", "end": "2026年2月2日"}],
    }
    case, findings = check_content(content, {}, "case")
    assert case is not None, findings
    assert (str(case.measures[0].end), str(case.stages[0].start)) == ("2026-02-01 20:12:00", "2026-02-01")


def test_an_end_before_the_start_of_the_same_day_is_still_refused() -> None:
    content = {**GOOD, "measures": [{"measure": "检查", "start": "2026.2.1 19:30", "end": "0:12"}]}
    case, findings = check_content(content, {}, "case")
    assert case is None and [one.code for one in findings] == ["case.end-before-start"]


@pytest.mark.parametrize("written", ["缺少文书", "document-missing", "rule.document-missing", "［缺少文书］"])
def test_a_problem_is_answered_by_its_name_or_its_code(written: str) -> None:
    row = {"finding": written, "where": "送达回证", "person": "李某", "reason": "当场送达"}
    case, findings = check_content({**GOOD, "acceptances": [row]}, {}, "case")
    assert case is not None, findings
    assert case.acceptances[0].finding.removeprefix("rule.") == "document-missing"


@pytest.mark.parametrize(("written", "pages"), [("3", 3), ("12页", 12), ("１２", 12), (4, 4), ("", None)])
def test_numbers_of_pages(written: Any, pages: int | None) -> None:
    assert of_object(pages=written).pages == pages


@pytest.mark.parametrize("written", ["三", "0", "-1", "1-3", True, 1.5])
def test_what_is_no_number_of_pages(written: Any) -> None:
    case, findings = check_content({**GOOD, "objects": [{**OBJECT, "pages": written}]}, {}, "case")
    assert case is None and [one.code for one in findings] == ["case.field-pages"]
