"""The drawing page: ranges of recordings by keys, and what is sent to the draft by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preserve.access.redaction.plan import read_plan
from tests.support import looking
from tests.support.evidence import PAPER, PICTURE, RECORDING, entered
from tests.support.request_ways import TALL, decide, draft, drag, examined, identifier, record_of, saved, seen
from tests.support.web import PASSWORD, Served, fields, person, send

if TYPE_CHECKING:
    pass


pytestmark = pytest.mark.xdist_group("web-requests")


def test_what_is_no_draft_or_not_theirs_is_refused(evidence: Served) -> None:
    number = entered(evidence)
    row = {"object": PAPER, "what": "box"}
    for rows in ("", "[", "{}", '[{"object": "x", "sudo": "1"}]', '[{"object": 7}]', "[" * 100_000):
        assert draft(evidence, number, rows).status_code == 400, rows[:20]
    assert draft(evidence, number, [{"object": "../../etc/passwd", "what": "box"}]).status_code == 422
    assert draft(evidence, number, [row] * 3000).status_code in (400, 422)
    for role in ("archivist", "head", "auditor"):
        assert draft(evidence, number, [row], role=role).status_code == 403
    assert draft(evidence, number, [row]).json()["mistakes"]
    assert draft(evidence, number, [row]).status_code == 412, "drawn on an older one"
    client, address = evidence.client("examiner"), f"/requests/{number}/examine"
    page = client.get(address)
    sent = send(client, address, address, seen=seen(page), opinion="grant", draft=fields(page.text)["draft"])
    assert sent.status_code == 422 and "没有填完整" in sent.text, sent.text[-900:]
    by_hand = send(client, address, address, seen=seen(page), opinion="grant", draft="0")
    assert by_hand.status_code == 412
    assert draft(evidence, number, [], revision=1).status_code == 200
    examined(evidence, number)
    page = evidence.client("head").get(f"/requests/{number}/decide")
    decide(evidence, number, seen=seen(page), confirm=PASSWORD)
    assert draft(evidence, number, [], revision=2).status_code == 409


def test_a_range_of_a_recording_is_set_by_keys_and_a_box_drawn_on_it(evidence: Served) -> None:
    number = entered(evidence)
    file = identifier(evidence, number, RECORDING)
    with person(evidence, "examiner", "en", viewport=TALL) as page:
        page.goto(f"/requests/{number}/redact/{file}")
        page.locator("#player").evaluate(
            "video => video.readyState > 0 || new Promise(done => video.onloadedmetadata = done)"
        )
        page.fill("#from", "0.5")
        page.fill("#to", "1.5")
        page.click("[data-do=add]")
        row = page.locator("#rows fieldset").last
        row.locator("[name=what]").select_option("mute")
        row.locator("[name=reason]").fill("未成年人")
        row.locator("[name=reason]").press("Tab")
        drag(page, 0.2, 0.2, 0.5, 0.5)
        drawn = page.locator("#rows fieldset").last
        assert drawn.locator("[name=what]").input_value() == "box"
        saved(page)
        assert page.locator("#spans .span").count() == 2
        page.keyboard.press("Control+z")
        saved(page)
        page.reload()
        assert page.locator("#rows fieldset").count() == 1
        assert page.locator("[name=begin]").input_value() == "0:00:00.5"
    examined(evidence, number)
    plan = record_of(evidence, number).examination
    assert plan is not None and plan.redaction is not None
    (one,) = read_plan(evidence.home / "store" / "requests" / number / plan.redaction.file)
    assert (one.what, one.begin, one.end, one.reason) == ("mute", 0.5, 1.5, "未成年人")


def test_the_pages_of_one_request_are_for_everybody(evidence: Served) -> None:
    """WCAG 2.2 AA by axe, and no complaint of the console: `test_every_page` has those that need no number."""
    number = entered(evidence)
    files = [identifier(evidence, number, name) for name in (PAPER, PICTURE, RECORDING, "笔录.txt")]
    row = {"object": PAPER, "what": "box", "pages": "1", "left": "20", "top": "35", "width": "80", "height": "6"}
    assert draft(evidence, number, [row]).status_code == 200
    drawn = [f"/requests/{number}/redact/{file}" for file in files]
    for_everybody(evidence, "examiner", [f"/requests/{number}", f"/requests/{number}/examine", *drawn])
    assert draft(evidence, number, [], revision=1).status_code == 200
    examined(evidence, number)
    for_everybody(evidence, "head", [f"/requests/{number}/decide", f"/requests/{number}/preview/{files[0]}"])


def for_everybody(evidence: Served, role: str, addresses: list[str]) -> None:
    with person(evidence, role) as page:
        for address in addresses:
            answer = page.goto(address)
            assert answer is not None and answer.status == 200
            assert looking.violations(page) == [], address
            assert page.locator("h1").count() == 1
