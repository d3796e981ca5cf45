"""A request by four people; each forbidden step is not offered, and refused by hand."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.evidence import CASE, COURT_PAPER, PAPER, entered
from tests.support.request_ways import decide, examined, seen, state_of
from tests.support.web import PASSWORD, Served, fields, send

pytestmark = pytest.mark.xdist_group("web-requests")


def test_a_request_goes_from_the_form_to_the_decision(evidence: Served) -> None:
    number = entered(evidence)
    listed = evidence.client("archivist").get("/requests").text
    assert f'<a href="/requests/{number}">' in listed and "张法官" in listed
    shown = evidence.client("examiner").get(f"/requests/{number}").text
    assert "由审核人审核" in shown and f"/requests/{number}/examine" in shown
    examined(evidence, number, note="可以")
    page = evidence.client("head").get(f"/requests/{number}/decide")
    assert "可以" in page.text and PAPER in page.text and 'name="confirm"' in page.text
    sent = decide(evidence, number, seen=seen(page))
    assert (sent.status_code, sent.headers["location"]) == (303, f"/requests/{number}?note=web.requests-approved")
    shown = evidence.client("archivist").get(f"/requests/{number}").text
    assert "由档案员交付" in shown and state_of(evidence, number) == "approved"


def test_a_step_that_is_not_theirs_is_not_offered_and_refused_by_hand(evidence: Served) -> None:
    number = entered(evidence)
    for role in ("archivist", "head", "auditor"):
        shown = evidence.client(role).get(f"/requests/{number}")
        assert shown.status_code == 200 and f"/requests/{number}/examine" not in shown.text
        sent = send(evidence.client(role), "/requests", f"/requests/{number}/examine", seen="0" * 64, opinion="grant")
        assert sent.status_code == 403, role
    examined(evidence, number)
    for role in ("archivist", "examiner", "auditor"):
        shown = evidence.client(role).get(f"/requests/{number}")
        assert f"/requests/{number}/decide" not in shown.text
        form = {"decision": "approve", "article": "21", "confirm": PASSWORD, "seen": "0" * 64}
        sent = send(evidence.client(role), "/requests", f"/requests/{number}/decide", **form)
        assert sent.status_code == 403, role
    assert evidence.client("head").get(f"/requests/{number}/deliver").status_code == 409
    assert state_of(evidence, number) == "examined"


def test_who_entered_it_decides_nothing_about_it(evidence: Served) -> None:
    """A head may enter a request; then another head decides."""
    scan = {f"paper-{COURT_PAPER}": ("a.pdf", b"%PDF-1.4\n", "application/pdf")}
    form = {"capacity": "court", "name": "张法官", "cases": CASE, "purpose": "举证"}
    sent = send(evidence.client("head"), "/requests/new?capacity=court", "/requests/new", files=scan, **form)
    number = sent.headers["location"].removeprefix("/requests/").partition("?")[0]
    examined(evidence, number)
    page = evidence.client("head").get(f"/requests/{number}/decide")
    assert page.status_code == 409 and 'name="confirm"' not in page.text
    shown = evidence.client("head").get("/approvals").text
    assert "申请由您本人登记" in shown
    sha = re.findall(
        r'name="seen" value="([0-9a-f]{64})"', evidence.client("examiner").get(f"/requests/{number}/examine").text
    )
    sent = send(
        evidence.client("head"),
        "/requests",
        f"/requests/{number}/decide",
        seen=sha[0],
        decision="approve",
        article="21",
        confirm=PASSWORD,
    )
    assert sent.status_code == 403 and state_of(evidence, number) == "examined"


def test_a_wrong_password_decides_nothing_and_keeps_what_was_typed(evidence: Served) -> None:
    number = entered(evidence)
    examined(evidence, number)
    page = evidence.client("head").get(f"/requests/{number}/decide")
    for confirm in ("wrong-password", ""):
        sent = decide(evidence, number, seen=seen(page), confirm=confirm, reason="经研究")
        assert sent.status_code == 403 and "经研究" in sent.text and 'role="alert"' in sent.text
    assert state_of(evidence, number) == "examined"
    assert evidence.client("head").get("/approvals").status_code == 200, "they are still logged in"


def test_what_changed_meanwhile_is_not_decided(evidence: Served) -> None:
    number = entered(evidence)
    examined(evidence, number)
    page = evidence.client("head").get(f"/requests/{number}/decide")
    examined(evidence, number, left_out=PAPER)
    sent = decide(evidence, number, seen=seen(page))
    assert sent.status_code == 412 and "记录已有变化" in sent.text
    assert state_of(evidence, number) == "examined"
    sent = decide(evidence, number, seen=seen(evidence.client("head").get(f"/requests/{number}/decide")))
    assert sent.status_code == 303 and state_of(evidence, number) == "approved"


def test_a_refusal_needs_its_reason(evidence: Served) -> None:
    number = entered(evidence)
    examined(evidence, number)
    page = evidence.client("head").get(f"/requests/{number}/decide")
    sent = decide(evidence, number, seen=seen(page), decision="refuse", reason=" ")
    assert sent.status_code == 400 and state_of(evidence, number) == "examined"
    sent = decide(evidence, number, seen=seen(page), decision="refuse", reason="涉及隐私", article="20")
    assert sent.status_code == 303 and state_of(evidence, number) == "refused"


def test_two_who_decide_at_once_leave_one_decision(evidence: Served) -> None:
    number = entered(evidence)
    examined(evidence, number)
    client, address = evidence.client("head"), f"/requests/{number}/decide"
    form = {"decision": "approve", "article": "21", "confirm": PASSWORD}
    pages = [fields(client.get(address).text) for _ in range(4)]  # each with a key of its own

    def post(page: dict[str, str]) -> int:
        return client.post(address, data={**page, **form}).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(post, pages))
    assert answers[0] == 303 and set(answers[1:]) <= {409, 412}, answers
    assert state_of(evidence, number) == "approved"


def test_what_no_form_of_ours_sends_is_refused_with_a_sentence(evidence: Served) -> None:
    number = entered(evidence)
    client, address = evidence.client("examiner"), f"/requests/{number}/examine"
    good = {"seen": seen(client.get(address)), "opinion": "grant"}
    for wrong in ({"draft": "²"}, {"draft": "9" * 40}, {"seen": ""}, {"left_out": "../../etc/passwd"}):
        sent = send(client, address, address, **{**good, **wrong})
        assert sent.status_code in (400, 422) and 'role="alert"' in sent.text, wrong
    assert send(client, address, address, **{**good, "seen": "x"}).status_code == 412
    client = evidence.client("archivist")
    for wrong in (
        {"form": "everything"},
        {"name": "x" * 3000},
        {"span": "1-2"},
        {"received": "gestern"},
        {"capacity": "<b>"},
    ):
        form = {"capacity": "court", "name": "张法官", "cases": CASE, "purpose": "举证", **wrong}
        sent = send(client, "/requests/new?capacity=court", "/requests/new", **form)
        assert sent.status_code in (400, 422) and "<b>" not in sent.text, wrong
    assert state_of(evidence, number) == "opened"
