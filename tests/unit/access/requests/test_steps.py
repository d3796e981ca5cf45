"""The steps of a request: each by another person, none against what stands, and all of them in the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.access.requests.model import Delivery, Request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.steps import Opinion, Receipt, acknowledge, decide, examine, note_delivery, withdraw
from preserve.administration.actor import Actor
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.data_management import ledger
from preserve.errors import Changed, Conflict, NotPermitted, Refused, UsageError
from tests.support.asking import PAPER, Counter

PARTY = {"capacity": "party", "name": "临江星光文化传播有限公司"}


def everybody(counter: Counter, account: str) -> Actor:
    """One person with every office that one person may hold."""
    return Actor(counter.archive, Person(account, "某", frozenset({Role.ARCHIVIST, Role.EXAMINER, Role.HEAD})))


def actions(counter: Counter, number: str) -> list[str]:
    with counter.archive.catalogue.read() as connection:
        return [entry.action.partition(".")[2] for entry in ledger.about(connection, number)]


def delivered(counter: Counter, request: Request) -> Request:
    delivery = Delivery(
        dip="dip-1",
        by="founder",
        when="2026-01-01T00:00:00Z",
        to="张",
        form="folder",
        files=1,
        size=1,
        evidence_sha256="1" * 64,
        certificate_sha256="2" * 64,
    )
    with counter.archive.catalogue.begin() as connection:
        return note_delivery(connection, counter.actor(), request, delivery)


def test_asking_examining_and_deciding_are_done_by_three(counter: Counter) -> None:
    number = counter.opened().number
    with pytest.raises(NotPermitted, match=r"request\.own"):
        examine(everybody(counter, "founder"), number, Opinion())
    examine(counter.actor("wang"), number, Opinion(note=" 可以 "))
    for account, code in (("founder", "request.own"), ("wang", "request.examined-by-same")):
        with pytest.raises(NotPermitted) as caught:
            decide(everybody(counter, account), number, approve=True)
        assert caught.value.code == code
    with pytest.raises(NotPermitted, match=r"people\.may-not"):
        decide(counter.actor("wang"), number, approve=True)
    request = decide(counter.actor("head"), number, approve=True)
    assert request.decision is not None and request.examination is not None
    assert (request.state, request.step, request.decision.by, request.examination.note) == (
        "approved",
        3,
        "head",
        "可以",
    )
    assert actions(counter, number) == ["opened", "examined", "approved"]
    assert counter.request(number) == request


def test_nothing_is_approved_while_something_stands_against_it(counter: Counter) -> None:
    number = counter.opened(**PARTY).number
    with pytest.raises(Conflict, match=r"request\.step-wrong"):
        decide(counter.actor("head"), number, approve=True)
    examine(counter.actor("wang"), number, Opinion())
    with pytest.raises(Refused, match=r"request\.concerns-open") as caught:
        decide(counter.actor("head"), number, approve=True)
    assert caught.value.values["count"] == 1
    examine(counter.actor("wang"), number, Opinion(opinion="refuse", left_out=("笔录.txt",)))
    with pytest.raises(Refused, match=r"request\.against-opinion"):
        decide(counter.actor("head"), number, approve=True)
    examine(counter.actor("wang"), number, Opinion(left_out=("笔录.txt",)))
    request = decide(counter.actor("head"), number, approve=True)
    assert request.examination is not None
    assert "笔录.txt" not in {file.path for file in request.examination.selection}
    assert actions(counter, number) == ["opened", "examined", "examined", "examined", "approved"]


def test_that_somebody_is_concerned_after_all_is_answered_with_a_reason(counter: Counter) -> None:
    number = counter.opened(capacity="party", name="某路人").number
    opinion = Opinion(left_out=("笔录.txt",), answered="系当事人更名前名称")
    request = examine(counter.actor("wang"), number, opinion)
    assert request.examination is not None
    answered, left_out = request.examination.concerns
    assert (answered.code, answered.solved) == ("request.not-concerned", "answered")
    assert answered.values["answer"] == "系当事人更名前名称" and left_out.solved == "left-out"


def test_what_is_redacted_goes_with_its_plan_under_a_neutral_name(counter: Counter, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    text = f'[[redaction]]\nobject = "{PAPER}"\nwhat = "pages"\npages = "1"\nreason = "隐私"\narticle = "20"\n'
    plan.write_text(text, encoding="utf-8")
    number = counter.opened().number
    request = examine(counter.actor("wang"), number, Opinion(plan=plan))
    assert request.examination is not None and request.examination.redaction is not None
    (redacted,) = [file for file in request.examination.selection if file.redacted]
    assert redacted.path == PAPER and redacted.given_as not in ("", PAPER)
    kept = REQUESTS.folder_of(counter.archive.home, number) / request.examination.redaction.file
    assert kept.read_text(encoding="utf-8") == text


def test_files_that_were_not_asked_for_and_none_at_all(counter: Counter) -> None:
    number = counter.opened().number
    with pytest.raises(Refused, match=r"request\.object-not-asked"):
        examine(counter.actor("wang"), number, Opinion(left_out=("没有.txt",)))
    every = {file.path for file in counter.approved().examination.selection}  # type: ignore[union-attr]
    with pytest.raises(Refused, match=r"request\.nothing-left"):
        examine(counter.actor("wang"), number, Opinion(left_out=every))
    assert actions(counter, number) == ["opened"]


def test_a_refusal_has_an_article_and_a_reason(counter: Counter) -> None:
    number = counter.opened().number
    examine(counter.actor("wang"), number, Opinion(opinion="refuse"))
    for wish in ({"reason": " "}, {"reason": "不予提供", "article": ""}):
        with pytest.raises(UsageError, match=r"request\.refusal-reason"):
            decide(counter.actor("head"), number, approve=False, **wish)
    request = decide(counter.actor("head"), number, approve=False, article="20", reason=" 涉及隐私 ")
    assert request.decision is not None
    assert (request.state, request.decision.article, request.decision.reason) == ("refused", "20", "涉及隐私")


def test_it_is_withdrawn_by_who_entered_it_before_it_is_delivered(counter: Counter) -> None:
    number = counter.opened(account="zhou").number
    with pytest.raises(UsageError, match=r"request\.withdrawal-reason"):
        withdraw(counter.actor("zhou"), number, reason=" ")
    with pytest.raises(NotPermitted, match=r"request\.withdrawn-by-another"):
        withdraw(counter.actor("wang"), number, reason="不要了")
    assert withdraw(counter.actor("zhou"), number, reason="不要了").state == "withdrawn"
    gone = delivered(counter, counter.approved()).number
    with pytest.raises(Conflict, match=r"request\.step-wrong"):
        withdraw(counter.actor(), gone, reason="不要了")


def test_who_received_it_is_written_down_once(counter: Counter, tmp_path: Path) -> None:
    request = delivered(counter, counter.approved())
    assert request.state == "delivered"
    receipt = tmp_path / "回执.pdf"
    receipt.write_bytes(b"%PDF-1.4\n")
    with pytest.raises(UsageError, match=r"request\.receiver-missing"):
        acknowledge(counter.actor(), request.number, Receipt(" "))
    wish = Receipt(" 张法官 ", receipt, carrier_returned=True, outcome="采信")
    done = acknowledge(counter.actor(), request.number, wish).acknowledgement
    assert done is not None and done.receipt is not None
    assert (done.receiver, done.carrier_returned, done.outcome) == ("张法官", True, "采信")
    with pytest.raises(Conflict, match=r"request\.step-wrong"):
        acknowledge(counter.actor(), request.number, wish)


def test_what_was_not_seen_is_not_decided(counter: Counter, tmp_path: Path) -> None:
    """An examination may be done again until it is decided: the head approves the one that they saw, or none."""

    def seen(number: str) -> str:
        with counter.archive.catalogue.read() as connection:
            return REQUESTS.row(connection, number).sha256

    number = counter.opened().number
    before = seen(number)
    examine(counter.actor("wang"), number, Opinion(seen=before))
    shown = seen(number)
    examine(counter.actor("wang"), number, Opinion(left_out=[PAPER], seen=shown))
    for old in (before, shown):
        with pytest.raises(Changed, match=r"proceeding\.changed"):
            decide(counter.actor("head"), number, approve=True, seen=old)
        with pytest.raises(Changed):
            examine(counter.actor("wang"), number, Opinion(seen=old))
        with pytest.raises(Changed):
            withdraw(counter.actor(), number, reason="不要了", seen=old)
    assert decide(counter.actor("head"), number, approve=True, seen=seen(number)).state == "approved"
    done = delivered(counter, counter.request(number))
    receipt = tmp_path / "回执.pdf"
    receipt.write_bytes(b"%PDF-1.4\n")
    with pytest.raises(Changed):
        acknowledge(counter.actor(), number, Receipt("张法官", receipt, seen=shown))
    assert done.state == "delivered" and not list((counter.archive.home.store / ".papers").iterdir())
