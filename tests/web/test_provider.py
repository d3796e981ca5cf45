"""Logging in by the bureau's OpenID Connect provider: by HTTP, against Authlib's own provider in another process."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from preserve.administration.appointing import add_person, change_person
from preserve.administration.duties import Role
from preserve.administration.one_time_codes import code_at, step_of
from preserve.administration.people import Person
from preserve.administration.second_factor import begin_factor, confirm_factor
from preserve.clock import now
from preserve.data_management import ledger, logins
from tests.support.provider import CLIENT, SECRET, Provider, provided
from tests.support.web import Served, fields, leave_browser, opened, person, staffed_home, start

_SECURITY = Person("security", "某security", frozenset({Role.SECURITY_ADMINISTRATOR}))


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provided() as running:
        yield running


def _set(home: Path, issuer: str) -> None:
    (home / "keys" / "oidc.secret").write_text(SECRET + "\n", encoding="utf-8")
    (home / "keys" / "oidc.secret").chmod(0o600)
    with (home / "preserve.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            f'\n[web.oidc]\nissuer = "{issuer}"\nclient_id = "{CLIENT}"\n'
            'client_secret_file = "keys/oidc.secret"\nname = "市局统一平台"\n'
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Served]:
    home = staffed_home(tmp_path_factory.mktemp("provided"), cases=0)
    archive = opened(home)
    for name in ("newcomer", "gone", "doubly"):
        how: Any = {"person": f"某{name}", "roles": ["head"], "os_user": "", "actor": _SECURITY, "moment": now()}
        add_person(archive.catalogue, name, **how)
    change_person(archive.catalogue, "gone", roles=None, os_user=None, state="suspended", actor=_SECURITY, moment=now())
    secret = begin_factor(archive.catalogue, "doubly")
    confirm_factor(archive.catalogue, "doubly", code_at(secret, step_of(now()) - 1), now())
    (home.parent / "factor").write_text(secret)
    archive.close()
    _set(home, provider.issuer)
    running = start(home)
    yield running
    running.stop()


_ADDRESSES = count(2)


@pytest.fixture
def client(served: Served, provider: Provider) -> Iterator[httpx.Client]:
    """A client at an address of its own: twenty refusals close one."""
    provider.wrong()
    way = httpx.HTTPTransport(local_address=f"127.0.0.{next(_ADDRESSES)}")
    with httpx.Client(base_url=served.address, headers={"accept-language": "zh"}, timeout=60, transport=way) as asking:
        yield asking


def away(client: httpx.Client, after: str = "/", **form: str) -> str:
    """Press the button; the address at the provider."""
    shown = client.get("/login?" + urlencode({"next": after}))
    assert "用市局统一平台登录" in shown.text
    sent = client.post("/login/provider", data={**fields(shown.text), "next": after, **form})
    assert sent.status_code == 200, sent.text
    return target(sent)


def target(answer: httpx.Response) -> str:
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
    assert found, answer.text
    return html.unescape(found[1])


def entries(served: Served, action: str) -> list[dict[str, Any]]:
    archive = opened(served.home)
    try:
        with archive.catalogue.read() as connection:
            return [json.loads(one.text) for one in ledger.of_action(connection, action)]
    finally:
        archive.close()


def refused(answer: httpx.Response, code: int = 401) -> None:
    assert answer.status_code == code, answer.text
    assert 'role="alert"' in answer.text
    assert "session=" not in answer.headers.get("set-cookie", "")


def test_the_settings_refuse_an_issuer_that_anybody_on_the_way_could_be() -> None:
    from pydantic import ValidationError

    from preserve.settings import Oidc

    for issuer in ("http://sso.bureau.example", "ftp://127.0.0.1", "https://", "https://a@b", "https://b/?x=1", ""):
        with pytest.raises(ValidationError):
            Oidc(issuer=issuer, client_id="c")
    assert Oidc(issuer="https://sso.bureau.example/realms/x", client_id="c").claim == "preferred_username"


def test_a_person_logs_in_and_the_ledger_says_by_whom(client: httpx.Client, served: Served, provider: Provider) -> None:
    address = away(client, "/cases?q=1")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} < set(asked)
    cookie = next(one for one in client.cookies.jar if one.name == "provider")
    assert cookie.has_nonstandard_attr("HttpOnly")
    came = client.get(provider.log_in(address, "archivist"))
    assert (came.status_code, target(came)) == (200, "/cases?q=1")
    assert "SameSite=strict" in came.headers["set-cookie"]
    assert "某archivist" in client.get("/").text
    entry = entries(served, logins.LOGGED_IN)[-1]
    assert (entry["subject"], entry["details"]["provider"]) == ("archivist", provider.issuer)
    assert "credential" not in entry["details"]


def test_an_account_without_a_password_of_ours_logs_in_and_may_decide_nothing(
    client: httpx.Client, served: Served, provider: Provider
) -> None:
    client.get(provider.log_in(away(client), "newcomer"))
    assert "某newcomer" in client.get("/").text
    shown = client.get("/me")
    form = {**fields(shown.text), "deputy": "head", "until": "2026-12-31", "reason": "出差", "confirm": "whatever"}
    told = client.post("/me/deputies", data=form)
    assert told.status_code == 403
    assert "您还没有设置本系统的密码" in told.text
    assert "安全管理员" in told.text
    assert not entries(served, "person.delegated")


def test_a_state_is_taken_once_and_from_its_own_browser(
    client: httpx.Client, served: Served, provider: Provider
) -> None:
    back = provider.log_in(away(client), "archivist")
    with served.nobody() as other:
        refused(other.get(back))
        other.cookies.set("provider", "guessed")
        refused(other.get(back))
    kept = client.cookies["provider"]
    assert client.get(back).status_code == 200
    client.cookies.clear()
    client.cookies.set("provider", kept)
    refused(client.get(back))
    refused(client.get("/login/provider?state=&code=x"))
    refused(client.get("/login/provider"))


@pytest.mark.parametrize(
    "how",
    [
        {"claims": {"nonce": "another"}},
        {"without": ["nonce"]},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"aud": "another"}},
        {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
        {"without": ["exp"]},
        {"without": ["iat"]},
        {"without": ["sub"]},
        {"later": -600},
        {"later": 3600},
        {"alg": "none"},
        {"alg": "HS256"},
        {"stranger": True},
        {"without": ["preferred_username"]},
        {"claims": {"preferred_username": ["archivist"]}},
        {"claims": {"preferred_username": "Archivist"}},
        {"claims": {"preferred_username": "archivist "}},
        {"claims": {"preferred_username": ""}},
        {"claims": {"preferred_username": "<script>alert(1)</script>"}},
    ],
    ids=str,
)
def test_a_token_that_does_not_hold_lets_nobody_in(
    how: dict[str, Any], client: httpx.Client, provider: Provider
) -> None:
    provider.wrong(**how)
    answer = client.get(provider.log_in(away(client), "archivist"))
    refused(answer)
    assert "<script>alert" not in answer.text


def test_another_key_of_the_provider_holds_too(client: httpx.Client, provider: Provider) -> None:
    provider.wrong(alg="ES256")
    assert client.get(provider.log_in(away(client), "archivist")).status_code == 200


def test_the_secret_goes_as_the_provider_takes_it(client: httpx.Client, provider: Provider) -> None:
    provider.wrong(method="client_secret_post")
    assert client.get(provider.log_in(away(client), "archivist")).status_code == 200


@pytest.mark.parametrize("name", ["nobody-here", "gone", "陌生人"])
def test_who_has_no_account_that_holds_is_refused_alike_and_gets_none(
    name: str, client: httpx.Client, served: Served, provider: Provider
) -> None:
    refused(client.get(provider.log_in(away(client), name)))
    assert not [one for one in entries(served, "person.added") if one["subject"] == name and name != "gone"]
    if name == "gone":
        entry = entries(served, logins.LOGIN_REFUSED)[-1]
        assert (entry["subject"], entry["details"]["provider"]) == ("gone", provider.issuer)


def test_what_the_provider_refuses_is_a_refusal(client: httpx.Client) -> None:
    state = parse_qs(urlsplit(away(client)).query)["state"][0]
    refused(client.get("/login/provider?" + urlencode({"state": state, "error": "access_denied"})))


def test_the_answer_of_another_issuer_is_refused(client: httpx.Client, provider: Provider) -> None:
    back = provider.log_in(away(client), "archivist")
    refused(client.get(back + "&" + urlencode({"iss": "https://evil.example"})))


def test_addresses_of_another_host_are_never_asked(client: httpx.Client, provider: Provider) -> None:
    asked: list[str] = []
    with ExitStack() as leaving:
        foreign = leaving.enter_context(provided())
        for how in (
            {"redirect": f"{foreign.issuer}/.well-known/openid-configuration"},
            {"discovery": {"issuer": foreign.issuer}},
            {"discovery": {"jwks_uri": f"{foreign.issuer}/keys"}},
            {"discovery": {"token_endpoint": f"{foreign.issuer}/token"}},
            {"discovery": {"authorization_endpoint": f"{foreign.issuer}/authorize"}},
            {"discovery": {"authorization_endpoint": "javascript:alert(1)"}},
            {"status": 500},
            {"status": 404},
        ):
            provider.wrong(**how)
            answer = client.post("/login/provider", data=fields(client.get("/login").text))
            refused(answer, 503 if how.keys() & {"redirect", "status"} else 401)
            asked.append(answer.text)
    assert not [text for text in asked if foreign.issuer in text]


def test_the_one_time_code_is_asked_for_after_the_provider(
    client: httpx.Client, served: Served, provider: Provider
) -> None:
    secret = (served.home.parent / "factor").read_text()

    def code_page() -> dict[str, str]:
        shown = client.get(provider.log_in(away(client, "/me"), "doubly"))
        assert shown.status_code == 200
        assert "session=" not in shown.headers.get("set-cookie", "")
        return fields(shown.text)

    form = code_page()
    wrong = client.post("/login/provider/code", data={**form, "code": "000000"})
    refused(wrong)
    assert "动态验证码不正确" in wrong.text
    right = {**form, "key": "another", "code": code_at(secret, step_of(now()))}
    refused(client.post("/login/provider/code", data=right))  # the ticket is used up
    form = code_page()
    as_state = client.get("/login/provider?" + urlencode({"state": form["ticket"], "code": "x"}))
    refused(as_state)
    form = code_page()
    entered = client.post("/login/provider/code", data={**form, "code": code_at(secret, step_of(now()))})
    assert (entered.status_code, entered.headers["location"]) == (303, "/me")


def test_a_login_leads_to_no_other_host(client: httpx.Client, provider: Provider) -> None:
    assert target(client.get(provider.log_in(away(client, "//evil.example/"), "archivist"))) == "/"


def test_what_was_written_comes_back_with_the_login(client: httpx.Client, provider: Provider) -> None:
    kept = json.dumps({"address": "/requests", "fields": [["purpose", "举证"]], "asks": []}, ensure_ascii=False)
    came = client.get(provider.log_in(away(client, kept=kept), "archivist"))
    assert came.status_code == 200
    assert "举证" in came.text


def test_a_foreign_page_does_not_begin_a_login(client: httpx.Client) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert client.post("/login/provider", headers=headers).status_code == 403


def test_a_browser_goes_there_and_comes_back_with_its_session(served: Served, provider: Provider) -> None:
    provider.wrong()
    try:
        with person(served, "") as page:
            page.route(
                f"{provider.issuer}/authorize*",
                lambda route: route.fulfill(
                    status=302, headers={"location": provider.log_in(route.request.url, "archivist")}
                ),
            )
            page.goto("/login?next=/cases")
            page.click("button[formaction]")
            page.wait_for_url("**/cases")
            assert "某archivist" in page.inner_text("header")
    finally:
        leave_browser()


def test_a_provider_that_is_down_leaves_the_password(served: Served, tmp_path: Path) -> None:
    home = staffed_home(tmp_path, cases=0)
    with provided() as gone:
        _set(home, gone.issuer)
    running = start(home)
    try:
        with running.nobody() as client:
            refused(client.post("/login/provider", data=fields(client.get("/login").text)), 503)
        assert running.client("archivist").get("/").status_code == 200
    finally:
        running.stop()
