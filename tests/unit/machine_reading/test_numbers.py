"""Numbers, names and addresses in lines of text: what a check digit says, what is found all the same, what is not."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.machine_reading import numbers
from preserve.machine_reading.numbers import found_across, found_in, is_bank_card, is_identity_number

GOOD = "11010119900307803X"
CARD = "6222021234567890128"


def identity_number(seed: int) -> str:
    chance = random.Random(seed)
    body = f"{chance.choice(('110101', '330302', '331082'))}{chance.randint(1940, 2015)}"
    body += f"{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}{chance.randint(0, 999):03d}"
    return body + "10X98765432"[sum(int(d) * pow(2, 17 - at, 11) for at, d in enumerate(body)) % 11]


def said(line: str) -> list[tuple[str, str, bool]]:
    return [(one.what, line[one.start : one.end], one.sure) for one in found_in(line)]


@pytest.mark.parametrize(
    ("number", "good"),
    [
        (GOOD, True),
        ("110101199003078031", False),
        ("110101199013078037", False),
        ("1101011990030780", False),
        ("", False),
    ],
)
def test_the_check_digit_and_the_day_make_an_identity_number(number: str, good: bool) -> None:
    assert is_identity_number(number) is good


@given(st.integers(), st.integers(0, 16), st.integers(1, 9))
def test_every_single_wrong_digit_is_seen(seed: int, place: int, more: int) -> None:
    number = identity_number(seed)
    assert is_identity_number(number)
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    assert not is_identity_number(wrong)


def test_the_luhn_digit_makes_a_bank_card() -> None:
    body = CARD[:-1]
    assert sum(is_bank_card(body + str(digit)) for digit in range(10)) == 1


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"身份证号码：{GOOD}，住在", [("identity-number", GOOD, True)]),
        ("身份证号：110101 19900307 803x 无误", [("identity-number", "110101 19900307 803x", True)]),
        (
            "公民身份号码１１０１０１１９９００３０７８０３Ｘ",
            [("identity-number", "１１０１０１１９９００３０７８０３Ｘ", True)],
        ),
        ("编号 110101199003078031 一份", [("identity-number", "110101199003078031", False)]),
        ("身份证 11O1O119900307803X", [("identity-number", "11O1O119900307803X", False)]),
        ("证件号码：E12345678。", [("identity-number", "E12345678", False)]),
        ("身份证号 1101**********803X", []),
        ("电话13800138000。", [("telephone", "13800138000", False)]),
        (
            "138 0013 8000 与 0576-85123456",
            [("telephone", "138 0013 8000", False), ("telephone", "0576-85123456", False)],
        ),
        ("联系电话：85123456", [("telephone", "85123456", False)]),
        ("姓名：李某某 性别：男", [("name", "李某某", False)]),
        ("被询问人：欧阳 明  电话：13800138000", [("name", "欧阳 明", False), ("telephone", "13800138000", False)]),
        ("当事人：临江星光文化传播有限公司", []),
        ("王小明，男，1990年3月出生", [("name", "王小明", False)]),
        ("家庭住址：临江市江滨路12号3单元401室", [("address", "临江市江滨路12号3单元401室", False)]),
        (
            "住址：江滨路12号 联系电话：13800138000",
            [("address", "江滨路12号", False), ("telephone", "13800138000", False)],
        ),
        ("临文综罚〔2026〕77号 2026年3月14日 金额 5000.00 元", []),
        ("案件编号 20260314000123", []),
        ("", []),
    ],
)
def test_what_is_in_a_line(line: str, expected: list[tuple[str, str, bool]]) -> None:
    assert said(line) == expected


def test_a_bank_card_is_told_from_an_identity_number() -> None:
    card = next(CARD[:-1] + str(digit) for digit in range(10) if is_bank_card(CARD[:-1] + str(digit)))
    assert said(f"卡号{card}") == [("bank-card", card, True)]
    spaced = " ".join(card[at : at + 4] for at in range(0, 19, 4))
    assert said(f"卡号 {spaced}") == [("bank-card", spaced, True)]


@given(st.integers(3, 15))
def test_a_number_broken_over_two_lines(cut: int) -> None:
    first, second = f"身份证号码是{GOOD[:cut]}", f"{GOOD[cut:]}，住在江滨路"
    broken = found_across(first, second)
    assert broken is not None
    before, after = broken
    assert first[before.start : before.end] + second[after.start : after.end] == GOOD
    assert before.sure and after.sure


def test_lines_that_only_end_and_begin_with_digits_are_no_number() -> None:
    assert found_across("2026年3月14", "15时到场") is None
    assert found_across("共计 5000", "元整") is None


def test_a_name_after_a_label_is_found_again_without_one() -> None:
    names = numbers.named(["姓名：王小明", "当事人：某某公司"])
    assert names == ("王小明",)
    assert [(one.start, one.end) for one in numbers.again("问王小明：王 小 明在吗", names)] == [(1, 4), (5, 10)]


@given(st.text(max_size=300))
def test_whatever_a_line_holds_places_lie_within_it(line: str) -> None:
    for one in found_in(line):
        assert 0 <= one.start < one.end <= len(line)


@given(st.text(alphabet="住址:：。 1234567890Xx-·姓名李a", max_size=200))
def test_lines_that_look_like_much_lie_within_too_and_do_not_overlap(line: str) -> None:
    found = found_in(line)
    assert all(0 <= one.start < one.end <= len(line) for one in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


def test_a_line_made_to_take_long_is_looked_at_in_a_moment() -> None:
    for line in ("住址" * 5000, "姓名:" + "李 " * 5000, "1 " * 10_000, "1-" * 10_000, "身份证" * 3000, "李" * 20_000):
        found_in(line)
