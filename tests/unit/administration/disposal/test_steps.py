"""The steps before anything is destroyed: four people, each another, and everything in the way asked again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from preserve.administration.appraisal.steps import object_to
from preserve.administration.disposal.steps import approve, propose, register_file, supervise, withdraw
from preserve.administration.holds.steps import add_hold, release_hold
from preserve.errors import PreserveError
from tests.support.due_case import Bureau


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(PreserveError) as caught:
        act()
    return caught.value.code


def test_a_proposal_is_of_what_was_decided_with_its_register(bureau: Bureau) -> None:
    review = bureau.appraised()
    disposal, findings = propose(bureau.as_("chen"), review.number)
    assert [(entry.review_row, entry.item.objid) for entry in disposal.entries] == list(enumerate(bureau.objids, 1))
    assert findings == []
    register = register_file(bureau.archive.home, disposal.number).read_bytes()
    assert disposal.register_sha256 == hashlib.sha256(register).hexdigest()


def test_what_may_not_go_is_left_out_and_named_it_is_refused(bureau: Bureau) -> None:
    review = bureau.appraised()
    add_hold(bureau.as_("wang"), [bureau.objids[0]], kind="inquiry", reason="调阅")
    chen = bureau.as_("chen")
    assert refused(lambda: propose(chen, review.number, rows=[1, 2])) == "disposal.nothing-may-go"
    assert refused(lambda: propose(chen, review.number, rows=[7])) == "disposal.nothing-may-go"
    disposal, findings = propose(chen, review.number, reason="期满")
    assert [(entry.review_row, entry.reason) for entry in disposal.entries] == [(2, "期满")]
    assert [finding.code for finding in findings] == ["disposal.blocked"]
    assert refused(lambda: propose(chen, review.number, rows=[2])) == "disposal.nothing-may-go", "in another"


def test_nothing_is_proposed_of_an_appraisal_that_is_open(bureau: Bureau) -> None:
    drawn = bureau.drawn()
    assert refused(lambda: propose(bureau.as_("chen"), drawn.number)) == "disposal.review-open"
    kept = bureau.appraised("permanent")
    assert refused(lambda: propose(bureau.as_("chen"), kept.number)) == "disposal.nothing-may-go"


def test_who_lifted_a_hold_does_not_propose(bureau: Bureau) -> None:
    review = bureau.appraised()
    hold = add_hold(bureau.as_("wang"), [bureau.objids[0]], kind="audit", reason="审计")
    release_hold(bureau.as_("li"), hold.number, reason="结束")
    assert refused(lambda: propose(bureau.as_("li"), review.number)) == "disposal.own-release"
    assert propose(bureau.as_("chen"), review.number)[0].state == "proposed"


def test_the_signatures_are_those_of_four_people(bureau: Bureau) -> None:
    number = bureau.proposed().number
    head = bureau.as_("head")
    assert refused(lambda: approve(head, number)) == "disposal.step-wrong"
    assert refused(lambda: supervise(bureau.as_("chen"), number)) == "disposal.same-hands"
    assert supervise(bureau.as_("wang"), number).state == "proposed"
    assert refused(lambda: supervise(bureau.as_("wang"), number)) == "disposal.same-hands"
    assert refused(lambda: supervise(head, number)) == "people.may-not"
    assert supervise(bureau.as_("zhao"), number).state == "supervised"
    assert refused(lambda: approve(bureau.as_("zhao"), number)) == "people.may-not"
    approved = approve(head, number, note=" 同意 ")
    assert approved.approval is not None
    assert (approved.state, approved.approval.note) == ("approved", "同意")
    assert approved.not_before == bureau.archive.today() + timedelta(days=30)


@pytest.mark.parametrize("against", ["hold", "objection"])
def test_the_head_approves_nothing_that_something_stands_against_by_now(bureau: Bureau, against: str) -> None:
    disposal = bureau.proposed()
    for who in ("wang", "zhao"):
        supervise(bureau.as_(who), disposal.number)
    if against == "hold":
        add_hold(bureau.as_("wang"), [bureau.objids[0]], kind="litigation", reason="涉诉")
    else:
        object_to(bureau.as_("head"), disposal.review, [2], reason="待核")
    assert refused(lambda: approve(bureau.as_("head"), disposal.number)) == "disposal.stands-against"


def test_a_disposal_is_withdrawn_with_a_reason_and_its_things_are_free_again(bureau: Bureau) -> None:
    disposal = bureau.decided()
    assert refused(lambda: withdraw(bureau.as_("chen"), disposal.number, reason=" ")) == "disposal.reason"
    assert withdraw(bureau.as_("zhao"), disposal.number, reason="另案").state == "withdrawn"
    assert refused(lambda: withdraw(bureau.as_("zhao"), disposal.number, reason="另案")) == "disposal.step-wrong"
    again, _ = propose(bureau.as_("chen"), disposal.review)
    assert len(again.entries) == 2
