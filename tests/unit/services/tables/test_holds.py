"""Holds in words and rows, in both languages."""

from __future__ import annotations

import pytest

from preserve.administration.holds.steps import Hold
from preserve.messages import Language, speaking
from preserve.services.holds import HoldingRequest, HoldList
from preserve.services.tables import holds as tables

WHEN = "2026-03-02T01:00:00Z"


@pytest.mark.parametrize(
    ("language", "placed", "asked"),
    [
        (
            "zh",
            ("H2026-0001", "诉讼", "有效", "a、b", "涉诉", "li", "2026-03-02"),
            ("R2026-0001", "利用申请", "已受理", "a", "—", "—", "2026-03-02"),
        ),
        (
            "en",
            ("H2026-0001", "litigation", "stands", "a, b", "涉诉", "li", "2026-03-02"),
            ("R2026-0001", "access request", "opened", "a", "—", "—", "2026-03-02"),
        ),
    ],
)
def test_holds_are_followed_by_requests_that_hold_by_themselves(
    language: Language, placed: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    hold = Hold(
        number="H2026-0001",
        state="added",
        step=1,
        kind="litigation",
        cases=("a", "b"),
        reason="涉诉",
        by="li",
        when=WHEN,
    )
    listing = HoldList((hold,), (HoldingRequest("R2026-0001", "opened", ("a",), WHEN),), 0, {}, ())
    with speaking(language):
        shown = tables.holds(listing)
    assert shown.rows == (placed, asked) and len(shown.heads) == len(placed)


def test_an_empty_list_has_headings_only() -> None:
    shown = tables.holds(HoldList((), (), 0, {}, ()))
    assert shown.rows == () and all(shown.heads)
