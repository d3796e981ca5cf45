"""Texts and queries in the same terms."""

from __future__ import annotations

import pytest

from preserve.data_management.tokens import folded, terms, tokens


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
    assert list(tokens(text)) == split


@pytest.mark.parametrize(
    ("query", "expressions"),
    [("演出", ['"演出"']), ("演", ['"演"*']), ("dsj", ['"dsj"*']), ("12", ['"12"']), ('" OR *', ['"or"*']), ("", [])],
)
def test_a_query_holds_nothing_but_tokens(query: str, expressions: list[str]) -> None:
    assert [term.expression for term in terms(query)] == expressions


def test_the_pattern_finds_what_the_index_found() -> None:
    (term,) = terms("沪文执罚〔2026〕12号")
    assert term.pattern.search(folded("见沪文执罚 [2026] 12 号决定书"))


def test_a_query_is_no_longer_than_people_write() -> None:
    assert len(terms("演出 " * 100)) == 16
