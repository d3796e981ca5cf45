"""The form of a request and its papers: only scans are taken, and they are shown as pictures to whom they concern."""

from __future__ import annotations

import re

import pytest

from demo import papers as paper
from tests.support.evidence import CASE, COURT_PAPER
from tests.support.web import Served, send

pytestmark = pytest.mark.xdist_group("web-requests")


def test_papers_are_scans_and_shown_as_pictures(evidence: Served) -> None:
    client = evidence.client("archivist")
    form = {"capacity": "court", "name": "张法官", "cases": CASE, "purpose": "举证"}
    for name, data in (("a.pdf", b"PK\x03\x04zip"), ("b.pdf", b"<script>alert(1)</script>"), ("c.exe", b"MZ")):
        scan = {f"paper-{COURT_PAPER}": (name, data, "application/pdf")}
        sent = send(client, "/requests/new?capacity=court", "/requests/new", files=scan, **form)
        assert sent.status_code == 422 and "只接受" in sent.text and "张法官" in sent.text
    sent = send(client, "/requests/new?capacity=court", "/requests/new", **form)
    assert sent.status_code == 422 and COURT_PAPER in sent.text
    scan_path = evidence.home / ".." / "scan.pdf"
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
    assert evidence.client("depositor").get(address[0]).status_code == 404
    assert evidence.client("auditor").get(address[0]).status_code == 404
