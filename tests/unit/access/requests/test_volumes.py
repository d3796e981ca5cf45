"""副卷 stays in the archive: left out of what parties and lawyers are given, with the reason; courts are given it."""

from __future__ import annotations

import pytest

from preserve.access.requests.entering import Asked
from preserve.access.requests.profile import Capacity, read_requests_profile
from preserve.access.requests.steps import Opinion, decide, examine
from preserve.errors import Refused
from tests.support.asking import Counter

PARTY = "临江星光文化传播有限公司"
INNER = "决定书.txt"


@pytest.mark.parametrize("capacity", ["party", "lawyer"])
def test_it_is_left_out_and_said_why(inner: Counter, capacity: str) -> None:
    represents = {"represents": PARTY} if capacity == "lawyer" else {}
    name = "钱律师" if capacity == "lawyer" else PARTY
    number = inner.opened(capacity=capacity, name=name, **represents).number
    examination = examine(inner.actor("wang"), number, Opinion()).examination
    assert examination is not None
    assert INNER not in {one.path for one in examination.selection} and INNER in examination.left_out
    (concern,) = [one for one in examination.concerns if one.code == "request.inner-volume"]
    assert (concern.object, concern.solved) == (INNER, "left-out")
    assert decide(inner.actor("head"), number, approve=True).state == "approved"


def test_asked_for_alone_there_is_nothing_to_give_and_the_reason_is_said(inner: Counter) -> None:
    number = inner.opened(Asked(inner.case, object=INNER), capacity="party", name=PARTY).number
    with pytest.raises(Refused, match=r"request\.nothing-left") as caught:
        examine(inner.actor("wang"), number, Opinion())
    assert [(finding.code, finding.where) for finding in caught.value.findings] == [("request.inner-volume", INNER)]


def test_the_whole_package_is_not_given_to_who_may_not_have_part_of_it(inner: Counter) -> None:
    number = inner.opened(Asked(inner.case, form="package"), capacity="party", name=PARTY).number
    examine(inner.actor("wang"), number, Opinion())
    with pytest.raises(Refused, match=r"request\.concerns-open"):
        decide(inner.actor("head"), number, approve=True)


def test_a_court_is_given_it(inner: Counter) -> None:
    number = inner.opened().number
    examination = examine(inner.actor("wang"), number, Opinion()).examination
    assert examination is not None and INNER in {one.path for one in examination.selection}


def test_profiles_of_earlier_releases_keep_it_from_those_concerned() -> None:
    shipped = {one.name: one.sees_inner for one in read_requests_profile(None).capacity}
    assert [name for name, sees in shipped.items() if not sees] == ["party", "lawyer"]
    label = {"zh": "人", "en": "one"}
    old = [
        Capacity.model_validate(
            {"name": "a", "label": label, "documents": [], "due_days": 15, "concerned": concerned, "restricted": []}
        )
        for concerned in (True, False)
    ]
    assert [one.sees_inner for one in old] == [False, True]
