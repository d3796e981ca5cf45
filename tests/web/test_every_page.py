"""Every page that links lead to, over an archive full of records and of hostile names: for everybody, in their way.

Each page is seen by axe, at 200 % and at 400 %, in forced colours, by keyboard, in one language, on paper, and without
scripts. What a console complains of fails, and so does a request to another host.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from preserve.web.app import all_pages
from tests.support import looking
from tests.support.web import person
from tests.support.whole_bureau import MARK, Bureau, pages_of, route_of

pytestmark = pytest.mark.xdist_group("stories")

ROLES = ("archivist", "head", "examiner", "security", "auditor", "system", "depositor")
STATES = ("opened", "examined", "approved", "delivered", "refused")
NO_PAGE = re.compile(
    r"\.pdf$|export$|/label$|/workbook$|/list\.|/strip|/pages/|/bytes$|/state$|/events$|/papers/\{(name|place)\}$"
    r"|/frame$|/line$|/finding-aid$"
    r"|^/deposits/\{id\}/(files/\{file\}|upload)$|^/jobs/\{id\}/files|^/cases/\{objid\}/files/\{file\}$|^/login/provider$"
)
"""Addresses that answer with a paper, a picture, bytes or news, and a page that only leads elsewhere."""
ASKED_FOR = {"/login", "/api", "/f", "/house", "/cases/{objid}/view"}
"""Who is not logged in comes there, or a program's maker, or who chooses a fonds, or keeps a house of several;
the last leads on to a file."""
NEEDS_SCRIPT = {
    "/deposits/new",
    "/requests/{number}/redact/{file}",
    "/cases/{objid}/view/{file}",
    "/cases/{objid}/timeline",
}
"""Upload, drawing and players are scripts."""


@pytest.fixture(scope="module")
def places(bureau: Bureau) -> dict[str, list[str]]:
    """The pages that each role is the first to see, so that every kind of page is looked at once or twice."""
    found: dict[str, list[str]] = {}
    known: set[str] = set()
    for role in ROLES:
        begin = [f"/requests/{bureau.numbers[f'request-{state}']}" for state in STATES]
        begin.append(f"/cases/{bureau.objid}")
        begin = ["/me/news", *begin] if role in ("archivist", "head", "examiner") else []
        pages = pages_of(bureau.served, role, *begin, each=2)
        many = ("/requests/{number}?", "/jobs/{id}?", "/deposits/{id}?", "/cases/{objid}/view/{file}?")
        found[role] = ["/"] + [
            address
            for kind, addresses in pages.items()
            if kind not in known and kind != "/?"
            for address in (addresses if kind in many else addresses[:1])
        ]
        known |= set(pages)
    return found


@contextmanager
def looking_at(
    bureau: Bureau, role: str, language: str, **options: bool
) -> Iterator[tuple[Page, Callable[[str], Page]]]:
    """Somebody at a browser, and how they open a page: every part of it unfolded, nothing fetched from elsewhere."""
    foreign: list[str] = []
    with person(bureau.served, role, language, **options) as page:
        page.on("request", lambda one: foreign.append(one.url) if not one.url.startswith(own) else None)
        page.on("dialog", lambda one: foreign.append(one.message))

        def open_(address: str) -> Page:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, (address, answer.status)
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            return page

        own = (bureau.served.address, "data:", "blob:", "about:")
        yield page, open_
    assert foreign == []


def faults(page: Page, language: str) -> Iterator[tuple[str, list[str]]]:
    """What is wrong with a page, by how one looks at it."""
    yield "axe", looking.violations(page)
    yield "200 %", looking.seen_large(page, 640)
    yield "400 %", looking.seen_large(page, 320)
    yield "forced colours", looking.seen_in_own_colours(page)
    yield "focus", looking.unseen_focus(page)
    yield "language", in_another_language(page, language)
    if page.locator("h1").count() != 1:
        yield "heading", ["not one"]
    if page.locator("img[src=x]").count() or page.locator("html").evaluate("/\u202e/.test(document.body.innerHTML)"):
        yield "hostile", ["a name is more than a name"]


def in_another_language(page: Page, language: str) -> list[str]:
    """What the page says in the other language, but for what the depositor of the case wrote in their own."""
    return [text for text in looking.in_another_language(page, language) if text != "当事人"]


def test_links_lead_to_every_page(places: dict[str, list[str]]) -> None:
    reached = {route_of(address) for addresses in places.values() for address in addresses}
    wanted = {one.path for one in all_pages() if one.method == "GET" and not NO_PAGE.search(one.path)}
    assert wanted - reached - ASKED_FOR == set()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_for_everybody(role: str, bureau: Bureau, places: dict[str, list[str]]) -> None:
    wrong = []
    with looking_at(bureau, role, "zh") as (_, open_):
        for address in places[role]:
            wrong += [(address, how, found) for how, found in faults(open_(address), "zh") if found]
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_in_english_for_who_reads_that(role: str, bureau: Bureau, places: dict[str, list[str]]) -> None:
    wrong = []
    with looking_at(bureau, role, "en") as (page, open_):
        for address in places[role]:
            open_(address)
            found = in_another_language(page, "en") + looking.seen_large(page, 640)
            wrong += [(address, one) for one in found]
    assert wrong == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_login_is_for_everybody(language: str, bureau: Bureau) -> None:
    with looking_at(bureau, "", language) as (_, open_):
        assert [(how, found) for how, found in faults(open_("/login"), language) if found] == []


def test_hostile_names_are_shown_as_the_names_they_are(bureau: Bureau) -> None:
    lists = {
        "archivist": [
            "/deposits",
            "/requests",
            "/media",
            "/holds",
            "/transfers?state=all",
            "/exports",
            "/public",
            "/me",
            "/cases/chosen",
        ],
        "head": ["/cases", "/approvals", f"/cases/{bureau.objid}", f"/reviews/{bureau.numbers['review']}"],
        "security": ["/accounts"],
        "auditor": ["/audit/people"],
    }
    for role, addresses in lists.items():
        with looking_at(bureau, role, "zh") as (page, open_):
            for address in addresses:
                open_(address)
                assert MARK in page.inner_text("main"), address


def test_every_record_prints_with_who_printed_it(bureau: Bureau, places: dict[str, list[str]], tmp_path: Path) -> None:
    records = [one for one in places["archivist"] if re.search(r"\{(objid|number|id|medium|run)\}$", route_of(one))]
    assert len({route_of(one) for one in records}) >= 7
    with looking_at(bureau, "archivist", "zh") as (page, open_):
        for number, address in enumerate(records):
            title = re.sub(r"\s", "", open_(address).locator("h1").inner_text())
            paper = tmp_path / f"{number}.pdf"
            page.pdf(path=str(paper), format="A4")
            told = subprocess.run(["pdftotext", "-raw", str(paper), "-"], check=True, capture_output=True, text=True)
            words = re.sub(r"\s", "", told.stdout)
            assert title in words and "打印于" in words, address
            assert "某archivist（archivist）" in words, address
            assert "退出" not in words and "跳到正文" not in words, address


@pytest.mark.parametrize("role", ROLES)
def test_without_scripts_no_button_is_dead(role: str, bureau: Bureau, places: dict[str, list[str]]) -> None:
    wrong: list[tuple[str, str]] = []
    with looking_at(bureau, role, "zh", java_script_enabled=False) as (_, open_):
        for address in places[role]:
            if route_of(address) not in NEEDS_SCRIPT:
                wrong += [(address, one) for one in looking.dead_buttons(open_(address))]
    assert wrong == []
