"""Words that the tables of several rooms share, in both languages."""

from __future__ import annotations

from preserve.messages import speaking
from preserve.services.case_views import MissingCopies
from preserve.services.tables import cells, facts
from preserve.services.tables.words import copy_state, medium_state, missing_copies, shortened


def test_states_of_media_and_copies_are_named() -> None:
    with speaking("zh"):
        assert (medium_state("in use"), copy_state("verified")) == ("在用", "已校验")
    with speaking("en"):
        assert (medium_state("in use"), copy_state("verified")) == ("in use", "verified")


def test_missing_copies_are_counted_by_kind() -> None:
    missing = (MissingCopies("optical", 2), MissingCopies("place", 1))
    with speaking("zh"):
        assert missing_copies(missing) == "光盘 × 2、另一处存放地点 × 1"
    with speaking("en"):
        assert missing_copies(missing) == "disc × 2, another building × 1"


def test_a_long_text_is_shown_in_one_line_and_in_part() -> None:
    assert shortened("one\n  two") == "one two"
    assert shortened("x" * 200) == "x" * 99 + "…"


def test_what_is_not_there_is_a_dash_and_nought_is_not() -> None:
    assert cells("a", "", None, 0) == ("a", "—", "—", "0")
    assert facts([("a", "b")]).heads == ("", "")
