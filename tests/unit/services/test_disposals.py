"""Disposals as operations: looks, refusals, one at a time; the carrying out is tried in tests/through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.errors import Busy, Changed, NotFound, NotPermitted, Refused
from preserve.services import appraisals, disposals
from preserve.services.appraisals import Opinion
from preserve.services.documents import as_document, schema_of
from preserve.work import hold
from tests.support.desk import Desk, opened_desk
from tests.support.disposing import after_the_pause, aged_office, found_in, originals_of

pytestmark = pytest.mark.xdist_group("disposals")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened_desk(aged_office(tmp_path_factory.mktemp("disposals"), "10-years")) as desk:
        yield desk


def test_a_disposal_from_the_proposal_to_the_tombstone(desk: Desk, tmp_path: Path) -> None:
    review = appraisals.draw(desk.session()).review.number
    opinion = Opinion(action="destroy", why="期满")
    for who in ("", "wang"):
        appraisals.appraise(desk.session(who), review, every_item=True, opinion=opinion)
    appraisals.approve(desk.session("head"), review)

    proposed = disposals.propose(desk.session(), review)
    number = proposed.disposal.number
    assert proposed.register.is_file() and proposed.left_out == ()
    with pytest.raises(NotPermitted):
        disposals.supervise(desk.session(), number)
    assert desk.last()[:2] == ("access.denied", number)
    seen = disposals.show(desk.session("wang"), number)
    assert (seen.offered, seen.registers, seen.media) == (("supervised", "withdrawn"), ("proposed",), ())
    assert disposals.supervise(desk.session("wang"), number, seen=seen.sha256).supervisors == ("wang",)
    assert disposals.show(desk.session("wang"), number).offered == ("withdrawn",)
    with pytest.raises(Changed, match=r"proceeding\.changed"):
        disposals.supervise(desk.session("zhao"), number, seen=seen.sha256)
    assert disposals.supervise(desk.session("zhao"), number).state == "supervised"
    kept = disposals.register(desk.session("wang"), number)
    assert kept.data == proposed.register.read_bytes() and "data" not in as_document(kept)
    with pytest.raises(NotFound):
        disposals.register(desk.session("wang"), number, which="signed")
    approved = disposals.approve(desk.session("head"), number)
    with pytest.raises(Refused, match=r"disposal\.not-yet"):
        disposals.carry_out(desk.session(), number)

    listing = disposals.list_disposals(desk.session("auditor"))
    assert [row.number for row in listing.disposals] == [number] and listing.more == 0
    archive_id = desk.archive.home.settings.archive_id
    assert desk.last_look() == ("disposal-list.viewed", archive_id, {"disposals": [number]})

    later = desk.session(at=after_the_pause())
    assert approved.not_before <= after_the_pause().date()
    lock = desk.archive.home.work / "disposal.lock"
    with hold(lock, Busy("catalogue.busy", "")), pytest.raises(Refused, match=r"disposal\.under-way"):
        disposals.carry_out(later, number)
    executed = disposals.carry_out(later, number)
    assert (executed.status, executed.gone, executed.left, executed.tasks) == (0, len(proposed.disposal.entries), 0, ())
    assert as_document(executed)["against"] == [] and "against" in schema_of(disposals.carry_out)["properties"]
    assert found_in(desk.archive.home.path, originals_of(desk.office)) == []

    view = disposals.show(desk.session("head"), number, folder=tmp_path / "out")
    assert view.disposal.state == "executed" and len(view.tombstones) == len(proposed.disposal.entries)
    assert [path.name for path in view.files] == [f"{number}.pdf"]
    assert desk.last_look() == ("disposal-record.viewed", number, {"items": len(proposed.disposal.entries)})
