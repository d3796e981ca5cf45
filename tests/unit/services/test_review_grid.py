"""The grid of an appraisal: which items are wanted, what was said of each, and what an approval would take."""

from __future__ import annotations

from datetime import date

from preserve.administration.appraisal.model import Appraised, Item, Objection, Opinion, Review
from preserve.messages import speaking
from preserve.services.appraisals import ReviewView
from preserve.services.review_grid import ONLY, grid, tally, wanted_rows
from tests.support.appraised import item

DESTROY = Opinion(action="destroy", why="期满")
LATER = Opinion(action="extend", until=date(2036, 12, 31), why="待查")


def items() -> tuple[Item, ...]:
    plain = {"signals": (), "blocks": ()}
    return (item(1), item(2, **plain), item(3, item="rec-1", path="录像.mp4", **plain), item(4, **plain))


def view() -> ReviewView:
    said = (
        Appraised(by="chen", when="2026-11-01T08:00:00Z", opinions={1: DESTROY, 2: DESTROY, 3: DESTROY}),
        Appraised(by="wang", when="2026-11-02T08:00:00Z", opinions={1: DESTROY, 2: DESTROY, 3: LATER}),
    )
    review = Review(
        number="R2026-0001",
        state="appraised",
        step=4,
        until=date(2026, 11, 1),
        drawn="2026-11-01T07:00:00Z",
        drawn_by="chen",
        rules_sha256="0" * 64,
        group=2,
        items=items(),
        appraisals=said,
        objections=(Objection(by="zhao", when="2026-11-03T08:00:00Z", row=2, reason="涉诉"),),
    )
    names = {"declared": "按著录的保管期限"}
    return ReviewView(review, (), review.agreed(), (2,), names, {"incident:media": "媒体"}, "0" * 64, ())


def test_each_filter_finds_its_items() -> None:
    wanted = {only: wanted_rows(view(), "chen", only) for only in ONLY}
    assert wanted == {
        "all": [1, 2, 3, 4],
        "unsaid": [4],
        "open": [3, 4],
        "agreed": [1],
        "objected": [2],
        "signals": [1],
        "held": [1],
        "cases": [1, 2, 4],
        "recordings": [3],
    }
    assert wanted_rows(view(), "nobody", "unsaid") == [1, 2, 3, 4]


def test_a_row_says_what_was_said_and_how_it_stands() -> None:
    with speaking("zh"):
        rows = {row.row: row for row in grid(view(), "wang")}
    assert rows[1].state == "agreed" and rows[1].outcome == "销毁（期满）" and rows[1].mine == "destroy"
    assert rows[2].state == "objected" and [one.reason for one in rows[2].objections] == ["涉诉"]
    assert [said.words for said in rows[3].said] == ["销毁（期满）", "延长保管 2036-12-31（待查）"]
    assert (rows[4].state, rows[4].outcome, rows[4].mine, rows[4].said) == ("open", "", "", ())
    assert rows[1].facts["case"] == "〔2015〕7号" and rows[3].facts["what"] == "录像.mp4"
    with speaking("en"):
        assert [row.row for row in grid(view(), "wang", "open")] == [3, 4]


def test_the_tally_is_what_an_approval_takes_and_leaves() -> None:
    counted = tally(view())
    assert counted.agreed == {"destroy": 1, "extend": 0, "transfer": 0, "permanent": 0}
    assert (counted.open, counted.objected, counted.said) == (2, 1, {"chen": 3, "wang": 3})
