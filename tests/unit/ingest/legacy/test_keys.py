"""Numbers compared: the same however it is written, and never the same as another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from preserve.ingest.legacy.keys import (
    archival_in,
    archival_key,
    case_key,
    heading_key,
    loose_archival_key,
    numbers_in,
    words_key,
)

HEADS = st.sampled_from(["文罚字", "京文罚", "沪浦文综罚", "文强决", "A文", ""])
YEARS = st.integers(1990, 2030)
NUMBERS = st.integers(1, 99_999)
BRACKETS = st.sampled_from(["〔〕", "[]", "【】", "()", "（）", "［］", "〖〗"])
FULL = str.maketrans("0123456789", "０１２３４５６７８９")
NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")


@given(HEADS, YEARS, NUMBERS, BRACKETS, st.sampled_from(["", "第", " 第 "]), st.integers(0, 4), st.booleans())
def test_every_way_of_writing_a_number_is_that_number(
    head: str, year: int, number: int, brackets: str, before: str, zeros: int, full: bool
) -> None:
    written = f"{head}{brackets[0]}{year}{brackets[1]}{before}{'0' * zeros}{number}号"
    written = written.translate(FULL) if full else written
    assert case_key(written) == case_key(f"{head}〔{year}〕{number}号") == f"{head}[{year}]{number}"
    assert case_key(case_key(written)) == case_key(written)
    words = f"{head}{brackets[0]}{str(year).translate(NUMERALS)}{brackets[1]}{number}号"
    assert case_key(words) == case_key(written)


@given(st.tuples(HEADS, YEARS, NUMBERS), st.tuples(HEADS, YEARS, NUMBERS))
def test_two_numbers_are_never_one(one: tuple[str, int, int], other: tuple[str, int, int]) -> None:
    keys = {case_key(f"{head}〔{year}〕{number}号") for head, year, number in (one, other)}
    assert len(keys) == len({one, other})


@given(st.text(max_size=60))
def test_whatever_is_written_has_a_key_that_stays(text: str) -> None:
    assert case_key(case_key(text)) == case_key(text)
    assert archival_key(archival_key(text)) == archival_key(text)
    assert heading_key(text) is not None
    numbers_in(text)
    archival_in(text)


def test_digits_alone_are_not_taken_apart() -> None:
    assert case_key("201912") != case_key("2019012")
    assert case_key("文罚字2019第12号") == case_key("文罚字〔2019〕12号")


@given(HEADS.filter(bool), YEARS, NUMBERS, BRACKETS)
def test_a_number_is_found_in_the_name_of_a_folder(head: str, year: int, number: int, brackets: str) -> None:
    name = f"001 {head}{brackets[0]}{year}{brackets[1]}{number}号 张某擅自经营案"
    assert [one.key for one in numbers_in(name)] == [f"{head}[{year}]{number}"]


def test_archival_numbers() -> None:
    assert archival_key("J019－ZY•ZF．2019—D30-001") == "J019-ZY·ZF·2019-D30-001"
    assert archival_in("J019-3-012 张某案") == ["J019-3-012"]
    assert loose_archival_key("J019-003-0012") == loose_archival_key("J019-3-12") != loose_archival_key("J019-3-120")
    assert words_key("《张某 案》(一).pdf") == "张某案一pdf"
