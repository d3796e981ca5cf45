"""Coming in and going out in a real browser: passwords, sessions that end, languages, and a clock that is wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from preserve.administration.one_time_codes import code_at, step_of
from tests.support.web import CASE_NUMBER, PASSWORD, Served, person, serving

YEARS = (1999, 2061)
"""Clocks of browsers that were never set, or set by somebody's child."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("entry")) as running:
        yield running


def log_in(page: Page, account: str, password: str = PASSWORD, code: str = "") -> None:
    """By the form that is shown."""
    page.fill("[name=account]", account)
    page.fill("[name=password]", password)
    if code:
        page.fill("[name=code]", code)
    with page.expect_navigation():
        page.click("main form[action='/login'] button:not([formaction])")


def unused_for(served: Served, account: str, hours: int) -> None:
    """Let so many hours pass for every session of an account."""
    with sqlite3.connect(served.home / "catalogue.sqlite", timeout=30) as catalogue:
        then = f"strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-{hours} hours')"
        changed = catalogue.execute(f"UPDATE tokens SET used = {then} WHERE account = ?", (account,)).rowcount
    catalogue.close()
    assert changed


def test_a_wrong_password_is_said_where_the_eyes_are_and_the_right_one_lets_in(served: Served) -> None:
    with person(served, "", refused=True) as page:
        page.goto("/cases")
        log_in(page, "archivist", "wrong")
        assert page.evaluate("document.activeElement.matches('[role=alert]')")
        assert (page.input_value("[name=account]"), page.input_value("[name=password]")) == ("archivist", "")
        log_in(page, "archivist")
        assert page.url.endswith("/cases") and page.locator("h1").inner_text() == "案卷"


def test_somebody_new_chooses_a_password_before_anything_else(served: Served) -> None:
    with person(served, "security") as page:
        page.goto("/accounts/new")
        page.fill("[name=account]", "newcomer")
        page.fill("[name=person]", "钱新来")
        page.check("input[name=role][value=archivist]")
        page.fill("[name=confirm]", PASSWORD)
        page.click("main form button")
        first = page.locator(".secret").inner_text()
    with person(served, "") as page:
        page.goto("/cases")
        log_in(page, "newcomer", first)
        assert page.locator("[name=new]").is_visible()
        page.goto("/cases")
        assert "/login" in page.url, "the first password opens nothing else"
        log_in(page, "newcomer", first)
        page.fill("[name=old]", first)
        for name in ("new", "again"):
            page.fill(f"[name={name}]", "my-own-long-password")
        page.click("main form button")
        log_in(page, "newcomer", "my-own-long-password")
        assert page.locator("h1").inner_text() == "工作台"


def test_what_was_written_is_sent_after_the_session_had_ended_by_itself(served: Served) -> None:
    with person(served, "archivist2", refused=True) as page:
        page.goto("/holds")
        page.fill("[name=cases]", CASE_NUMBER)
        page.select_option("[name=kind]", "audit")
        page.fill("[name=reason]", "审计署调阅，写了很久")
        unused_for(served, "archivist2", 1)
        page.click("form[action='/holds'] button")
        assert page.evaluate("document.activeElement.matches('[role=alert]')")
        assert "审计署调阅" not in page.inner_text("main"), "nothing of a case is shown to whoever sits there now"
        log_in(page, "archivist2")
        assert "审计署调阅，写了很久" in page.inner_text("main")
        page.click("form[action='/holds'] button")
        page.wait_for_url("**/holds*")
        assert "审计署调阅，写了很久" in page.inner_text("tbody")


def test_logging_out_here_leaves_the_other_browser(served: Served) -> None:
    with person(served, "examiner") as here, person(served, "examiner") as there:
        here.click("form[action='/logout'] button")
        here.goto("/requests")
        assert "/login" in here.url
        here.go_back()
        assert here.locator("form[action='/logout']").count() == 0, "nothing is shown from the browser's memory"
        there.goto("/requests")
        assert there.locator("h1").inner_text() == "利用申请"


def test_a_session_that_security_ends_is_over_in_the_other_browser(served: Served) -> None:
    with person(served, "head") as theirs, person(served, "security") as page:
        theirs.goto("/approvals")
        page.goto("/accounts/sessions")
        with page.expect_navigation():
            page.locator("tr", has_text="head").locator("form[action$='/end'] button").first.click()
        theirs.reload()
        assert "/login" in theirs.url


def test_the_account_has_its_language_whatever_the_browser_asks_for(served: Served) -> None:
    with person(served, "auditor", "zh") as page:
        with page.expect_navigation():
            page.click("form[action='/language'] button")
        assert page.locator("h1").inner_text() == "Today" and page.locator("html").get_attribute("lang") == "en"
    with person(served, "auditor", "zh") as page:
        assert page.locator("h1").inner_text() == "Today"
        with page.expect_navigation():
            page.click("form[action='/language'] button")
    with person(served, "auditor", "en") as page:
        assert page.locator("h1").inner_text() == "工作台"


@pytest.mark.parametrize("year", YEARS)
def test_the_clock_of_the_browser_decides_nothing(served: Served, year: int) -> None:
    addresses = ("/cases", "/requests/new?capacity=court", "/retention", "/jobs", "/me/second-factor")
    with person(served, "archivist") as page:
        right = [(page.goto(address), page.inner_text("main"))[1] for address in addresses]
    with person(served, "") as page:
        page.clock.set_fixed_time(datetime(year, 1, 1, tzinfo=UTC))
        page.goto("/login")
        log_in(page, "archivist")
        assert page.evaluate("new Date().getFullYear()") == year
        assert [(page.goto(address), page.inner_text("main"))[1] for address in addresses] == right


def test_a_one_time_code_is_of_the_archives_time(served: Served) -> None:
    with person(served, "system", refused=True) as page:
        page.clock.set_fixed_time(datetime(YEARS[0], 1, 1, tzinfo=UTC))
        page.goto("/me/second-factor")
        page.click("form[action='/me/second-factor'] button")
        secret = page.locator(".secret").first.inner_text()
        page.fill("[name=code]", code_at(secret, step_of(datetime(YEARS[0], 1, 1, tzinfo=UTC))))
        page.click("form[action$='/confirm'] button")
        assert page.evaluate("document.activeElement.matches('[role=alert]')")
        page.fill("[name=code]", code_at(secret, step_of(datetime.now(UTC))))
        page.click("form[action$='/confirm'] button")
        page.wait_for_url("**/login*")
        log_in(page, "system", code=code_at(secret, step_of(datetime.now(UTC)) + 1))
        assert "/login" not in page.url
