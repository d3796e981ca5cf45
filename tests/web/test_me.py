"""One's own account: sessions, a token of one's own, a second factor, a deputy, and what was written when it ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from preserve.administration.one_time_codes import code_at, step_of
from tests.support.web import PASSWORD, Served, fields, send, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        yield running


def _entered(served: Served, account: str, **form: str) -> httpx.Client:
    client = served.nobody()
    answer = client.post("/login", data={"account": account, "password": PASSWORD, **form})
    assert answer.status_code == 303, answer.text[-500:]
    return client


def test_logging_out_ends_this_session_and_no_other(served: Served) -> None:
    one, two = _entered(served, "archivist"), _entered(served, "archivist")
    assert one.get("/me").text.count('class="badge">当前') == 1
    assert send(one, "/me", "/logout").status_code == 303
    assert (one.get("/me").status_code, two.get("/me").status_code) == (303, 200)
    addresses = re.findall(r'action="(/me/sessions/[^"]+/end)"', two.get("/me").text)
    assert len(addresses) == 1
    assert send(two, "/me", addresses[0]).headers["location"] == "/login"
    assert two.get("/me").status_code == 303


def test_a_token_of_ones_own_is_shown_once(served: Served) -> None:
    client = _entered(served, "archivist2")
    wish = {"name": "<b>统计", "scope": ["report"], "days": "30"}
    wrong = send(client, "/me", "/me/tokens", **wish, password="wrong")
    assert wrong.status_code == 401 and 'value="&lt;b&gt;统计"' in wrong.text
    made = send(client, "/me", "/me/tokens", **wish, password=PASSWORD)
    found = re.search(r'class="secret">(prs_[^<]+)<', made.text)
    assert found is not None and found[1] not in client.get("/me").text
    assert send(client, "/me", "/me/tokens", **{**wish, "days": "x"}, password=PASSWORD).status_code == 400
    assert client.get("/me").status_code == 200, "a wrong password is said, and ends no session"


def test_a_second_factor_is_set_up_and_asked_for(served: Served) -> None:
    client = _entered(served, "examiner")
    begun = send(client, "/me/second-factor", "/me/second-factor")
    found = re.search(r'class="secret">([A-Z2-7]+)<', begun.text)
    assert found is not None and "<svg" in begun.text and " style=" not in begun.text
    given = {**fields(begun.text)}
    wrong = client.post("/me/second-factor/confirm", data={**given, "code": "000000"})
    assert wrong.status_code == 422
    code = code_at(found[1], step_of(datetime.now(UTC)))
    done = client.post("/me/second-factor/confirm", data={**given, "key": "another", "code": code})
    assert done.headers["location"].startswith("/login")
    with served.nobody() as other:
        assert other.post("/login", data={"account": "examiner", "password": PASSWORD}).status_code == 401
        following = code_at(found[1], step_of(datetime.now(UTC)) + 1)
        entered = other.post("/login", data={"account": "examiner", "password": PASSWORD, "code": following})
        assert entered.status_code == 303
        assert "停用动态验证码" in other.get("/me/second-factor").text


def test_a_head_lets_another_decide(served: Served) -> None:
    client = _entered(served, "head")
    until = (date.today() + timedelta(days=3)).isoformat()
    wish = {"deputy": "examiner", "until": until, "reason": "出差", "confirm": PASSWORD}
    assert send(client, "/me", "/me/deputies", **{**wish, "deputy": "auditor"}).status_code == 422
    assert send(client, "/me", "/me/deputies", **{**wish, "until": "soon"}).status_code == 400
    assert send(client, "/me", "/me/deputies", **wish).status_code == 303
    assert "/me/deputies/examiner/end" in client.get("/me").text
    assert send(client, "/me", "/me/deputies/examiner/end").status_code == 303
    assert "/me/deputies/examiner/end" not in client.get("/me").text


def test_what_was_written_is_kept_when_the_session_has_ended(served: Served) -> None:
    client = _entered(served, "head")
    given = fields(client.get("/me").text)
    here, elsewhere = _entered(served, "head"), client
    for address in re.findall(r'action="(/me/sessions/[^"]+/end)"', here.get("/me").text)[1:]:
        send(here, "/me", address)
    wish = {"deputy": "examiner", "until": "2001-01-01", "reason": "<出差>", "confirm": "secret"}
    over = elsewhere.post("/me/deputies", data={"csrf": given["csrf"], "key": "k", **wish})
    assert over.status_code == 401 and "&lt;出差&gt;" in over.text and "secret" not in over.text
    kept = fields(over.text)["kept"].replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">")
    again = elsewhere.post("/login", data={"account": "head", "password": PASSWORD, "kept": kept})
    assert again.status_code == 200 and 'action="/me/deputies"' in again.text
    assert re.search(r'<input id="f-confirm" name="confirm" type="password" value=""', again.text)
    sent = elsewhere.post("/me/deputies", data={**fields(again.text), **wish, "confirm": PASSWORD})
    assert sent.status_code == 400 and 'role="alert"' in sent.text
    foreign = kept.replace("/me/deputies", "https://evil.example/")
    back = elsewhere.post("/login", data={"account": "head", "password": PASSWORD, "kept": foreign})
    assert (back.status_code, back.headers["location"]) == (303, "/")


def test_the_language_is_kept_with_the_account(served: Served) -> None:
    client = _entered(served, "depositor")
    send(client, "/me", "/language", language="en", next="/me")
    with served.nobody("zh") as other:
        other.post("/login", data={"account": "depositor", "password": PASSWORD})
        assert "My account" in other.get("/me").text
