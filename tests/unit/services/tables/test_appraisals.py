"""An appraisal in words and rows, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from preserve.administration.appraisal.model import Review
from preserve.messages import Language, speaking
from preserve.services.appraisals import Opinion, ReviewView
from preserve.services.tables import appraisals as tables
from tests.support.appraised import item

AGREED = {1: Opinion(action="destroy"), 2: Opinion(action="extend", until=date(2030, 12, 31))}


def view(*, agreed: dict[int, Opinion] | None = None) -> ReviewView:
    review = Review(
        number="A2026-0001",
        state="drawn",
        step=1,
        until=date(2026, 1, 1),
        drawn="2026-01-05T01:00:00Z",
        drawn_by="li",
        rules_sha256="0" * 64,
        group=2,
        items=(item(1), item(2, path="录像.mp4", copies=(), signals=(), blocks=())),
    )
    return ReviewView(
        review, (), agreed or {}, (), {"declared": "所定期限"}, {"incident:media": "媒体报道"}, sha256="", offered=()
    )


@pytest.mark.parametrize(
    ("language", "block", "what"), [("zh", "诉讼", "整个案卷"), ("en", "litigation", "whole case")]
)
def test_the_list_is_that_on_paper(language: Language, block: str, what: str) -> None:
    with speaking(language):
        items, agreed = tables.review(view())
    case, recording = items.rows
    assert len(items.heads) == len(case) == 15 and agreed.rows == ()
    assert case[:5] == ("1", "〔2015〕7号", "—", "无证经营", what)
    assert case[7] == "所定期限" and case[-2:] == ("媒体报道", f"{block} H2026-0001")
    assert recording[4] == "录像.mp4" and recording[-3:] == ("—", "—", "—")


def test_a_long_list_shows_its_first_items() -> None:
    items, _ = tables.review(view(), most=1)
    assert [row[0] for row in items.rows] == ["1"]


@pytest.mark.parametrize(
    ("language", "heads", "extended"),
    [("zh", ("序号", "结果"), "延长保管 2030-12-31"), ("en", ("No.", "outcome"), "extend 2030-12-31")],
)
def test_what_the_group_agrees_on_is_a_line_an_item(language: Language, heads: tuple[str, str], extended: str) -> None:
    with speaking(language):
        _, agreed = tables.review(view(agreed=AGREED))
    assert agreed.heads == heads
    assert agreed.rows[1] == ("2", extended) and agreed.rows[0][1] == agreed.rows[0][1].strip() != ""
