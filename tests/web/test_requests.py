"""Requests as they are entered, listed and shown: each sees what is theirs to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.evidence import CASE, COURT_PAPER, PAPER, entered
from tests.support.request_ways import examined, seen, state_of
from tests.support.web import Served, fields, send

pytestmark = pytest.mark.xdist_group("web-requests")


def test_a_depositor_sees_their_own_requests_and_no_others(evidence: Served) -> None:
    others = entered(evidence)
    client = evidence.client("depositor")
    scan = {f"paper-{COURT_PAPER}": ("a.pdf", b"%PDF-1.4\n", "application/pdf")}
    form = {"capacity": "court", "name": "<script>alert(1)</script>", "cases": CASE, "purpose": "举证"}
    sent = send(client, "/requests/new?capacity=court", "/requests/new", files=scan, **form)
    number = sent.headers["location"].removeprefix("/requests/").partition("?")[0]
    examined(evidence, number)
    listed, shown = client.get("/requests").text, client.get(f"/requests/{number}").text
    assert number in listed and others not in listed and "<script>alert" not in listed + shown
    assert PAPER not in shown and "已审核" in shown
    assert client.get(f"/requests/{others}").status_code == 404
    page = client.get(f"/requests/{number}")
    sent = send(client, f"/requests/{number}", f"/requests/{number}/withdrawal", seen=seen(page), reason="不需要了")
    assert sent.status_code == 303 and state_of(evidence, number) == "withdrawn"


def test_an_auditor_reads_no_name_of_a_file(evidence: Served) -> None:
    number = entered(evidence)
    examined(evidence, number, left_out="决定书.txt")
    shown = evidence.client("auditor").get(f"/requests/{number}").text
    assert PAPER not in shown and "决定书" not in shown and "不显示名称" in shown


def test_the_same_form_sent_twice_is_one_request(evidence: Served) -> None:
    client = evidence.client("archivist")
    page = fields(client.get("/requests/new?capacity=court").text)
    form = {"capacity": "court", "name": "张法官", "cases": CASE, "purpose": "举证", **page}
    answers = {
        client.post(
            "/requests/new", data=form, files={f"paper-{COURT_PAPER}": ("a.pdf", b"%PDF-1.4\n", "application/pdf")}
        ).headers["location"]
        for _ in range(2)
    }
    assert len(answers) == 1


def test_lists_are_filtered_by_the_address(evidence: Served, tmp_path: Path) -> None:
    client = evidence.client("archivist")
    assert "已撤回" in client.get("/requests?state=withdrawn").text
    assert client.get("/requests?state=nonsense").status_code == 200
    strange = client.get("/requests?after=%3Cscript%3E")  # of another list: it begins anew
    assert strange.status_code == 200 and "<script>" not in strange.text
    assert client.get("/requests/2099-9999").status_code == 404
    assert client.get("/requests/..%2F..%2Fetc").status_code == 404
