"""Logging in and out, the language, and another password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.web import PASSWORD, Served, fields, person, send, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        yield running


def test_who_has_not_logged_in_is_sent_to_the_login_and_back(served: Served) -> None:
    with served.nobody() as client:
        sent = client.get("/?a=1")
        assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2F%3Fa%3D1")
        shown = client.get(sent.headers["location"])
        back = client.post("/login", data={**fields(shown.text), "account": "archivist", "password": PASSWORD})
        assert (back.status_code, back.headers["location"]) == (303, "/?a=1")
        assert "某archivist" in client.get("/").text


def test_opening_a_page_before_one_logs_in_is_no_refused_attempt(served: Served) -> None:
    def refused() -> int:
        shown = served.client("auditor").get("/audit/ledger?action=access.denied").text
        return shown.count("越权操作被拒绝</td>")

    before = refused()
    with served.nobody() as client:
        assert client.get("/cases").status_code == client.get("/").status_code == 303
    assert refused() == before


def test_a_login_leads_to_no_other_host(served: Served) -> None:
    for foreign in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        with served.nobody() as client:
            back = client.post("/login", data={"next": foreign, "account": "archivist", "password": PASSWORD})
            assert back.headers["location"] == "/"


def test_a_wrong_password_is_said_and_gives_no_session(served: Served) -> None:
    with served.nobody() as client:
        refused = client.post("/login", data={"account": "archivist", "password": "wrong"})
        assert refused.status_code == 401
        assert 'role="alert"' in refused.text
        assert "set-cookie" not in refused.headers


def test_the_language_is_the_readers_and_can_be_changed(served: Served) -> None:
    with served.nobody("en") as client:
        assert "Log in" in client.get("/login").text
        client.post("/language", data={"language": "zh", "next": "/login"})
        assert "登录" in client.get("/login").text


def test_a_session_ends_with_the_logout(served: Served) -> None:
    with served.nobody() as client:
        client.post("/login", data={"account": "auditor", "password": PASSWORD})
        assert client.get("/").status_code == 200
        assert send(client, "/", "/logout").status_code == 303
        assert client.get("/").status_code == 303


def test_a_person_logs_in_with_a_browser(served: Served, tmp_path: Path) -> None:
    with person(served, "head") as page:
        assert page.locator("h1").inner_text() == "工作台"
        assert page.locator("nav a[aria-current]").inner_text() == "工作台"


def test_another_password_ends_the_old_one(served: Served) -> None:
    with served.nobody() as client:
        form = {"account": "examiner", "old": PASSWORD, "new": "another-long-password", "again": "not-the-same"}
        assert client.post("/password", data=form).status_code == 422
        changed = client.post("/password", data={**form, "again": form["new"]})
        assert (changed.status_code, changed.headers["location"]) == (303, "/login?note=web.password-changed")
        assert client.post("/login", data={"account": "examiner", "password": PASSWORD}).status_code == 401
        assert client.post("/login", data={"account": "examiner", "password": form["new"]}).status_code == 303
