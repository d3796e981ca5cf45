"""Appraisals as operations, from the list to the approval."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.errors import Changed, NotPermitted, Refused, UsageError
from preserve.services import appraisals
from preserve.services.appraisals import Opinion
from preserve.services.documents import as_document
from tests.support.desk import Desk, opened_desk
from tests.support.disposing import aged_office

pytestmark = pytest.mark.xdist_group("appraisals")
DESTROY = Opinion(action="destroy", why="期满无继续保存价值")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened_desk(aged_office(tmp_path_factory.mktemp("appraisals"), "10-years")) as desk:
        yield desk


def test_an_appraisal_from_the_list_to_the_approval(desk: Desk, tmp_path: Path) -> None:
    drawn = appraisals.draw(desk.session())
    number = drawn.review.number
    rows = drawn.review.items
    assert drawn.files == () and drawn.agreed == {}

    shown = appraisals.show(desk.session("wang"), number, folder=tmp_path / "out")
    assert desk.last_look() == ("review-record.viewed", number, {"items": len(drawn.review.items)})
    assert [path.name for path in shown.files] == [f"{number}.pdf", f"{number}.xlsx"]
    assert all(path.stat().st_size for path in shown.files)

    with pytest.raises(UsageError, match=r"retention\.no-opinions"):
        appraisals.appraise(desk.session(), number, every_item=True)
    said = appraisals.appraise(desk.session(), number, every_item=True, opinion=DESTROY)
    assert (said.said, said.agreed) == (len(rows), 0)
    assert appraisals.appraise(desk.session("wang"), number, items=[1], opinion=DESTROY).agreed == 1

    assert "approved" not in appraisals.show(desk.session("wang"), number).offered
    seen = appraisals.show(desk.session("head"), number)
    assert "approved" in seen.offered and "appraised" not in seen.offered
    assert len(seen.sha256) == 64 and seen.sha256 != shown.sha256
    with pytest.raises(Changed, match=r"proceeding\.changed"):
        appraisals.approve(desk.session("head"), number, seen=shown.sha256)
    listed = appraisals.list_reviews(desk.session("head"))
    assert [(row.number, row.state) for row in listed.reviews] == [(number, "appraised")]

    with pytest.raises(NotPermitted):
        appraisals.approve(desk.session("wang"), number)
    assert desk.last()[:2] == ("access.denied", number)
    approved = appraisals.approve(desk.session("head"), number, seen=seen.sha256)
    assert approved.left == len(rows) - 1 and list(approved.outcome) == [1]
    assert as_document(approved)["outcome"]["1"]["action"] == "destroy"

    objected = appraisals.object_to(desk.session("zhao"), number, [1], reason="待核")
    assert objected.objected == (1,)
    with pytest.raises(Refused):
        appraisals.withdraw(desk.session(), number, reason="too late")


def test_a_workbook_that_was_not_filled_in_says_nothing(desk: Desk, tmp_path: Path) -> None:
    drawn = appraisals.draw(desk.session(), folder=tmp_path / "out")
    workbook = drawn.files[1]
    with pytest.raises(UsageError, match=r"retention\.no-opinions"):
        appraisals.appraise(desk.session(), drawn.review.number, workbook=workbook)
    assert appraisals.withdraw(desk.session(), drawn.review.number, reason="重列").state == "withdrawn"
