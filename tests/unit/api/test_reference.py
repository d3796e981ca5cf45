"""The page of the REST door: every address, in both languages, and nothing from elsewhere."""

from __future__ import annotations

import re

import pytest

from preserve.api.table import OFFERS
from tests.support.callers import Caller

pytestmark = pytest.mark.xdist_group("api")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_shows_every_address(language: str, caller: Caller) -> None:
    page = caller().get("/reference", params={"language": language})
    assert page.status_code == 200 and f'<html lang="{language}">' in page.text
    for offer in OFFERS:
        assert f"<code>{offer.path}</code>" in page.text, offer.path
    assert page.text.count("<h1>") == 1 and "api." not in re.sub(r"<[^>]+>", "", page.text).replace("openapi.", "")


def test_it_asks_no_other_host_and_runs_nothing(caller: Caller) -> None:
    page = caller().get("/reference").text
    links = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert all(link.startswith(("/api/v1/", "#")) for link in links)
    assert "<script" not in page and "style=" not in page and " on" not in "".join(re.findall(r"<[^>]+>", page))
    style = caller().get("/reference.css")
    assert style.headers["content-type"].startswith("text/css") and "url(" not in style.text


def test_what_must_be_given_is_marked(caller: Caller) -> None:
    page = caller().get("/reference").text
    assert '<code class="needed">Idempotency-Key</code>' in page and '<code class="needed">reason</code>' in page
