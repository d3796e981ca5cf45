"""The security administrator's day: accounts, roles, first passwords, sessions ended, tokens of programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support import web
from tests.support.web import PASSWORD, Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        yield running


def send(client: httpx.Client, page: str, address: str, **form: Any) -> httpx.Response:
    """As a person sends a form: with their password again."""
    return web.send(client, page, address, **{"confirm": PASSWORD, **form})


def _secret(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text[-800:]
    found = re.search(r'<code class="secret">([^<]+)</code>', answer.text)
    assert found is not None
    return found[1]


def test_somebody_is_appointed_logs_in_and_is_given_other_roles(served: Served) -> None:
    security = served.client("security")
    form = {"account": "zhou", "person": "周<script>某", "kind": "person", "role": "archivist"}
    first = _secret(send(security, "/accounts/new", "/accounts/new", **form))
    assert "周&lt;script&gt;某" in security.get("/accounts").text
    with served.nobody() as client:
        must = client.post("/login", data={"account": "zhou", "password": first})
        assert must.status_code == 200 and 'name="again"' in must.text
        own = {"account": "zhou", "old": first, "new": PASSWORD, "again": PASSWORD}
        assert client.post("/password", data=own).status_code == 303
        assert client.post("/login", data={"account": "zhou", "password": PASSWORD}).status_code == 303
        assert client.get("/me").status_code == 200
        changed = send(security, "/accounts/zhou", "/accounts/zhou/roles", role="examiner")
        assert changed.headers["location"].startswith("/accounts/zhou")
        assert client.get("/me").status_code == 303, "other roles end the session"
        assert client.post("/login", data={"account": "zhou", "password": PASSWORD}).status_code == 303
        suspended = send(security, "/accounts/zhou", "/accounts/zhou/state", state="suspended")
        assert suspended.status_code == 303
        assert client.get("/me").status_code == 303
        assert client.post("/login", data={"account": "zhou", "password": PASSWORD}).status_code == 401


def test_what_is_wrong_is_said_with_what_was_written(served: Served) -> None:
    security = served.client("security")
    form = {"account": "Zhou Li", "person": "吴某", "role": ["archivist"]}
    answer = send(security, "/accounts/new", "/accounts/new", **form)
    assert answer.status_code == 400 and 'value="吴某"' in answer.text and 'role="alert"' in answer.text
    form = {"account": "wu", "person": "吴某", "role": ["auditor", "archivist"]}
    assert send(security, "/accounts/new", "/accounts/new", **form).status_code == 422
    assert send(security, "/accounts/head", "/accounts/head/roles").status_code == 400
    assert security.get("/accounts/nobody-of-this-name").status_code == 404


def test_nobody_gives_themselves_roles(served: Served) -> None:
    security = served.client("security")
    page = security.get("/accounts/security").text
    assert "/accounts/security/roles" not in page
    forced = send(security, "/accounts/security", "/accounts/security/roles", role=["head"])
    assert forced.status_code == 403
    assert send(security, "/accounts/security", "/accounts/security/state", state="suspended").status_code == 422


def test_a_session_is_ended_at_once_in_the_other_browser(served: Served) -> None:
    security = served.client("security")
    with served.nobody() as other:
        other.post("/login", data={"account": "depositor", "password": PASSWORD})
        assert other.get("/me").status_code == 200
        page = security.get("/accounts/depositor").text
        (address,) = set(re.findall(r'action="(/accounts/sessions/[^"]+/end)"', page))
        assert send(security, "/accounts/sessions", address).status_code == 303
        assert other.get("/me").status_code == 303


def test_a_program_gets_a_token_and_no_password(served: Served) -> None:
    security = served.client("security")
    form = {"account": "platform", "person": "执法办案平台", "kind": "program", "role": "depositor"}
    assert send(security, "/accounts/new", "/accounts/new", **form).status_code == 303
    wish = {"name": "平台", "scope": ["hand-in", "see-own"], "days": "365"}
    token = _secret(send(security, "/accounts/platform", "/accounts/platform/tokens", **wish))
    assert token.startswith("prs_")
    shown = security.get("/accounts/platform").text
    assert token not in shown and "平台" in shown
    refused = send(security, "/accounts/platform", "/accounts/platform/tokens", **{**wish, "scope": ["keep"]})
    assert refused.status_code == 422
    assert send(security, "/accounts/platform", "/accounts/platform/password").status_code == 422
    with served.nobody() as client:
        client.cookies.set("session", token)
        for address in ("/", "/me", "/deposits"):
            assert client.get(address).status_code == 403


def test_nothing_is_done_with_an_account_without_the_password_again(served: Served) -> None:
    security = served.client("security")
    for address, form in {
        "/accounts/archivist2/roles": {"role": ["head"]},
        "/accounts/archivist2/state": {"state": "suspended"},
        "/accounts/archivist2/password": {},
        "/accounts/new": {"account": "qian", "person": "钱某", "kind": "person", "role": "head"},
    }.items():
        for given in ("", "wrong"):
            answer = send(security, "/accounts/archivist2", address, **form, confirm=given)
            assert answer.status_code in (401, 403) and 'role="alert"' in answer.text, address
    shown = security.get("/accounts").text
    assert "钱某" not in shown
    assert served.client("archivist2").get("/me").status_code == 200
