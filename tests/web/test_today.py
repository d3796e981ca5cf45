"""The first page by role: what waits, as links to what is there; in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from preserve.web.pages.today import ADDRESSES
from tests.support.keeping import demand_copies
from tests.support.web import ACCOUNTS, CASE_NUMBER, Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        demand_copies(running.home)
        yield running


@pytest.mark.parametrize("role", ACCOUNTS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_has_a_first_page_with_links_that_answer(served: Served, role: str, language: str) -> None:
    client = served.client(role)
    shown = client.get("/", headers={"accept-language": language})
    assert ("Today" in shown.text) == (language == "en")
    assert shown.status_code == 200 and shown.text.count("<h1>") == 1
    assert CASE_NUMBER not in shown.text
    (body,) = re.findall(r"<main.*?</main>", shown.text, re.DOTALL)
    for address in re.findall(r'href="(/[^"]*)"', body):
        assert address in ADDRESSES.values()
        assert client.get(address).status_code == 200, address


def test_what_lacks_copies_is_said_to_who_keeps_them(served: Served) -> None:
    for role in ("archivist", "system", "head"):
        assert "个副本不齐" in served.client(role).get("/").text
    assert "个副本不齐" not in served.client("auditor").get("/").text
    assert "没有需要您办理的事项" in served.client("depositor").get("/").text
