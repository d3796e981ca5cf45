"""Permission to remove archived bytes: four different people, days that are over, and nothing that stands against it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from preserve.archival_storage.warrant import Destruction, read_decision, warrant_for_disposal
from preserve.data_management import destroyed, proceedings
from preserve.errors import Refused
from storage_adapters.contract import CopyRef
from tests.support.kept import TWO, Kept, kept

STEPS = (("proposed", "chen"), ("supervised", "wang"), ("supervised", "zhao"), ("approved", "head"))
DAY = date(2026, 3, 1)
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept(tmp_path_factory.mktemp("warrant")) as archive:
        yield archive


def decide(whole: Kept, *steps: tuple[str, str], state: str = "approved", **approval: Any) -> str:
    """A disposal of the case with these steps; its number."""
    number = f"D2026-{next(_numbers):04d}"
    with whole.archive.catalogue.begin() as connection:
        for step, (deed, actor) in enumerate(steps, 1):
            details: dict[str, Any] = {"state": state if step == len(steps) else deed, "step": step, "sha256": "a" * 64}
            if step == 1:
                details |= {"about": "", "cases": [whole.objid]}
            if deed == "approved":
                details |= {"not_before": DAY.isoformat(), **approval}
            proceedings.add_step(connection, "disposal", number, deed, details, actor=actor, moment=whole.archive.now())
    return number


def refusal(whole: Kept, number: str, name: str = "", today: date = DAY) -> str:
    destruction = Destruction(number, whole.objid, "", today, 10)
    with whole.archive.catalogue.read() as connection, pytest.raises(Refused) as refused:
        warrant_for_disposal(connection, TWO, destruction, name or whole.name, whole.store.identity)
    return refused.value.code


def test_a_decision_names_its_people(whole: Kept) -> None:
    number = decide(whole, *STEPS)
    with whole.archive.catalogue.read() as connection:
        decision = read_decision(connection, number)
    assert (decision.proposer, decision.supervisors, decision.head) == ("chen", ("wang", "zhao"), "head")
    assert (decision.not_before, decision.state, decision.cases) == (DAY, "approved", (whole.objid,))


@pytest.mark.parametrize(
    "steps",
    [
        STEPS[1:],
        STEPS[:3],
        (STEPS[0], STEPS[1], STEPS[3]),
        (STEPS[0], STEPS[1], STEPS[1], STEPS[3]),
        (STEPS[0], ("supervised", "chen"), STEPS[2], STEPS[3]),
        (*STEPS[:3], ("approved", "chen")),
        (*STEPS[:3], ("approved", "zhao")),
        (*STEPS, ("withdrawn", "chen")),
    ],
    ids=[
        "not proposed",
        "not approved",
        "one supervisor",
        "the same twice",
        "by the proposer",
        "approved by the proposer",
        "approved by a supervisor",
        "withdrawn",
    ],
)
def test_without_four_different_people_there_is_none(steps: tuple[tuple[str, str], ...], whole: Kept) -> None:
    number = decide(whole, *steps)
    with whole.archive.catalogue.read() as connection, pytest.raises(Refused, match=r"disposal\.not-decided"):
        read_decision(connection, number)
    assert refusal(whole, number) == "disposal.not-decided"


def test_who_approves_for_the_head_binds_the_head_too(whole: Kept) -> None:
    """The head who is a supervisor cannot have a deputy approve what they supervised."""
    number = decide(whole, *STEPS[:3], ("approved", "deputy"), on_behalf_of="wang")
    assert refusal(whole, number) == "disposal.not-decided"
    assert refusal(whole, "D1999-0001") == "disposal.not-decided"


def test_before_its_day_or_its_beginning_nothing_goes(whole: Kept) -> None:
    assert refusal(whole, decide(whole, *STEPS)) == "disposal.not-yet"
    executing = decide(whole, *STEPS, state="executing")
    assert refusal(whole, executing, today=DAY - timedelta(days=1)) == "disposal.not-yet"
    assert refusal(whole, executing) == "disposal.not-of-it"  # its destruction has not begun


def test_begun_it_goes_only_where_it_is_due_and_only_itself(whole: Kept) -> None:
    executing = decide(whole, *STEPS, state="executing")
    with whole.archive.catalogue.begin() as connection:
        destroyed.begin(connection, whole.objid, "", executing, "b" * 64, actor="chen", moment=whole.archive.now())
    assert refusal(whole, executing, "aip-other_v0001") == "disposal.not-of-it"
    assert refusal(whole, decide(whole, *STEPS, state="executing")) == "disposal.not-of-it"
    # The case is young: whatever was decided, its day has not come.
    assert refusal(whole, executing) == "disposal.not-due"
    destruction = Destruction(executing, whole.objid, "", date(2999, 1, 1), 10)
    with whole.archive.catalogue.read() as connection:
        warrant = warrant_for_disposal(connection, TWO, destruction, whole.name, whole.store.identity)
    assert warrant.holds_for(CopyRef(whole.name), whole.store.identity)
    assert warrant.people == ("wang", "zhao") and not warrant.overwrite
    with whole.archive.catalogue.begin() as connection:
        details = {"state": "added", "step": 1, "sha256": "c" * 64, "about": "litigation", "cases": [whole.objid]}
        number = proceedings.next_number(connection, "hold", 2026, lambda taken: False)
        proceedings.add_step(connection, "hold", number, "added", details, actor="chen", moment=whole.archive.now())
    assert refusal(whole, executing, today=date(2999, 1, 1)) == "disposal.blocked"
