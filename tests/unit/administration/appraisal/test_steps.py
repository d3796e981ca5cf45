"""The steps of an appraisal: by whom, in which order, with what said; each refusal by its code, and none writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from preserve.administration.appraisal.model import Opinion
from preserve.administration.appraisal.steps import REVIEWS, appraise, approve, draw, object_to, withdraw
from preserve.data_management import ledger, retention_index
from preserve.errors import PreserveError
from tests.support.due_case import DESTROY, Bureau

DAY = timedelta(days=1)


def refused(bureau: Bureau, act: Callable[[], object]) -> str:
    def size() -> int:
        with bureau.archive.catalogue.read() as connection:
            return ledger.size(connection)

    before = size()
    with pytest.raises(PreserveError) as caught:
        act()
    assert size() == before
    return caught.value.code


def test_a_list_is_of_what_is_due_and_is_read_back_as_it_was_drawn(bureau: Bureau) -> None:
    review = bureau.drawn()
    assert [item.objid for item in review.items] == list(bureau.objids)
    assert (review.state, review.group, review.drawn_by) == ("drawn", 2, "chen")
    with bureau.archive.catalogue.read() as connection:
        assert REVIEWS.read(connection, bureau.archive.home, review.number) == review
    assert len(draw(bureau.as_("chen"), bureau.archive.today(), limit=1).items) == 1


def test_nothing_is_drawn_for_days_to_come_or_without_anything_due(bureau: Bureau) -> None:
    today = bureau.archive.today()
    assert refused(bureau, lambda: draw(bureau.as_("chen"), today + DAY)) == "retention.until-later"
    assert refused(bureau, lambda: draw(bureau.as_("chen"), today.replace(year=2023))) == "retention.nothing-due"


@pytest.mark.parametrize(
    ("row", "opinion", "code"),
    [
        (0, DESTROY, "retention.item-unknown"),
        (3, DESTROY, "retention.item-unknown"),
        (1, {"action": "extend", "why": "续存"}, "retention.extend-until"),
        (1, {"action": "extend", "why": "续存", "until": 0}, "retention.extend-until"),
        (1, {"action": "destroy", "until": 30}, "retention.extend-until"),
        (1, {"action": "extend", "until": 30}, "retention.why-missing"),
        (1, {"action": "transfer", "why": " "}, "retention.why-missing"),
    ],
)
def test_an_opinion_that_says_too_little_is_refused(
    bureau: Bureau, row: int, opinion: Opinion | dict[str, object], code: str
) -> None:
    number = bureau.drawn().number
    if isinstance(opinion, dict):
        days = opinion.get("until")
        until = bureau.archive.today() + days * DAY if isinstance(days, int) else None
        opinion = Opinion.model_validate({**opinion, "until": until})
    assert refused(bureau, lambda: appraise(bureau.as_("wang"), number, {row: opinion})) == code
    assert refused(bureau, lambda: appraise(bureau.as_("wang"), number, {})) == "retention.no-opinions"


def test_what_is_said_again_takes_the_place_of_what_was_said(bureau: Bureau) -> None:
    number = bureau.drawn().number
    appraise(bureau.as_("wang"), number, {1: DESTROY, 2: DESTROY})
    kept = Opinion(action="permanent", why="典型")
    review = appraise(bureau.as_("wang"), number, {2: kept})
    assert [(member.by, member.opinions) for member in review.appraisals] == [("wang", {1: DESTROY, 2: kept})]


def test_only_what_two_agree_on_is_approved_and_by_somebody_else(bureau: Bureau) -> None:
    number = bureau.drawn().number
    assert refused(bureau, lambda: approve(bureau.as_("head"), number)) == "retention.step-wrong"
    appraise(bureau.as_("chen"), number, {1: DESTROY})
    assert refused(bureau, lambda: approve(bureau.as_("head"), number)) == "retention.nothing-agreed"
    appraise(bureau.as_("wang"), number, {1: DESTROY, 2: DESTROY})
    assert refused(bureau, lambda: approve(bureau.as_("wang"), number)) == "people.may-not"
    approved = approve(bureau.as_("head"), number, reason=" 同意 ")
    assert approved.approval is not None
    assert (list(approved.approval.outcome), approved.approval.reason) == ([1], "同意")
    assert refused(bureau, lambda: withdraw(bureau.as_("chen"), number, reason="晚了")) == "retention.step-wrong"


def test_an_approved_extension_moves_the_day(bureau: Bureau) -> None:
    until = bureau.archive.today() + 365 * DAY
    bureau.appraised("extend", until=until)
    with bureau.archive.catalogue.read() as connection:
        for objid in bureau.objids:
            assert [row.due for row in retention_index.rows_of(connection, objid)] == [str(until + DAY)]
    assert refused(bureau, bureau.drawn) == "retention.nothing-due"


def test_an_objection_stops_its_item_even_after_the_approval(bureau: Bureau) -> None:
    number = bureau.appraised().number
    assert refused(bureau, lambda: object_to(bureau.as_("zhao"), number, [1], reason=" ")) == "retention.why-missing"
    assert refused(bureau, lambda: object_to(bureau.as_("zhao"), number, [9], reason="待")) == "retention.item-unknown"
    assert refused(bureau, lambda: object_to(bureau.as_("auditor"), number, [1], reason="待")) == "people.may-not"
    review = object_to(bureau.as_("zhao"), number, [1], reason=" 待核 ")
    assert (review.state, review.objected(), review.objections[0].reason) == ("approved", {1}, "待核")
    assert list(review.agreed()) == [2]


def test_an_appraisal_is_given_up_with_a_reason_and_for_good(bureau: Bureau) -> None:
    number = bureau.drawn().number
    assert refused(bureau, lambda: withdraw(bureau.as_("chen"), number, reason="")) == "retention.why-missing"
    assert withdraw(bureau.as_("chen"), number, reason="重列").state == "withdrawn"
    code = refused(bureau, lambda: appraise(bureau.as_("wang"), number, {1: DESTROY}))
    assert code == "retention.step-wrong"
