"""A disposal by four people in four clients: proposed, checked, approved, held, paused, withdrawn; and one carried out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from preserve.administration.actor import Actor
from preserve.administration.appraisal import steps as appraisal
from preserve.administration.appraisal.model import Opinion
from tests.support.due_home import DueDoor, due_door, person
from tests.support.web import PASSWORD, fields, opened

pytestmark = pytest.mark.xdist_group("appraisal-web")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DueDoor]:
    with due_door(tmp_path_factory.mktemp("disposals")) as running:
        yield running


@pytest.fixture(scope="module")
def review(door: DueDoor) -> str:
    """An approved appraisal that says of two that are going already, and of forty, that they go."""
    archive = opened(door.served.home)
    try:
        drawn = appraisal.draw(Actor(archive, person("archivist")), archive.today())
        opinions = {item.row: Opinion(action="destroy", why="期满") for item in drawn.items[:42]}
        for who in ("archivist", "examiner"):
            appraisal.appraise(Actor(archive, person(who)), drawn.number, opinions)
        appraisal.approve(Actor(archive, person("head")), drawn.number)
    finally:
        archive.close()
    return drawn.number


@pytest.fixture(scope="module")
def number(door: DueDoor, review: str) -> str:
    """Proposed by the archivist from the appraisal's page; the two cases of the other disposal are left out."""
    assert "提出销毁" in door.get("archivist", f"/reviews/{review}").text
    assert "提出销毁" not in door.get("examiner", f"/reviews/{review}").text
    proposed = door.post("archivist", f"/reviews/{review}", "/disposals", review=review, reason="期满")
    assert proposed.status_code == 200 and "未编入清册的 2 条原因" in proposed.text, proposed.text[-800:]
    return re.search(r'href="/disposals/(D\d+-\d+)"', proposed.text)[1]  # type: ignore[index]


def sign(door: DueDoor, who: str, number: str, step: str, **form: str) -> httpx.Response:
    """Sign as somebody who has just looked at the record."""
    page = f"/disposals/{number}"
    seen = door.get(who, page).text
    digest = re.findall(r'name="seen" value="([0-9a-f]{64})"', seen) or ["0" * 64]
    return door.post(who, page, f"{page}/{step}", **{"seen": digest[-1], "confirm": PASSWORD, **form})


def by_hand(door: DueDoor, who: str, address: str, **form: str) -> int:
    """Send a form that was never offered."""
    client = door.served.client(who)
    return client.post(address, data={"csrf": fields(client.get("/").text)["csrf"], **form}).status_code


def test_the_register_is_shown_and_kept(door: DueDoor, number: str) -> None:
    page = door.get("examiner", f"/disposals/{number}").text
    assert page.count('<th scope="row">') == 40 and "清册共 40 项" in page
    paper = door.get("examiner", f"/disposals/{number}/register-proposed.pdf")
    assert paper.content.startswith(b"%PDF-")
    for which in ("signed", "none"):
        assert door.get("examiner", f"/disposals/{number}/register-{which}.pdf").status_code == 404
    assert "Stands against it now" in door.get("examiner", f"/disposals/{number}", "en").text


def test_four_people_sign_and_none_of_them_twice(door: DueDoor, number: str) -> None:
    page = f"/disposals/{number}"
    proposer = door.get("archivist", page).text
    assert 'name="confirm"' not in proposer, "who proposed it is offered no signature"
    stale = re.findall(r'name="seen" value="([0-9a-f]{64})"', door.get("examiner", page).text)[-1]
    own = {"seen": stale, "confirm": PASSWORD}
    assert by_hand(door, "archivist", f"{page}/check", **own) == 403
    assert by_hand(door, "head", f"{page}/approval", **own) == 409, "before it was checked"
    assert by_hand(door, "archivist", f"{page}/execution", **own) in (404, 409), "before it was approved"

    assert sign(door, "archivist2", number, "check", note="已核").status_code == 303
    twice = by_hand(door, "archivist2", f"{page}/check", **own)
    assert twice == 412, "the record is another by now"
    fresh = re.findall(r'name="seen" value="([0-9a-f]{64})"', door.get("examiner", page).text)[-1]
    assert by_hand(door, "archivist2", f"{page}/check", seen=fresh, confirm=PASSWORD) == 403, "the same hands"
    assert 'name="confirm"' not in door.get("archivist2", page).text
    assert sign(door, "examiner", number, "check", seen=stale).status_code == 412
    assert sign(door, "examiner", number, "check", confirm="wrong").status_code in (401, 403)
    assert sign(door, "examiner", number, "check").status_code == 303
    assert by_hand(door, "examiner", f"{page}/approval", **own) == 403


