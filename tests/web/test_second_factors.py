"""Security keys in a real Chromium with a virtual authenticator: registered, asked for at the login, and removed."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import httpx
import pytest

from preserve.administration.one_time_codes import code_at, step_of
from tests.support.security_key import SecurityKey
from tests.support.web import PASSWORD, Served, fields, leave_browser, person, send, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        # A key answers for a name: a number has no keys.
        yield replace(running, address=running.address.replace("127.0.0.1", "localhost"))
    leave_browser()


def _put_in(page: Page) -> None:
    """A hardware key at USB that is touched whenever it asks."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _write(page: Page, account: str) -> None:
    page.goto("/login")
    page.fill("[name=account]", account)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/login'] button")


def _register(page: Page, name: str) -> None:
    page.goto("/me/second-factor")
    page.fill("[name=name]", name)
    page.fill("#f-key-password", PASSWORD)
    page.click("form[action='/me/second-factor/keys'] button")
    page.click("[data-key]")


def test_a_key_is_registered_asked_for_and_removed(served: Served) -> None:
    with person(served, "archivist") as page:
        _put_in(page)
        _register(page, "<b>钥匙串")
        page.wait_for_url("**/login?note=*")
        _write(page, "archivist")
        assert "安全密钥验证" in page.inner_text("h1")
        assert not page.is_visible("[name=code]"), "this account has no codes"
        with page.expect_request("**/login/key") as sent:
            page.click("[data-key]")
        page.wait_for_url("**/")
        page.goto("/me/second-factor")
        assert page.inner_text("th[scope=row]") == "<b>钥匙串"
        replayed = {name: values[0] for name, values in parse_qs(sent.value.post_data or "").items()}

        with served.nobody() as stranger:
            again = stranger.post("/login/key", data=replayed)
            assert again.status_code == 401 and "只能应答一次" in again.text and "set-cookie" not in again.headers
            fresh = _asked(stranger, "archivist")
            old = stranger.post("/login/key", data={**replayed, "number": fresh["number"]})
            assert old.status_code == 401 and not old.cookies, "it signed another try"

        page.click("details summary")
        page.fill("#f-remove-1", PASSWORD)
        page.click("details button")
        page.wait_for_url("**note=web.me-key-removed")
        assert "尚未登记" in page.inner_text("main")
    with served.nobody() as other:
        entered = other.post("/login", data={"account": "archivist", "password": PASSWORD})
        assert entered.status_code == 303, "the password alone is enough again"


def _asked(client: httpx.Client, account: str) -> dict[str, str]:
    """What the login asks of who gave the right password: the fields of its form, and the options of the keys."""
    answer = client.post("/login", data={"account": account, "password": PASSWORD})
    assert answer.status_code == 200, answer.text[-500:]
    found = re.search(r'data-options="([^"]*)"', answer.text)
    assert found is not None
    return {**fields(answer.text), "options": html.unescape(found[1])}


def _with_key(served: Served, account: str, name: str = "key") -> tuple[httpx.Client, SecurityKey]:
    """Somebody who has registered a key; they have not logged in anew."""
    client, key = served.nobody(), SecurityKey()
    assert client.post("/login", data={"account": account, "password": PASSWORD}).status_code == 303
    begun = send(client, "/me/second-factor", "/me/second-factor/keys", name=name, password=PASSWORD)
    options = re.search(r'data-options="([^"]*)"', begun.text)
    assert options is not None, begun.text[-1500:]
    answer = key.create(html.unescape(options[1]), served.address)
    added = client.post("/me/second-factor/keys/add", data={**fields(begun.text), "answer": answer})
    assert added.headers["location"] == "/login?note=web.me-key-first"
    assert client.get("/me").status_code == 303, "one logs in anew, so that it is sure that the key works"
    return client, key


def _answered(client: httpx.Client, asked: dict[str, str], answer: str = "", code: str = "") -> httpx.Response:
    return client.post("/login/key", data={"number": asked["number"], "next": "/me", "answer": answer, "code": code})


