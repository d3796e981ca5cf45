"""Retention in the browser's words: what falls due and why, in pages and filters; rules shown, and put in force."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest

from preserve.profiles import SHIPPED
from tests.support.due_home import DueDoor, due_door, job_ended
from tests.support.web import PASSWORD, person

pytestmark = pytest.mark.xdist_group("appraisal-web")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DueDoor]:
    with due_door(tmp_path_factory.mktemp("retention")) as running:
        yield running


def test_pages_follow_one_another_and_filters_hold(door: DueDoor) -> None:
    seen: list[str] = []
    address = "/retention?span=due&item=case"
    while address:
        page = door.get("archivist", address).text
        seen += re.findall(r'name="case" value="([^"]+)"', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
        assert not address or ("span=due" in address and "item=case" in address)
    assert len(seen) == len(set(seen)) == 302
    assert "没有符合条件的档案" in door.get("archivist", "/retention?span=permanent").text
    assert "没有符合条件的档案" in door.get("archivist", "/retention?held=1").text
    assert door.get("archivist", "/retention?months=-1").status_code == 400
    assert door.get("archivist", "/retention?span=%3Cscript%3E&after=x").status_code == 200
    assert "Falls due" in door.get("head", "/retention", "en").text
    for who in ("depositor", "auditor", "system", "security"):
        assert door.get(who, "/retention").status_code == 403


def test_a_list_is_filtered_turned_over_and_shared_by_its_address(door: DueDoor) -> None:
    with person(door.served, "archivist") as page, person(door.served, "head") as other:
        page.goto("/retention")
        page.select_option("[name=span]", "due")
        page.locator("main form[method=get] button, main form:not([method]) button").first.click()
        page.wait_for_url("**/retention?*span=due*")
        first, address = page.inner_text("tbody"), page.url
        page.click("a[rel=next]")
        page.wait_for_url(lambda shown: shown != address)
        second = page.locator("tbody th").all_inner_texts()
        assert second and second[0] not in first and page.input_value("[name=span]") == "due"
        other.goto(page.url)
        assert other.locator("tbody th").all_inner_texts() == second
        page.go_back()
        assert (page.url, page.inner_text("tbody")) == (address, first)
        page.go_forward()
        assert page.locator("tbody th").all_inner_texts() == second


def test_one_case_says_why(door: DueDoor) -> None:
    sent = door.get("archivist", "/retention?case=临文综罚〔2013〕1号")
    assert sent.status_code == 303
    page = door.get("archivist", sent.headers["location"])
    assert page.status_code == 200 and "定期10年" in page.text and "无证经营案1" in page.text
    assert door.get("archivist", "/cases/none/retention").status_code == 404
    assert door.get("system", sent.headers["location"]).status_code == 403
    hostile = door.get("archivist", f"/cases/{door.many[6]}/retention").text
    assert "<script>alert" not in hostile


def test_a_change_of_the_rules_is_shown_and_put_in_force_by_the_head_alone(door: DueDoor) -> None:
    assert "就是正在施行的规则" in door.get("archivist", "/retention/rules").text
    own = door.served.home / "profiles" / "retention.toml"
    own.parent.mkdir(exist_ok=True)
    shutil.copyfile(SHIPPED / "retention.toml", own)
    text = own.read_text(encoding="utf-8")
    own.write_text(text.replace('declared = ["10-years"]\nyears = 10', 'declared = ["10-years"]\nyears = 12'), "utf-8")

    page = door.get("archivist", "/retention/rules").text
    assert "待施行的改动" in page and "<dd>302</dd>" in page and "<strong>12 年</strong>" in page
    assert "/retention/rules/in-force" not in page
    shown = door.get("head", "/retention/rules").text
    seen = re.findall(r'name="seen" value="([0-9a-f]{64})"', shown)[-1]
    at = "/retention/rules/in-force"
    own.write_text(own.read_text(encoding="utf-8") + "\n# 又改了\n", "utf-8")
    assert door.post("head", "/retention/rules", at, seen=seen, confirm=PASSWORD).status_code == 412
    fresh = re.findall(r'name="seen" value="([0-9a-f]{64})"', door.get("head", "/retention/rules").text)[-1]
    assert door.post("archivist", "/retention/rules", at, seen=fresh, confirm=PASSWORD).status_code == 403
    assert door.post("head", "/retention/rules", at, seen=fresh, confirm="wrong").status_code in (401, 403)
    assert door.post("head", "/retention/rules", at, seen=fresh, confirm=PASSWORD).status_code == 303
    assert door.post("head", "/retention/rules", at, seen=fresh, confirm=PASSWORD).status_code == 409
    assert "就是正在施行的规则" in door.get("head", "/retention/rules").text
    due = door.get("archivist", "/retention?span=dated").text
    assert "2026-01-01" in due or "2027-01-01" in due


def test_a_change_is_proposed_by_who_appraises(door: DueDoor) -> None:
    page, at = "/retention/rules", "/retention/rules/proposal"
    shown = door.get("archivist", page).text
    assert at in shown and at not in door.get("head", page).text
    seen = re.findall(r'name="seen" value="([0-9a-f]{64})"', shown)[-1]
    form = {"seen": seen, "years.case-30": "32", "notice_months": "6", "group": "2", "cooling_days": "45"}
    assert door.post("archivist", page, at, **form, reason=" ").status_code == 400
    assert door.post("archivist", page, at, **{**form, "group": "many"}, reason="x").status_code == 400
    assert door.post("head", page, at, **form, reason="x").status_code == 403
    below = door.post("archivist", page, at, **{**form, "years.case-30": "5"}, reason="x")
    assert job_ended(door, "archivist", below) in ("refused", "failed")
    asked = door.post("archivist", page, at, **form, reason="本机关规定")
    assert job_ended(door, "archivist", asked) == "done"
    after = door.get("head", page).text
    assert "<strong>32 年</strong>" in after and "待施行的改动" in after