def test_a_hold_stops_the_approval_until_it_is_released(door: DueDoor, number: str) -> None:
    page = f"/disposals/{number}"
    held = door.post(
        "archivist",
        "/holds",
        "/holds",
        cases="临文综罚〔2014〕5号",
        kind="litigation",
        reason="行政诉讼",
        paper="〔2026〕9",
    )
    assert held.status_code == 303, held.text[-500:]
    assert "诉讼" in door.get("head", page).text
    refused = sign(door, "head", number, "approval")
    assert refused.status_code == 422 and "临文综罚〔2014〕5号" in refused.text
    hold = re.search(r"H\d+-\d+", door.get("examiner", "/holds").text)[0]  # type: ignore[index]
    assert "解除" in door.get("examiner", "/holds").text
    assert f"/holds/{hold}/release" not in door.get("archivist", "/holds").text
    assert by_hand(door, "archivist", f"/holds/{hold}/release", why="x") == 403
    assert by_hand(door, "examiner", f"/holds/{hold}/release", why=" ") == 400
    assert door.post("examiner", "/holds", f"/holds/{hold}/release", why="已撤诉").status_code == 303
    assert by_hand(door, "examiner", f"/holds/{hold}/release", why="again") == 409
    assert "已撤诉" in door.get("head", "/holds?state=all").text


def test_the_pause_begins_and_anyone_may_withdraw(door: DueDoor, number: str) -> None:
    page = f"/disposals/{number}"
    assert sign(door, "head", number, "approval", note="同意销毁").status_code == 303
    shown = door.get("archivist", page).text
    assert "还有 30 天" in shown and f"{page}/execution" not in shown
    assert "同意销毁" in shown
    withdrawn = door.post("archivist2", page, f"{page}/withdrawal", withdrawal="另行研究")
    assert withdrawn.status_code == 303
    after = door.get("archivist", page).text
    assert "另行研究" in after and 'name="confirm"' not in after, "what was given up has no buttons"
    assert by_hand(door, "archivist", f"{page}/withdrawal", withdrawal="x") == 409


def test_who_may_not_see_is_refused(door: DueDoor, number: str) -> None:
    assert door.get("auditor", "/disposals").status_code == 200, "that there are disposals"
    for who in ("auditor", "depositor", "system", "security"):
        assert door.get(who, f"/disposals/{number}").status_code == 403
    for who in ("depositor", "system", "security"):
        assert door.get(who, "/holds").status_code == 403


def test_a_hold_needs_a_kind_a_reason_and_cases_that_are_there(door: DueDoor) -> None:
    for form, status in (
        ({"cases": "临文综罚〔2014〕6号", "kind": "", "reason": "x"}, 400),
        ({"cases": "临文综罚〔2014〕6号", "kind": "audit", "reason": " "}, 400),
        ({"cases": "<script>x</script>", "kind": "audit", "reason": "x"}, 404),
        ({"cases": " ", "kind": "audit", "reason": "x"}, 400),
    ):
        refused = door.post("archivist", "/holds", "/holds", **form)
        assert refused.status_code == status and "<script>x" not in refused.text


def test_ticked_items_are_proposed_alone(door: DueDoor, review: str) -> None:
    page = f"/reviews/{review}"
    none = door.post("archivist", page, "/disposals", review=review, which="ticked", why="期满")
    assert none.status_code == 400
    not_agreed = door.post("archivist", page, "/disposals", review=review, which="ticked", row=["3", "100"])
    assert not_agreed.status_code == 422 and 'role="alert"' in not_agreed.text
    some = door.post("archivist", page, "/disposals", review=review, which="ticked", row=["3", "4"], why="期满")
    assert some.status_code == 303, some.text[-500:]
    assert "清册共 2 项" in door.get("archivist", some.headers["location"]).text


def test_two_who_sign_at_once_are_told_apart(door: DueDoor, review: str) -> None:
    made = door.post("archivist", f"/reviews/{review}", "/disposals", review=review, which="ticked", row=["5"])
    page = made.headers["location"].partition("?")[0]
    seen = re.findall(r'name="seen" value="([0-9a-f]{64})"', door.get("examiner", page).text)[-1]
    with ThreadPoolExecutor(2) as pool:
        signed = [
            pool.submit(by_hand, door, who, f"{page}/check", seen=seen, confirm=PASSWORD)
            for who in ("examiner", "archivist2")
        ]
        assert sorted(one.result() for one in signed) == [303, 412], (
            "the second saw a record that is no longer the last"
        )
