"""Every page that has an address of its own: WCAG 2.2 AA by axe, no complaint of the console, no other host, one language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from importlib import resources
from typing import Any

import pytest
from playwright.sync_api import Page, Request

from preserve.web.app import all_pages
from tests.support.pictures import waiting_case
from tests.support.small_case import small_case
from tests.support.web import Served, person, staffed_home, start

ROLES = ("archivist", "security", "system", "head", "auditor", "examiner", "depositor")
ADDRESSES = sorted(
    one.path
    for one in all_pages()
    if one.method == "GET"
    and "{" not in one.path
    and not re.search(r"export|\.xlsx|\.pdf|/audits/history|^/api$|^/login/provider$", one.path)
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("every")
    home = staffed_home(folder)
    (folder / "waiting").mkdir()
    waiting_case(home, small_case(folder / "waiting", "临文执〔2026〕9号"))
    running = start(home)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def at_browser(served: Served) -> Iterator[Callable[[str], Page]]:
    """Somebody of this role at a browser, the same for all pages; what a console complains of fails in the end."""
    with ExitStack() as leaving:
        yield cache(lambda role: leaving.enter_context(person(served, role)))


@cache
def _axe() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page as it is, a line each."""
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    return [f"{one['id']}: {node['html'][:150]}" for one in found["violations"] for node in one["nodes"]]


def _who_may(served: Served, address: str) -> str:
    return next(role for role in ROLES if served.client(role).get(address).status_code == 200)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_for_everybody(address: str, served: Served, at_browser: Callable[[str], Page]) -> None:
    foreign: list[str] = []

    def watch(request: Request) -> None:
        if not request.url.startswith((served.address, "data:", "blob:")):
            foreign.append(request.url)

    page = at_browser("" if address == "/login" else _who_may(served, address))
    page.on("request", watch)
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200
    page.evaluate(_axe())
    assert violations(page) == []
    assert page.locator("h1").count() == 1
    page.remove_listener("request", watch)
    assert foreign == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_in_one_language(address: str, served: Served) -> None:
    role = _who_may(served, address)
    shown = served.client(role, "en").get(address).text
    body = re.sub(r"<script.*?</script>|<[^>]+>", " ", shown.partition("<main")[2].partition("</main>")[0], flags=re.S)
    given = json.dumps(sorted(set(re.findall(r"[\u4e00-\u9fff]+", body))), ensure_ascii=False)
    assert not re.search(r"[的是在了与及或请不]", given), given
