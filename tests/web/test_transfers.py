"""Transfers in the browser's words: prepared, decided by another, refused, cancelled; wrong order, stale, by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.due_home import DueDoor, due_door, job_ended
from tests.support.web import PASSWORD, fields

pytestmark = pytest.mark.xdist_group("appraisal-web")
CASES = "临文综罚〔2014〕11号\n临文综罚〔2014〕12号"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DueDoor]:
    with due_door(tmp_path_factory.mktemp("transfers")) as running:
        yield running


def by_hand(door: DueDoor, who: str, address: str, **form: str) -> int:
    client = door.served.client(who)
    return client.post(address, data={"csrf": fields(client.get("/").text)["csrf"], **form}).status_code


def prepare(door: DueDoor, cases: str = CASES) -> str:
    made = door.post(
        "archivist",
        "/transfers",
        "/transfers",
        cases=cases,
        receiver="临江市档案馆",
        basis="移交计划〔2026〕1号",
        form="bag",
    )
    assert made.status_code == 303, made.text[-600:]
    return made.headers["location"].rpartition("/")[2].partition("?")[0]


def seen(door: DueDoor, who: str, number: str) -> str:
    return re.findall(r'name="seen" value="([0-9a-f]{64})"', door.get(who, f"/transfers/{number}").text)[-1]


def test_a_selection_of_cases_fills_the_form(door: DueDoor) -> None:
    page = door.get("archivist", "/transfers?case=临文综罚〔2014〕11号&case=%3Cscript%3E").text
    assert "临文综罚〔2014〕11号\n&lt;script&gt;</textarea>" in page
    assert "<textarea" not in door.get("head", "/transfers").text
    for who in ("depositor", "system", "security"):
        assert door.get(who, "/transfers").status_code == 403


def test_what_is_incomplete_is_refused_and_the_words_are_kept(door: DueDoor) -> None:
    page = "/transfers"
    empty = door.post("archivist", page, page, cases=CASES, receiver="临江市档案馆", basis=" ", form="bag")
    assert empty.status_code == 400 and 'value="临江市档案馆"' in empty.text and "12号</textarea>" in empty.text
    unknown = door.post("archivist", page, page, cases="没有这个案号", receiver="x", basis="y", form="bag")
    assert unknown.status_code == 404 and 'role="alert"' in unknown.text


def test_another_decides_on_what_was_shown_and_in_order(door: DueDoor) -> None:
    number = prepare(door)
    page = f"/transfers/{number}"
    assert 'name="confirm"' not in door.get("archivist", page).text
    own = seen(door, "head", number)
    sent = {"seen": own, "confirm": PASSWORD, "verdict": "approve"}
    assert by_hand(door, "archivist", f"{page}/decision", **sent) == 403
    assert by_hand(door, "archivist", f"{page}/receipt") == 400
    again = door.post(
        "archivist", "/transfers", "/transfers", cases=CASES, receiver="临江市档案馆", basis="x", form="eark"
    )
    assert again.status_code == 409, "a case is in one transfer at a time"

    assert door.post("head", page, f"{page}/decision", seen=own, confirm=PASSWORD).status_code == 400, "no verdict"
    silent = door.post("head", page, f"{page}/decision", seen=own, confirm=PASSWORD, verdict="refuse", reason=" ")
    assert silent.status_code == 400, "a refusal says why"
    wrong = door.post("head", page, f"{page}/decision", seen=own, confirm="wrong", verdict="approve")
    assert wrong.status_code in (401, 403)
    stale = door.post("head", page, f"{page}/decision", seen="0" * 64, confirm=PASSWORD, verdict="approve")
    assert stale.status_code == 412
    approved = door.post("head", page, f"{page}/decision", seen=own, confirm=PASSWORD, verdict="approve", reason="同意")
    assert approved.status_code == 303
    assert by_hand(door, "head", f"{page}/decision", **sent) == 412, "twice"
    assert "同意" in door.get("archivist", page).text
    assert f"{page}/hand-over" in door.get("archivist", page).text
    assert f"{page}/hand-over" not in door.get("head", page).text
    assert by_hand(door, "head", f"{page}/hand-over") in (403, 409)

    hidden = door.get("auditor", page).text
    assert "临文综罚〔2014〕11号" in hidden and "擅自举办演出案11" not in hidden, "an auditor reads no titles"
    for place in ("1", "0", "x", "99999"):
        assert door.get("archivist", f"{page}/papers/{place}").status_code == 404
    cancelled = door.post("archivist", page, f"{page}/cancellation", why="接收单位推迟")
    assert cancelled.status_code == 303
    after = door.get("archivist", page).text
    assert "接收单位推迟" in after and "/hand-over" not in after and "/cancellation" not in after


def test_a_refusal_ends_it(door: DueDoor) -> None:
    number = prepare(door, "临文综罚〔2014〕13号")
    page = f"/transfers/{number}"
    sent = {"seen": seen(door, "head", number), "confirm": PASSWORD, "verdict": "refuse", "reason": "不在范围"}
    assert door.post("head", page, f"{page}/decision", **sent).status_code == 303
    assert by_hand(door, "archivist", f"{page}/hand-over") == 409
    assert number not in door.get("archivist", "/transfers").text
    assert number in door.get("archivist", "/transfers?state=all").text


def test_it_is_handed_over_as_a_job_and_received(door: DueDoor) -> None:
    number = prepare(door, "临文综罚〔2013〕2号")
    page = f"/transfers/{number}"
    sent = {"seen": seen(door, "head", number), "confirm": PASSWORD, "verdict": "approve"}
    assert door.post("head", page, f"{page}/decision", **sent).status_code == 303
    asked = door.post("archivist", page, f"{page}/hand-over")
    assert job_ended(door, "archivist", asked) == "done"
    assert "/files/1" in door.get("archivist", asked.headers["location"]).text

    shown = door.get("archivist", page).text
    digest = re.findall(r"<code>([0-9a-f]{64})</code>", shown)[0]
    assert "四性检测" in shown and f"{page}/papers/1" in shown and f"{page}/hand-over" not in shown
    ours = door.get("archivist", f"{page}/papers/1")
    assert ours.status_code == 200 and ours.headers["content-disposition"].startswith("attachment;")
    assert door.get("auditor", f"{page}/papers/1").status_code == 403

    client = door.served.client("archivist")
    given = fields(client.get(page).text)
    form = {"their_number": "馆收〔2026〕8号", "receiver": "何馆员", "confirms": digest[:16]}
    for key, changes, content in (
        ("a", {"confirms": "0" * 16}, b"receipt"),
        ("b", {"received": "2020-01-01"}, b"receipt"),
        ("c", {}, ours.content),
    ):
        refused = client.post(
            f"{page}/receipt",
            data={"csrf": given["csrf"], "key": key, **form, **changes},
            files={"receipt": ("../回执\r\n.pdf", content)},
        )
        assert refused.status_code == 422 and 'value="何馆员"' in refused.text, key
    name = "回执 <script>“甲”.pdf"
    taken = client.post(
        f"{page}/receipt", data={"csrf": given["csrf"], "key": "d", **form}, files={"receipt": (name, b"%PDF- receipt")}
    )
    assert taken.status_code == 303, taken.text[-600:]
    after = door.get("archivist", page).text
    assert "馆收〔2026〕8号" in after and "<script>“" not in after and "/cancellation" not in after
    last = max(int(place) for place in re.findall(rf"{page}/papers/(\d+)", after))
    receipt = door.get("archivist", f"{page}/papers/{last}")
    assert receipt.content == b"%PDF- receipt"
    assert (
        "\n" not in receipt.headers["content-disposition"]
        and "filename*=UTF-8''" in receipt.headers["content-disposition"]
    )


def test_lists_are_shown_by_state(door: DueDoor) -> None:
    number = prepare(door, "临文综罚〔2014〕14号")
    assert number in door.get("archivist", "/transfers?state=prepared").text
    assert number not in door.get("archivist", "/transfers?state=approved").text
    assert number in door.get("archivist", "/transfers?state=<script>").text
    assert door.decided in door.get("archivist", "/disposals?state=approved").text
    assert f"/cases/{door.many[0]}/retention" in door.get("archivist", f"/cases/{door.many[0]}").text
