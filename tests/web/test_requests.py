"""A request from the form to the receipt by four people; each forbidden step is not offered, and refused by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from preserve.access.requests.procedure import REQUESTS
from tests.support.evidence import CASE, COURT_PAPER, PAPER, entered, serving_evidence
from tests.support.web import PASSWORD, Served, fields, opened, send

pytestmark = pytest.mark.xdist_group("web-requests")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_evidence(tmp_path_factory.mktemp("requests")) as running:
        yield running


def seen(page: httpx.Response) -> str:
    """The digest of the record that a page shows."""
    return fields(page.text)["seen"]


def examined(served: Served, number: str, **form: str) -> None:
    client, address = served.client("examiner"), f"/requests/{number}/examine"
    shown = client.get(address)
    sent = send(client, address, address, seen=seen(shown), opinion="grant", **form)
    assert sent.status_code == 303, sent.text[-1500:]


def decide(served: Served, number: str, *, client: str = "head", **form: str) -> httpx.Response:
    person, address = served.client(client), f"/requests/{number}/decide"
    given = {"decision": "approve", "article": "21", "confirm": PASSWORD, **form}
    return send(person, address, address, **given)


def state_of(served: Served, number: str) -> str:
    archive = opened(served.home)
    try:
        with archive.catalogue.read() as connection:
            return REQUESTS.row(connection, number).state
    finally:
        archive.close()


def test_a_request_goes_from_the_form_to_the_decision(served: Served) -> None:
    number = entered(served)
    listed = served.client("archivist").get("/requests").text
    assert f'<a href="/requests/{number}">' in listed and "张法官" in listed
    shown = served.client("examiner").get(f"/requests/{number}").text
    assert "由审核人审核" in shown and f"/requests/{number}/examine" in shown
    examined(served, number, note="可以")
    page = served.client("head").get(f"/requests/{number}/decide")
    assert "可以" in page.text and PAPER in page.text and 'name="confirm"' in page.text
    sent = decide(served, number, seen=seen(page))
    assert (sent.status_code, sent.headers["location"]) == (303, f"/requests/{number}?note=web.requests-approved")
    shown = served.client("archivist").get(f"/requests/{number}").text
    assert "由档案员提供" in shown and state_of(served, number) == "approved"


def test_a_step_that_is_not_theirs_is_not_offered_and_refused_by_hand(served: Served) -> None:
    number = entered(served)
    for role in ("archivist", "head", "auditor"):
        shown = served.client(role).get(f"/requests/{number}")
        assert shown.status_code == 200 and f"/requests/{number}/examine" not in shown.text
        sent = send(served.client(role), "/requests", f"/requests/{number}/examine", seen="0" * 64, opinion="grant")
        assert sent.status_code == 403, role
    examined(served, number)
    for role in ("archivist", "examiner", "auditor"):
        shown = served.client(role).get(f"/requests/{number}")
        assert f"/requests/{number}/decide" not in shown.text
        form = {"decision": "approve", "article": "21", "confirm": PASSWORD, "seen": "0" * 64}
        sent = send(served.client(role), "/requests", f"/requests/{number}/decide", **form)
        assert sent.status_code == 403, role
    assert served.client("head").get(f"/requests/{number}/deliver").status_code == 409
    assert state_of(served, number) == "examined"


def test_who_entered_it_decides_nothing_about_it(served: Served) -> None:
    """A head may enter a request; then another head decides."""
    scan = {f"paper-{COURT_PAPER}": ("a.pdf", b"%PDF-1.4\n", "application/pdf")}
    form = {"capacity": "court", "name": "张法官", "cases": CASE, "purpose": "举证"}
    sent = send(served.client("head"), "/requests/new?capacity=court", "/requests/new", files=scan, **form)
    number = sent.headers["location"].removeprefix("/requests/").partition("?")[0]
    examined(served, number)
    page = served.client("head").get(f"/requests/{number}/decide")
    assert page.status_code == 409 and 'name="confirm"' not in page.text
    shown = served.client("head").get("/approvals").text
    assert "申请由您本人登记" in shown
    sha = re.findall(
        r'name="seen" value="([0-9a-f]{64})"', served.client("examiner").get(f"/requests/{number}/examine").text
    )
    sent = send(
        served.client("head"),
        "/requests",
        f"/requests/{number}/decide",
        seen=sha[0],
        decision="approve",
        article="21",
        confirm=PASSWORD,
    )
    assert sent.status_code == 403 and state_of(served, number) == "examined"


def test_a_wrong_password_decides_nothing_and_keeps_what_was_typed(served: Served) -> None:
    number = entered(served)
    examined(served, number)
    page = served.client("head").get(f"/requests/{number}/decide")
    for confirm in ("wrong-password", ""):
        sent = decide(served, number, seen=seen(page), confirm=confirm, reason="经研究")
        assert sent.status_code == 403 and "经研究" in sent.text and 'role="alert"' in sent.text
    assert state_of(served, number) == "examined"
    assert served.client("head").get("/approvals").status_code == 200, "they are still logged in"


def test_what_changed_meanwhile_is_not_decided(served: Served) -> None:
    number = entered(served)
    examined(served, number)
    page = served.client("head").get(f"/requests/{number}/decide")
    examined(served, number, left_out=PAPER)
    sent = decide(served, number, seen=seen(page))
    assert sent.status_code == 412 and "记录已有变化" in sent.text
    assert state_of(served, number) == "examined"
    sent = decide(served, number, seen=seen(served.client("head").get(f"/requests/{number}/decide")))
    assert sent.status_code == 303 and state_of(served, number) == "approved"


def test_a_refusal_needs_its_reason(served: Served) -> None:
    number = entered(served)
    examined(served, number)
    page = served.client("head").get(f"/requests/{number}/decide")
    sent = decide(served, number, seen=seen(page), decision="refuse", reason=" ")
    assert sent.status_code == 400 and state_of(served, number) == "examined"
    sent = decide(served, number, seen=seen(page), decision="refuse", reason="涉及隐私", article="20")
    assert sent.status_code == 303 and state_of(served, number) == "refused"


def test_papers_are_scans_and_shown_as_pictures(served: Served) -> None:
    client = served.client("archivist")
    form = {"capacity": "court", "name": "张法官", "cases": CASE, "purpose": "举证"}
    for name, data in (("a.pdf", b"PK\x03\x04zip"), ("b.pdf", b"<script>alert(1)</script>"), ("c.exe", b"MZ")):
        scan = {f"paper-{COURT_PAPER}": (name, data, "application/pdf")}
        sent = send(client, "/requests/new?capacity=court", "/requests/new", files=scan, **form)
        assert sent.status_code == 422 and "只接受" in sent.text and "张法官" in sent.text
    sent = send(client, "/requests/new?capacity=court", "/requests/new", **form)
    assert sent.status_code == 422 and COURT_PAPER in sent.text
    from demo import papers as paper

    scan_path = served.home / ".." / "scan.pdf"
    paper.pdf(scan_path, "通知", "", paper.paragraphs("请予调取"), "法院")
    scan = {f"paper-{COURT_PAPER}": ('<b>"a".pdf', scan_path.read_bytes(), "application/pdf")}
    sent = send(client, "/requests/new?capacity=court", "/requests/new", files=scan, **form)
    number = sent.headers["location"].removeprefix("/requests/").partition("?")[0]
    shown = client.get(f"/requests/{number}").text
    assert "<b>" not in shown
    address = re.search(rf"/requests/{number}/papers/[0-9a-f]+", shown)
    assert address is not None
    assert client.get(address[0]).status_code == 200
    picture = client.get(f"{address[0]}/pages/1")
    assert picture.headers["content-type"] == "image/jpeg" and picture.content.startswith(b"\xff\xd8")
    assert client.get(f"{address[0]}/pages/99").status_code in (404, 422)
    assert served.client("depositor").get(address[0]).status_code == 404


def test_a_depositor_sees_their_own_requests_and_no_others(served: Served) -> None:
    others = entered(served)
    client = served.client("depositor")
    scan = {f"paper-{COURT_PAPER}": ("a.pdf", b"%PDF-1.4\n", "application/pdf")}
    form = {"capacity": "court", "name": "<script>alert(1)</script>", "cases": CASE, "purpose": "举证"}
    sent = send(client, "/requests/new?capacity=court", "/requests/new", files=scan, **form)
    number = sent.headers["location"].removeprefix("/requests/").partition("?")[0]
    examined(served, number)
    listed, shown = client.get("/requests").text, client.get(f"/requests/{number}").text
    assert number in listed and others not in listed and "<script>alert" not in listed + shown
    assert PAPER not in shown and "已审核" in shown
    assert client.get(f"/requests/{others}").status_code == 404
    page = client.get(f"/requests/{number}")
    sent = send(client, f"/requests/{number}", f"/requests/{number}/withdrawal", seen=seen(page), reason="不需要了")
    assert sent.status_code == 303 and state_of(served, number) == "withdrawn"


def test_an_auditor_reads_no_name_of_a_file(served: Served) -> None:
    number = entered(served)
    examined(served, number, left_out="决定书.txt")
    shown = served.client("auditor").get(f"/requests/{number}").text
    assert PAPER not in shown and "决定书" not in shown and "不显示名称" in shown


def test_several_are_approved_at_once_only_where_each_was_opened(served: Served) -> None:
    numbers = [entered(served) for _ in range(3)]
    for number in numbers:
        examined(served, number)
    client, shas = served.client("head"), {}
    for number in numbers[:2]:
        shas[number] = seen(client.get(f"/requests/{number}/decide"))
    listed = client.get("/approvals").text
    offered = re.findall(r'name="chosen" value="(\S+) ', listed)
    assert set(numbers[:2]) <= set(offered) and numbers[2] not in offered
    chosen = [f"{number} {shas[number]}" for number in numbers[:2]] + [f"{numbers[2]} {'0' * 64}"]
    sent = send(client, "/approvals", "/approvals", chosen=chosen, confirm="wrong")
    assert sent.status_code == 403 and state_of(served, numbers[0]) == "examined"
    sent = send(client, "/approvals", "/approvals", chosen=chosen, confirm=PASSWORD)
    assert sent.status_code == 200 and "还没有打开查看过" in sent.text
    assert [state_of(served, number) for number in numbers] == ["approved", "approved", "examined"]
    assert served.client("examiner").get("/approvals").status_code == 403


def test_the_same_form_sent_twice_is_one_request(served: Served) -> None:
    client = served.client("archivist")
    page = fields(client.get("/requests/new?capacity=court").text)
    form = {"capacity": "court", "name": "张法官", "cases": CASE, "purpose": "举证", **page}
    answers = {
        client.post(
            "/requests/new", data=form, files={f"paper-{COURT_PAPER}": ("a.pdf", b"%PDF-1.4\n", "application/pdf")}
        ).headers["location"]
        for _ in range(2)
    }
    assert len(answers) == 1


def test_lists_are_filtered_by_the_address(served: Served, tmp_path: Path) -> None:
    client = served.client("archivist")
    assert "已撤回" in client.get("/requests?state=withdrawn").text
    assert client.get("/requests?state=nonsense&after=%3Cscript%3E").status_code == 200
    assert client.get("/requests/2099-9999").status_code == 404
    assert client.get("/requests/..%2F..%2Fetc").status_code == 404
