"""Texts and queries in the same terms."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest

from preserve.data_management import tokens as module
from preserve.data_management.tokens import folded, spaced, terms


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("演出活动", ["演出", "出活", "活动", "动"]),
        ("12号", ["12", "号", "号"]),
        ("12 号", ["12", "号", "号"]),
        ("DSJ-A20031", ["dsj", "a20031"]),
        ("ＤＳＪ", ["dsj"]),
        ("，。", []),
    ],
)
def test_a_text(text: str, split: list[str]) -> None:
    assert spaced(text).split() == split


@pytest.mark.parametrize(
    ("query", "expressions"),
    [("演出", ['"演出"']), ("演", ['"演"*']), ("dsj", ['"dsj"*']), ("12", ['"12"']), ('" OR *', ['"or"*']), ("", [])],
)
def test_a_query_holds_nothing_but_tokens(query: str, expressions: list[str]) -> None:
    assert [term.expression for term in terms(query)] == expressions


@pytest.mark.parametrize(
    ("query", "tokens"),
    [("演出活动", ["演出", "出活", "活动"]), ("演", []), ("DSJ-X900", ["dsj"]), ("12号", ["12", "号"]), ("12", ["12"])],
)
def test_tokens_of_which_a_text_has_the_whole(query: str, tokens: list[str]) -> None:
    (term,) = terms(query)
    assert list(term.tokens) == tokens


def test_the_pattern_finds_what_the_index_found() -> None:
    (term,) = terms("沪文执罚〔2026〕12号")
    assert term.pattern.search(folded("见沪文执罚 [2026] 12 号决定书"))


def test_a_query_is_no_longer_than_people_write() -> None:
    assert len(terms("演出 " * 100)) == 16


def _one_by_one(text: str) -> Iterator[str]:
    """As tokens were made when the index of old archives was: each pair put together in Python."""
    for run, chinese, follows in module._split(folded(text)):
        if not chinese:
            yield run
            continue
        if follows:
            yield run[0]
        yield from map("".join, pairwise(run))
        yield run[-1]


@pytest.mark.parametrize("seed", range(20))
def test_the_same_tokens_as_in_indexes_of_old(seed: int) -> None:
    chance = random.Random(seed)
    alphabet = "演出活动检查〇々カな𠀀﨑 \n,。12Ａb-_\u0301é"
    text = "".join(chance.choices(alphabet, k=500))
    assert spaced(text) == " ".join(_one_by_one(text))


@pytest.mark.parametrize("filler", ["", "。" * 3, "x" * 300, "前" * 300, " " * 200, "别的话。" * 80])
def test_a_word_is_seen_whole_whatever_stands_beside_it(filler: str) -> None:
    """A long token that begins otherwise does not have the word, wherever in it the same letters come again."""
    (word,) = terms("xyz")
    assert word.stands_in(f"{filler} xyz{filler}")
    assert not word.stands_in(f"a{'xyz' * 300}")
    (words,) = terms("演出活动")
    assert words.stands_in(f"{filler}演出活动{filler}")
    (number,) = terms("12")
    assert number.stands_in(f"{filler} 12 {filler}") and not number.stands_in(f"{filler} 112 {filler}")
