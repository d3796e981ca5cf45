"""Drawing redactions in a browser, up to the delivered copy; and what is sent to the draft by hand."""

from __future__ import annotations

import re
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from preserve.access.redaction.plan import read_plan
from preserve.access.requests.model import Request
from tests.support.evidence import PAPER, entered
from tests.support.redacting import SECRET, text_in
from tests.support.request_ways import TALL, decide, drag, identifier, record_of, saved, seen
from tests.support.web import Served, opened, person, send

if TYPE_CHECKING:
    pass


pytestmark = pytest.mark.xdist_group("web-requests")


def finished(client: httpx.Client, job: str) -> str:
    """The job's page once it is done."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        shown = client.get(job)
        assert shown.status_code == 200, shown.text[-800:]
        if re.search(r'data-state="(done|refused|failed|lost)"|/jobs/\w+/files/\d+', shown.text):
            return shown.text
        time.sleep(0.2)
    raise AssertionError(shown.text[-3000:])


def test_three_boxes_one_undone_one_by_numbers_and_nothing_below_them(evidence: Served, tmp_path: Path) -> None:
    number = entered(evidence)
    file = identifier(evidence, number, PAPER)
    with person(evidence, "examiner", viewport=TALL) as page:
        page.goto(f"/requests/{number}/redact/{file}")
        page.locator("#sheet").evaluate("image => image.decode()")
        for top in (0.1, 0.3, 0.5):
            drag(page, 0.1, top, 0.6, top + 0.05)
        assert page.locator("#rows fieldset").count() == 3
        page.click("[data-do=undo]")
        assert page.locator("#rows fieldset").count() == 2
        page.click("[data-do=redo]")
        page.click("[data-do=undo]")
        page.focus("[data-do=add]")
        page.keyboard.press("Enter")
        last = page.locator("#rows fieldset").last
        for name, value in (("left", "20"), ("top", "35.5"), ("width", "80"), ("height", "6")):
            last.locator(f"[name={name}]").fill(value)
            last.locator(f"[name={name}]").press("Tab")
        for place in range(3):
            row = page.locator("#rows fieldset").nth(place)
            row.locator("[name=reason]").fill("个人隐私")
            row.locator("[name=reason]").press("Tab")
        saved(page)
        assert page.locator("[aria-invalid=true]").count() == 0
        assert page.locator("#boxes .box").count() == 3
        page.goto(f"/requests/{number}/examine")
        page.check("[name=opinion][value=grant]")
        page.click("main form[action$=examine] button")
        page.wait_for_url(f"**/requests/{number}?note=*")
    request = record_of(evidence, number)
    assert request.examination is not None and request.examination.redaction is not None
    paper = evidence.home / "store" / "requests" / number / request.examination.redaction.file
    plan = read_plan(paper)
    assert [one.what for one in plan] == ["box"] * 3 and {one.pages for one in plan} == {((1, 1),)}
    typed = plan[-1].box
    assert typed is not None and (typed.left, typed.top, typed.width, typed.height, typed.unit) == (
        20,
        35.5,
        80,
        6,
        "mm",
    )
    by_command(evidence, request, paper, tmp_path)
    page_of_head = evidence.client("head").get(f"/requests/{number}/decide")
    assert decide(evidence, number, seen=seen(page_of_head)).status_code == 303
    delivered = given(evidence, number, tmp_path)
    (redacted,) = [path for path in delivered.rglob("*.pdf") if "文件 0" in path.name]
    assert text_in(redacted) == "" and SECRET not in text_in(redacted)
    received(evidence, number)


def received(evidence: Served, number: str) -> None:
    """The archive keeps certificate and list of evidence, shown as pictures; and the signed receipt ends it."""
    client = evidence.client("archivist")
    shown = client.get(f"/requests/{number}").text
    assert "电子档案证明" in shown and "证据目录" in shown
    papers = re.findall(rf"/requests/{number}/papers/[0-9a-f]+", shown)
    assert len(papers) == 3
    for paper in papers[1:]:
        assert client.get(f"{paper}/pages/1").content.startswith(b"\xff\xd8")
        assert evidence.client("auditor").get(f"{paper}/pages/1").status_code in (403, 404)
    address = f"/requests/{number}/receipt"
    form = {"receiver": "张法官", "outcome": "判决采信", "seen": seen(client.get(address))}
    scan = {"receipt": ("回执.png", b"\x89PNG\r\n\x1a\n", "image/png")}
    assert send(client, address, address, files=scan, **{**form, "seen": "0" * 64}).status_code == 412
    assert send(client, address, address, files=scan, **form).status_code == 303
    shown = client.get(f"/requests/{number}").text
    assert "判决采信" in shown and "此申请已办结" in shown
    assert client.get(address).status_code == 409


def by_command(evidence: Served, drawn: Request, paper: Path, tmp_path: Path) -> None:
    """The same plan on the command line: the same paper and the same selection."""
    number = entered(evidence)
    plan = tmp_path / "redaction-plan.toml"
    plan.write_bytes(paper.read_bytes())
    archive = opened(evidence.home)
    try:
        from preserve.access.requests.steps import Opinion, examine
        from preserve.administration.actor import Actor
        from preserve.administration.duties import Role
        from preserve.administration.people import Person

        person_ = Person("examiner", "某examiner", frozenset({Role.EXAMINER}))
        other = examine(Actor(archive, person_), number, Opinion(plan=plan)).examination
    finally:
        archive.close()
    assert other is not None and drawn.examination is not None
    assert other.redaction is not None and drawn.examination.redaction is not None
    assert other.redaction.sha256 == drawn.examination.redaction.sha256
    assert other.selection == drawn.examination.selection


def given(evidence: Served, number: str, tmp_path: Path) -> Path:
    """What the archivist downloads, unpacked."""
    client, address = evidence.client("archivist"), f"/requests/{number}/deliver"
    page = client.get(address)
    assert page.status_code == 200
    asked = send(client, address, address, seen=seen(page), form="zip", to="张法官")
    assert asked.status_code == 303, asked.text[-800:]
    shown = finished(client, asked.headers["location"])
    found = re.search(r'href="(/jobs/\w+/files/\d+)"', shown)
    assert found is not None, shown[-3000:]
    assert found[1] in client.get(f"/requests/{number}").text, "it is fetched where the request is"
    assert "/files/" not in evidence.client("auditor").get(f"/requests/{number}").text, (
        "and by nobody who may not see it"
    )
    archive = tmp_path / "delivered.zip"
    archive.write_bytes(client.get(found[1]).content)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "delivered")
    return tmp_path / "delivered"
