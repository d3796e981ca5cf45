"""Holds as operations: who may place and release them, and that a list of them is a look."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.errors import NotPermitted, Refused, UsageError
from preserve.services import holds
from preserve.services.documents import as_document
from tests.support.desk import Desk, opened_desk
from tests.support.office import make_office

pytestmark = pytest.mark.xdist_group("holds")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened_desk(make_office(tmp_path_factory.mktemp("holds"))) as desk:
        yield desk


def test_a_hold_is_placed_listed_and_released(desk: Desk) -> None:
    placed = holds.add(desk.session(), [desk.office.case], kind="litigation", reason=" 涉诉 ", paper="〔2026〕1号")
    number = placed.hold.number
    assert (placed.hold.state, placed.hold.reason) == ("added", "涉诉")

    listing = holds.list_holds(desk.session("head"))
    assert [hold.number for hold in listing.holds] == [number] and listing.more == 0
    archive_id = desk.archive.home.settings.archive_id
    assert desk.last_look() == ("holds.listed", archive_id, {"holds": [number]})

    holds.release(desk.session("wang"), number, reason="结案")
    assert holds.list_holds(desk.session()).holds == ()
    assert [hold.state for hold in holds.list_holds(desk.session(), any_state=True).holds] == ["released"]
    with pytest.raises(Refused, match=r"retention\.hold-released-already"):
        holds.release(desk.session("wang"), number, reason="again")


def test_a_request_holds_its_case_by_itself(desk: Desk) -> None:
    number = desk.office.open()
    document = as_document(holds.list_holds(desk.session()))
    assert [(row["number"], row["state"]) for row in document["requests"]] == [(number, "opened")]
    assert document["ok"] and document["more"] == 0


def test_who_may_not_is_refused_in_the_ledger(desk: Desk) -> None:
    with pytest.raises(NotPermitted):
        holds.release(desk.session(), "H2026-0001", reason="the founder is no examiner")
    assert desk.last()[:2] == ("access.denied", "H2026-0001")
    with pytest.raises(NotPermitted):
        holds.list_holds(desk.session("auditor"))
    assert desk.last()[0] == "access.denied"


def test_a_hold_needs_a_reason_and_a_case(desk: Desk) -> None:
    before = len(desk.entries())
    with pytest.raises(UsageError):
        holds.add(desk.session(), [desk.office.case], kind="other", reason=" ")
    with pytest.raises(Refused):
        holds.add(desk.session(), ["no such case"], kind="other", reason="x")
    assert len(desk.entries()) == before
