"""A hold: on cases that are still there, with a reason, and lifted by nobody who would destroy what it keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from preserve.administration.disposal.executing import execute
from preserve.administration.disposal.steps import propose
from preserve.administration.holds.steps import HOLDS, add_hold, release_hold
from preserve.data_management import disposal_holds
from preserve.errors import PreserveError
from tests.support.due_case import Bureau


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(PreserveError) as caught:
        act()
    return caught.value.code


def blocks(bureau: Bureau, objid: str) -> list[str]:
    with bureau.archive.catalogue.read() as connection:
        return [block.number for block in disposal_holds.blocks(connection, objid)]


def test_a_hold_keeps_each_case_once_until_it_is_released(bureau: Bureau) -> None:
    first, second = bureau.objids
    hold = add_hold(
        bureau.as_("chen"), ["临文综罚〔2013〕1号", first], kind="litigation", reason=" 涉诉 ", paper=" 1号 "
    )
    assert (hold.cases, hold.reason, hold.paper, hold.by) == ((first,), "涉诉", "1号", "chen")
    assert (blocks(bureau, first), blocks(bureau, second)) == ([hold.number], [])
    released = release_hold(bureau.as_("wang"), hold.number, reason="结案")
    assert (released.state, released.released_by, released.why_released) == ("released", "wang", "结案")
    assert blocks(bureau, first) == []
    with bureau.archive.catalogue.read() as connection:
        assert HOLDS.read(connection, bureau.archive.home, hold.number) == released


def test_refusals_of_a_hold(bureau: Bureau) -> None:
    chen, first = bureau.as_("chen"), bureau.objids[0]
    assert refused(lambda: add_hold(chen, [first], kind="other", reason=" ")) == "retention.hold-reason"
    assert refused(lambda: add_hold(chen, [], kind="other", reason="x")) == "retention.hold-reason"
    refused(lambda: add_hold(chen, [first, "no such case"], kind="other", reason="x"))
    assert blocks(bureau, first) == [], "all of its cases or none"


def test_refusals_of_a_release(bureau: Bureau) -> None:
    number = add_hold(bureau.as_("chen"), [bureau.objids[0]], kind="audit", reason="审计").number
    assert refused(lambda: release_hold(bureau.as_("wang"), number, reason=" ")) == "retention.hold-reason"
    assert refused(lambda: release_hold(bureau.as_("chen"), number, reason="x")) == "people.may-not"
    assert refused(lambda: release_hold(bureau.as_("wang"), "H1999-0001", reason="x")) == "retention.hold-unknown"
    release_hold(bureau.as_("wang"), number, reason="x")
    code = refused(lambda: release_hold(bureau.as_("wang"), number, reason="x"))
    assert code == "retention.hold-released-already"


def test_who_proposes_to_destroy_a_case_lifts_no_hold_from_it(bureau: Bureau) -> None:
    disposal = propose(bureau.as_("li"), bureau.appraised().number)[0]
    number = add_hold(bureau.as_("chen"), [bureau.objids[1]], kind="inquiry", reason="调阅").number
    assert refused(lambda: release_hold(bureau.as_("li"), number, reason="x")) == "retention.hold-own-disposal"
    assert release_hold(bureau.as_("wang"), number, reason="x").state == "released"
    assert disposal.proposed.by == "li"


def test_what_is_destroyed_cannot_be_held_any_more(bureau: Bureau) -> None:
    disposal = bureau.decided(1)
    execute(bureau.as_("chen", timedelta(days=31)), disposal.number)
    code = refused(lambda: add_hold(bureau.as_("chen"), [bureau.objids[0]], kind="other", reason="x"))
    assert code == "retention.hold-too-late"
    assert add_hold(bureau.as_("chen"), [bureau.objids[1]], kind="other", reason="x").state == "added"