def test_who_else_answers_does_not_come_in(served: Served) -> None:
    client, key = _with_key(served, "examiner")
    _, others = _with_key(served, "auditor")
    here = served.address
    asked = _asked(client, "examiner")
    forged = [others.get(asked["options"], here), key.get(asked["options"], "https://evil.example"), "{}"]
    for number, answer in enumerate(forged):
        refused = _answered(client, asked, answer)
        assert refused.status_code == 401 and not refused.cookies, number
        asked = _asked(client, "examiner")
    assert _answered(client, asked, key.get(asked["options"], here)).headers["location"] == "/me/news?next=%2Fme", (
        "that others had the password is told first"
    )
    with served.nobody() as other:
        again = _answered(other, asked, key.get(asked["options"], here))
        assert again.status_code == 401 and not again.cookies, "each try has one answer"


def test_a_row_that_was_altered_lets_nobody_in(served: Served) -> None:
    client, key = _with_key(served, "archivist2")
    with closing(sqlite3.connect(served.home / "catalogue.sqlite")) as catalogue:
        (was,) = catalogue.execute("SELECT public_key FROM security_keys WHERE account = 'archivist2'").fetchone()
        (other,) = catalogue.execute("SELECT public_key FROM security_keys WHERE account = 'examiner'").fetchone()
        for change in (f"SET public_key = '{other}'", "SET account = 'system'"):
            catalogue.execute(f"UPDATE security_keys {change} WHERE public_key = '{was}'")
            catalogue.commit()
            refused = client.post("/login", data={"account": "archivist2", "password": PASSWORD})
            assert refused.status_code >= 400 and not refused.cookies
            catalogue.execute(
                f"UPDATE security_keys SET public_key = '{was}', account = 'archivist2' "
                f"WHERE account IN ('archivist2', 'system')"
            )
            catalogue.commit()
    asked = _asked(client, "archivist2")
    assert _answered(client, asked, key.get(asked["options"], served.address)).status_code == 303


def test_either_a_key_or_a_code_will_do(served: Served) -> None:
    client, key = _with_key(served, "head")
    asked = _asked(client, "head")
    assert _answered(client, asked, key.get(asked["options"], served.address)).status_code == 303
    begun = send(client, "/me/second-factor", "/me/second-factor")
    found = re.search(r'class="secret">([A-Z2-7]+)<', begun.text)
    assert found is not None
    step = step_of(datetime.now(UTC))
    code = code_at(found[1], step)
    assert client.post("/me/second-factor/confirm", data={**fields(begun.text), "code": code}).status_code == 303
    asked = _asked(client, "head")
    assert _answered(client, asked, code="000000").status_code == 401
    asked = _asked(client, "head")
    assert _answered(client, asked, code=code_at(found[1], step + 1)).headers["location"] == "/me"
    elsewhere = httpx.Client(base_url=served.address.replace("localhost", "127.0.0.1"), timeout=60)
    with elsewhere:
        answer = elsewhere.post("/login", data={"account": "head", "password": PASSWORD})
        assert "localhost" in answer.text and 'name="code"' in answer.text and "data-key" not in answer.text


def test_who_appoints_ends_the_keys_of_somebody_who_has_lost_them(served: Served) -> None:
    _with_key(served, "depositor")
    security = served.client("security")
    page = security.get("/accounts/depositor")
    assert "停用二次验证" in page.text
    ended = send(security, "/accounts/depositor", "/accounts/depositor/second-factor/end", confirm=PASSWORD)
    assert ended.status_code == 303, ended.text[-500:]
    with served.nobody() as client:
        assert client.post("/login", data={"account": "depositor", "password": PASSWORD}).status_code == 303


def test_it_is_said_where_keys_do_not_work(served: Served) -> None:
    with httpx.Client(base_url=served.address.replace("localhost", "127.0.0.1"), timeout=60) as client:
        assert client.post("/login", data={"account": "system", "password": PASSWORD}).status_code == 303
        form = {"name": "key", "password": PASSWORD}
        refused = send(client, "/me/second-factor", "/me/second-factor/keys", **form)
        assert refused.status_code == 422 and "https" in refused.text and 'value="key"' in refused.text
    with served.nobody() as client:
        assert client.post("/login", data={"account": "system", "password": PASSWORD}).status_code == 303
        wrong = send(client, "/me/second-factor", "/me/second-factor/keys", name="key", password="wrong")
        assert wrong.status_code == 403 and "data-options" not in wrong.text
