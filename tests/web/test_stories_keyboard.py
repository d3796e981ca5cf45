"""A request, its approval and a description by keys alone: four people, each at a browser of their own, no mouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.evidence import COURT_PAPER
from tests.support.keys import attach, choose, log_in, mark, press, tab_to, write
from tests.support.request_ways import state_of
from tests.support.web import PASSWORD, person
from tests.support.whole_bureau import Bureau

pytestmark = pytest.mark.xdist_group("stories")

CASE = "临文综罚〔2013〕1号"


@contextmanager
def at_keys(bureau: Bureau, account: str) -> Iterator[Page]:
    """Somebody logged in by keys; a click of theirs would fail."""
    with person(bureau.served, "", refused=account == "head") as page:
        log_in(page, account, PASSWORD)
        yield page


def open_request(page: Page, number: str) -> None:
    """From the first page by the bar and the list."""
    press(page, "nav a[href='/requests']")
    press(page, f"main a[href='/requests/{number}']")


def test_a_request_goes_from_the_form_to_the_receipt_by_keys(bureau: Bureau, tmp_path: Path) -> None:
    scan = tmp_path / "通知书.pdf"
    scan.write_bytes(b"%PDF-1.4\n")
    with at_keys(bureau, "archivist") as page:
        press(page, "nav a[href='/requests']")
        press(page, "a[href='/requests/new']")
        choose(page, "capacity", "court")
        press(page, "form[method=get] button")
        write(page, "name", "按键法官")
        attach(page, f"input[name='paper-{COURT_PAPER}']", scan)
        write(page, "cases", CASE)
        write(page, "purpose", "举证")
        press(page, "form[method=post][action='/requests/new'] button")
        number = page.url.partition("?")[0].rpartition("/")[2]
        assert page.locator("[role=status]").count() == 1
    assert state_of(bureau.served, number) == "opened"

    with at_keys(bureau, "examiner") as page:
        open_request(page, number)
        press(page, f"main a[href='/requests/{number}/examine']")
        mark(page, "opinion", "grant")
        write(page, "note", "可以提供")
        press(page, "form[action$='/examine'] button")
    assert state_of(bureau.served, number) == "examined"

    with at_keys(bureau, "head") as page:
        press(page, "nav a[href='/approvals']")
        press(page, f"main a[href='/requests/{number}/decide']")
        mark(page, "decision", "approve")
        write(page, "reason", "同意")
        write(page, "confirm", "wrong-password")
        page.keyboard.press("Enter")
        page.locator("[role=alert]").wait_for()
        assert page.evaluate("document.activeElement.matches('[role=alert]')"), "what went wrong has the focus"
        assert state_of(bureau.served, number) == "examined"
        write(page, "confirm", PASSWORD)
        press(page, "form[action$='/decide'] button")
    assert state_of(bureau.served, number) == "approved"

    with at_keys(bureau, "archivist2") as page:
        open_request(page, number)
        press(page, f"main a[href='/requests/{number}/deliver']")
        write(page, "to", "按键法官")
        press(page, "form[action$='/deliver'] button")
        page.locator(".badge.job-done").wait_for(timeout=120_000)
        press(page, f"main a[href='/requests/{number}']")
        press(page, f"main a[href='/requests/{number}/receipt']")
        write(page, "receiver", "按键法官")
        attach(page, "input[name=receipt]", scan)
        write(page, "outcome", "采信")
        press(page, "form[action$='/receipt'] button")
    assert state_of(bureau.served, number) == "returned"


def test_a_description_is_filled_in_by_keys(bureau: Bureau) -> None:
    deposit = f"/deposits/{bureau.numbers['deposit-bare']}"
    with at_keys(bureau, "archivist") as page:
        press(page, "nav a[href='/deposits']")
        press(page, f"main a[href='{deposit}']")
        press(page, f"main a[href='{deposit}/description']")
        press(page, ".sticky button")
        mistakes = page.locator(".mistake").count()
        assert mistakes > 0
        tab_to(page, "main a[href^='#f-']")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.matches('input, select, textarea')"), (
            "a mistake leads to its field"
        )
        page.reload()
        write(page, "case_number", "临文综罚〔2026〕79号")
        write(page, "title", "按键填写的案卷")
        write(page, "cause", "无证经营")
        press(page, ".sticky button")
        assert page.input_value("[name=title]") == "按键填写的案卷"
        assert page.locator(".mistake").count() < mistakes
        press(page, f"main a[href^='{deposit}/description/files/']")
        write(page, "kind", "现场检查笔录")
        press(page, "button[name=then]")
        page.goto(f"{deposit}/description/files/1")
        assert page.input_value("[name=kind]") == "现场检查笔录"
