"""A transfer through its steps: prepared by one and decided by another, read back, and ended by their receipt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.access.transfer.exporting import LIST
from preserve.access.transfer.model import Form, Transfer
from preserve.access.transfer.procedure import TRANSFERS
from preserve.access.transfer.steps import TheirReceipt, cancel, decide, hand_over, prepare, receive
from preserve.access.transfer.transfer_list import NAMES
from preserve.administration.actor import Actor
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.data_management import ledger
from preserve.errors import Conflict, NotFound, NotPermitted, Refused, UsageError
from preserve.progress import Silent
from tests.support.asking import Counter

pytestmark = pytest.mark.xdist_group("transfer-steps")


def prepared(counter: Counter, form: Form = "eark") -> Transfer:
    return prepare(counter.actor(), [counter.case], receiver=" 临江市档案馆 ", basis="2026年度接收计划", form=form)


@pytest.fixture
def approved(counter: Counter) -> Iterator[Transfer]:
    """An approved one; what is left of it is cancelled, since a case is in one transfer at a time."""
    transfer = decide(counter.actor("head"), prepared(counter).number, approve=True, reason="")
    yield transfer
    with counter.archive.catalogue.read() as connection:
        state = TRANSFERS.read(connection, counter.archive.home, transfer.number).state
    if state in ("approved", "handed-over"):
        cancel(counter.actor(), transfer.number, reason="试验完毕")


def test_a_case_is_in_one_transfer_at_a_time(counter: Counter) -> None:
    transfer = prepared(counter)
    (item,) = transfer.items
    assert (transfer.state, transfer.archive, item.objid) == ("prepared", "临江市档案馆", counter.objid)
    with pytest.raises(Conflict, match=r"transfer\.already"):
        prepared(counter)
    with pytest.raises(UsageError, match=r"transfer\.reason"):
        cancel(counter.actor(), transfer.number, reason=" ")
    assert cancel(counter.actor(), transfer.number, reason="改期").state == "cancelled"
    with pytest.raises(Conflict, match=r"transfer\.step-wrong"):
        decide(counter.actor("head"), transfer.number, approve=True, reason="")


def test_what_is_not_filled_in_or_not_there_is_refused(counter: Counter) -> None:
    for names, receiver, basis in (([], "馆", "计划"), ([counter.case], " ", "计划"), ([counter.case], "馆", "")):
        with pytest.raises(UsageError, match=r"transfer\.incomplete"):
            prepare(counter.actor(), names, receiver=receiver, basis=basis, form="bag")
    with pytest.raises(NotFound):
        prepare(counter.actor(), ["没有这个案号"], receiver="馆", basis="计划", form="bag")


def test_who_prepared_it_does_not_decide(counter: Counter) -> None:
    number = prepared(counter).number
    both = Actor(counter.archive, Person("founder", "某", frozenset({Role.ARCHIVIST, Role.HEAD})))
    with pytest.raises(NotPermitted, match=r"transfer\.own"):
        decide(both, number, approve=True, reason="")
    with pytest.raises(UsageError, match=r"transfer\.reason"):
        decide(counter.actor("head"), number, approve=False, reason="")
    assert decide(counter.actor("head"), number, approve=False, reason="不全").state == "refused"


def test_handed_over_read_back_and_received(counter: Counter, approved: Transfer, tmp_path: Path) -> None:
    number, out = approved.number, tmp_path / "out"
    done = hand_over(counter.actor(), number, out, progress=Silent()).handed_over
    assert done is not None and done.to == str(out / number)
    assert {path.name for path in (out / number).iterdir()} == {counter.objid, *NAMES.values()}
    listed = json.loads((out / number / LIST).read_text(encoding="utf-8"))
    assert (listed["number"], done.files) == (number, len(listed["cases"][0]["files"]))

    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"%PDF-1.4\nreceived")
    theirs = TheirReceipt(receipt, "收1", "李接收", done.list_sha256[:8] + " " + done.list_sha256[8:16].upper())
    today = counter.archive.today()
    for wrong, error, code in (
        (replace(theirs, number=" "), UsageError, "transfer.receipt-incomplete"),
        (replace(theirs, confirms=done.list_sha256[:15]), Refused, "transfer.receipt-of-another"),
        (replace(theirs, confirms="0" * 16), Refused, "transfer.receipt-of-another"),
        (replace(theirs, received=today + timedelta(days=1)), Refused, "transfer.receipt-date"),
        (replace(theirs, received=today - timedelta(days=1)), Refused, "transfer.receipt-date"),
        (replace(theirs, file=out / number / NAMES["form"]), Refused, "transfer.receipt-is-ours"),
        (replace(theirs, file=tmp_path / "none.pdf"), Refused, "proceeding.paper-unreadable"),
    ):
        with pytest.raises(error) as caught:
            receive(counter.actor(), number, wrong)
        assert caught.value.code == code
    cancel(counter.actor(), number, reason="对方不接收")


def test_it_is_gone_on_with_and_never_over_another(counter: Counter, approved: Transfer, tmp_path: Path) -> None:
    number = approved.number
    (tmp_path / number).mkdir()
    (tmp_path / number / "own.txt").write_text("x")
    with pytest.raises(Conflict, match=r"storage\.exists-already"):
        hand_over(counter.actor(), number, tmp_path, progress=Silent())
    assert [path.name for path in (tmp_path / number).iterdir()] == ["own.txt"]
    with counter.archive.catalogue.read() as connection:
        assert [entry.action for entry in ledger.about(connection, number)][-1] == "transfer.approved"
