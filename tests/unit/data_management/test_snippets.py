"""What is shown of a text: its beginning and end where they are near, else a piece around the first hit."""

import pytest

from preserve.data_management.passages import Passage
from preserve.data_management.snippets import best_of, says_all, snippet
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


def test_the_passage_with_the_most_of_the_words_is_shown() -> None:
    title, file = Passage("title", "", "擅自举办活动"), Passage("text", "a.pdf", "演出活动")
    wanted = terms("活动 演出")
    assert not says_all([title], wanted) and says_all([title, file], wanted)
    assert best_of(lambda: [title, file], wanted) == (file, "演出活动", ((0, 2), (2, 4)))
    assert best_of(lambda: [title], wanted) == (title, "擅自举办活动", ((4, 6),))
    assert best_of(lambda: [Passage("title", "", "别的")], wanted) is None


def test_what_is_written_in_another_width_is_shown_where_nothing_else_is() -> None:
    wide, narrow = Passage("title", "", "设备ＧＸ"), Passage("text", "a.pdf", "设备GX")
    wanted = terms("gx")
    assert not says_all([wide], wanted)
    assert best_of(lambda: [wide, narrow], wanted) == (narrow, "设备GX", ((2, 4),))
    assert best_of(lambda: [wide], wanted) == (wide, "设备gx", ((2, 4),))
