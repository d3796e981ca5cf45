"""Transfers as operations: what is hidden, what is a look, and that nothing is cancelled while it is handed over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.errors import Busy, NotPermitted, Refused
from preserve.services import transfers
from preserve.services.documents import as_document
from preserve.services.transfers import TheirReceipt
from preserve.work import hold
from tests.support.desk import Desk, opened_desk
from tests.support.office import make_office

pytestmark = pytest.mark.xdist_group("transfers")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened_desk(make_office(tmp_path_factory.mktemp("transfers"))) as desk:
        yield desk


def prepare(desk: Desk) -> str:
    wish = {"receiver": "临江市档案馆", "basis": "2026年度接收计划"}
    return transfers.prepare(desk.session(), [desk.office.case], **wish).number


def test_a_title_is_not_in_the_result_for_who_may_not_find_cases(desk: Desk) -> None:
    number = prepare(desk)
    view = transfers.show(desk.session("head"), number)
    assert view.transfer.items[0].title
    assert desk.last_look() == ("transfer.viewed", number, {"cases": list(view.transfer.cases)})
    hidden = transfers.show(desk.session("auditor"), number)
    assert [item.title for item in hidden.transfer.items] == [""]
    assert as_document(hidden)["transfer"]["items"][0]["title"] == ""

    listing = transfers.list_transfers(desk.session("auditor"))
    assert [row.number for row in listing.transfers] == [number] and listing.more == 0
    archive_id = desk.archive.home.settings.archive_id
    assert desk.last_look() == ("transfer-list.viewed", archive_id, {"transfers": [number]})
    transfers.cancel(desk.session(), number, reason="改期")
    assert transfers.list_transfers(desk.session()).transfers == ()
    assert [row.state for row in transfers.list_transfers(desk.session(), any_state=True).transfers] == ["cancelled"]


def test_nothing_is_cancelled_while_it_is_handed_over(desk: Desk, tmp_path: Path) -> None:
    number = prepare(desk)
    with pytest.raises(NotPermitted):
        transfers.approve(desk.session(), number)
    assert desk.last()[:2] == ("access.denied", number)
    transfers.approve(desk.session("head"), number)
    lock = desk.archive.home.work / "transfer.lock"
    with hold(lock, Busy("catalogue.busy", "")):
        with pytest.raises(Refused, match=r"transfer\.busy"):
            transfers.cancel(desk.session(), number, reason="x")
        with pytest.raises(Refused, match=r"transfer\.busy"):
            transfers.hand_over(desk.session(), number, tmp_path)
    done = transfers.hand_over(desk.session(), number, tmp_path)
    assert done.state == "handed-over" and Path(done.place) == tmp_path / number and len(done.digest) == 64

    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"%PDF-1.4\nreceived")
    with pytest.raises(Refused, match=r"transfer\.receipt-of-another"):
        transfers.receive(desk.session(), number, TheirReceipt(receipt, "收1", "李接收", "0" * 16))
    received = transfers.receive(desk.session(), number, TheirReceipt(receipt, "收1", "李接收", done.digest[:16]))
    assert received.state == "received"
