"""Numbers, days and sums as a machine misreads them: what can only be one thing is mended, all else is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from preserve.machine_reading import signs
from preserve.machine_reading.signs import Sign

Find = Callable[[str], Iterable[Sign]]


def _values(find: Find, text: str) -> list[str]:
    return [one.value for one in find(signs.plain(text))]


@pytest.mark.parametrize(
    "read",
    [
        "临文综罚〔2026〕12号",
        "临文综罚[2026]12号",
        "临文综罚（2O26）l2号",
        "案号：临文综罚【2026】I2号",
        "编号临文综罚〔２０２６〕１２号",
        "临 文 综 罚 〔2026〕 12 号",
    ],
)
def test_the_number_of_a_case_is_one_whatever_brackets_and_letters_were_read(read: str) -> None:
    assert _values(signs.case_numbers, read) == ["临文综罚〔2026〕12号"]


def test_ordinals_and_parts_of_a_number_stay_and_what_is_no_year_is_no_number() -> None:
    assert _values(signs.case_numbers, "沪文检字[2025]第1号之一") == ["沪文检字〔2025〕第1号之一"]
    assert _values(signs.case_numbers, "条例（1066）3号、文〔3026〕1号、〔2026〕5号") == []


@pytest.mark.parametrize(
    "read",
    [
        "2026年3月12日",
        "2O26年3月l2日",
        "２０２６年０３月１２日",
        "2026-03-12",
        "2026.3.12",
        "二〇二六年三月十二日",
        "二O二六年三月十二日",
    ],
)
def test_a_day_is_read_in_figures_and_in_words(read: str) -> None:
    assert _values(signs.days, f"于{read}送达") == ["2026-03-12"]


def test_what_is_no_day_is_none() -> None:
    assert (
        _values(signs.days, "2026年2月30日 2026年13月1日 1026年1月1日 12026-03-12 2026-3.12 二〇二六年十三月一日") == []
    )
    assert _values(signs.days, "二〇二六年十月三十一日") == ["2026-10-31"]


def test_sums_are_read_in_figures_and_capitals_and_sure_where_both_agree() -> None:
    (both,) = signs.sums(signs.plain("罚款人民币壹拾伍万叁仟陆佰元整（￥153,600.00元）"))
    assert (both.value, both.sure) == ("153600", True)
    assert _values(signs.sums, "没收违法所得192O0元，罚款1.5万元") == ["19200", "15000"]
    assert _values(signs.sums, "贰佰零叁元伍角整") == ["203.5"]
    assert _values(signs.sums, "亿万元") == []
    differing = list(signs.sums(signs.plain("壹仟元整（1100元）")))
    assert [(one.value, one.sure) for one in differing] == [("1100", False), ("1000", False)]


@pytest.mark.parametrize(
    ("read", "value", "sure"),
    [
        ("身份证号：11010519491231002X", "11010519491231002X", True),
        ("11O1O51949l231002x", "11010519491231002X", True),
        ("110105194912310021", "110105194912310021", False),
        ("统一社会信用代码91420100MA0000000Y", "91420100MA0000000Y", True),
        ("9l42O1OOMAOOOOOOOY", "91420100MA0000000Y", True),
    ],
)
def test_a_number_of_a_person_or_organisation_is_sure_where_its_check_digit_is_right(
    read: str, value: str, sure: bool
) -> None:
    (found,) = signs.identities(signs.plain(read))
    assert (found.value, found.sure) == (value, sure)


def test_digits_that_cannot_be_such_a_number_are_none() -> None:
    assert _values(signs.identities, "6222021234567890123 110105999912310021 91420100MA00000001") == []


def test_telephones_are_not_found_inside_longer_numbers() -> None:
    assert _values(signs.telephones, "电话13812345678、027-87654321") == ["13812345678", "027-87654321"]
    assert _values(signs.telephones, "110105194912310021 1381234567") == []


def test_letters_apart_are_one_word_and_names_apart_stay_two() -> None:
    assert signs.words("立 案 审 批 表") == "立案审批表"
    assert signs.words("执法人员（签名）：陈立新　王晓梅") == "执法人员(签名):陈立新 王晓梅"
    assert signs.words("2026年 三月 十二日") == "2026年三月十二日"
