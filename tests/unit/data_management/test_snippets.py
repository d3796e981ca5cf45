"""What is shown of a text: its beginning and end where they are near, else a piece around the first hit."""

import pytest

from preserve.data_management.snippets import snippet
from preserve.data_management.tokens import terms


@pytest.mark.parametrize(
    ("words", "query", "shown", "marked"),
    [
        ("擅自举办演出", "演出", "擅自举办演出", ["演出"]),
        ("前" * 30 + "演出", "演出", "…" + "前" * 24 + "演出", ["演出"]),
        ("演出" + "后" * 90, "演出", "演出" + "后" * 70 + "…", ["演出"]),
        ("现场  演\n出，演出", "演出 现场", "现场 演 出，演出", ["现场", "演出"]),
        ("演出演出活动", "演出 演出活动", "演出演出活动", ["演出", "演出"]),
    ],
)
def test_a_piece_with_its_marks(words: str, query: str, shown: str, marked: list[str]) -> None:
    piece, marks = snippet(words, terms(query))
    assert piece == shown
    assert [piece[begin:end] for begin, end in marks] == marked
