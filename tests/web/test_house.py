"""A house behind one address: who belongs to one fonds tries everything to reach another, by pages and over REST."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.support.houses import BODIES, PASSWORD, House, make_house, number_in
from tests.support.sessions import entries
from tests.support.web import Served, fields, start

pytestmark = pytest.mark.xdist_group("web-house")
API = "/api/v1"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = make_house(tmp_path_factory.mktemp("house"))
    file = made.path / "house.toml"
    file.write_text(file.read_text(encoding="utf-8") + 'host = "archive.test"\n', encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def served(house: House) -> Iterator[Served]:
    door = start(house.path / "register", "--no-worker")
    yield door
    door.stop()


def entered(served: Served, code: str, account: str = "wu") -> httpx.Client:
    """Somebody of a fonds, logged in to it through its entrance."""
    client = served.nobody()
    assert client.get(f"/f/{code}/").headers["location"] == "/"
    done = client.post("/login", data={"account": account, "password": PASSWORD})
    assert done.status_code in (200, 303), done.text
    return client


def test_who_comes_in_chooses_and_sees_the_bodies_alone(served: Served) -> None:
    client = served.nobody()
    page = client.get("/")
    assert page.status_code == 200 and all(name in page.text for name in BODIES.values())
    assert "〔2026〕" not in page.text
    assert client.get("/cases").headers["location"].startswith("/login")
    assert "临江市档案馆" in client.get("/login").text, "nothing was chosen: the register asks"
    client.get("/f/culture/")
    page = client.get("/login")
    assert BODIES["culture"] in page.text and 'href="/f"' in page.text


def test_each_fonds_shows_its_own_cases_and_one_browser_may_be_in_both(served: Served) -> None:
    client = entered(served, "culture")
    assert number_in("culture") in client.get("/cases").text
    client.get("/f/sport/")
    assert client.get("/cases").headers["location"].startswith("/login"), "the other one asks anew"
    client.post("/login", data={"account": "wu", "password": PASSWORD})
    page = client.get("/cases").text
    assert number_in("sport") in page and number_in("culture") not in page
    client.get("/f/culture/")
    page = client.get("/cases").text
    assert number_in("culture") in page and number_in("sport") not in page


def test_a_session_of_one_is_nobody_s_in_the_other_whatever_its_cookie_is_called(served: Served) -> None:
    mine = entered(served, "culture")
    token = mine.cookies["session-culture"]
    for name in ("session-sport", "session", "session-register", "session-"):
        thief = served.nobody()
        thief.cookies.update({name: token, "fonds": "sport"})
        for path in ("/cases", "/jobs", "/media", "/requests", "/accounts", "/audit", "/"):
            shown = thief.get(path)
            assert shown.status_code == 303 and shown.headers["location"].startswith("/login"), (name, path)
            assert "〔2026〕" not in shown.text


def test_a_form_of_one_does_nothing_in_the_other(served: Served, house: House) -> None:
    client = entered(served, "culture")
    form = fields(client.get("/requests").text)
    client.get("/f/sport/")
    client.post("/login", data={"account": "wu", "password": PASSWORD})
    with house.opened("sport") as other:
        before = len(entries(other))
    refused = client.post("/logout", data=form)
    assert refused.status_code == 403
    with house.opened("sport") as other:
        assert len(entries(other)) == before
    assert client.get("/cases").status_code == 200, "and the session there goes on"


def test_a_page_of_somebody_else_s_does_not_choose(served: Served) -> None:
    client = served.nobody()
    shown = client.get("/f/sport/", headers={"sec-fetch-site": "cross-site"})
    assert shown.headers["location"] == "/f" and "fonds" not in client.cookies
    for code in ("nobody", "..", "%2e%2e", "register%2f..", "A"):
        shown = client.get(f"/f/{code}/cases")
        assert shown.status_code in (303, 404), code
        client.cookies.clear()
    client.cookies.update({"fonds": "../register"})
    assert client.get("/cases").headers["location"].startswith("/login")
    client.cookies.update({"fonds": "nobody"})
    assert client.get("/cases").status_code == 404


def test_the_auditor_of_the_house_sees_counts_in_the_browser(served: Served) -> None:
    client = entered(served, "register", "song")
    page = client.get("/house")
    assert page.status_code == 200 and all(name in page.text for name in BODIES.values())
    assert "〔2026〕" not in page.text and "aip-" not in page.text
    assert 'href="/house"' in client.get("/fonds").text


@pytest.mark.parametrize(
    "path",
    [
        "/cases",
        "/search?q=测试",
        "/jobs",
        "/media",
        "/requests",
        "/accounts",
        "/fonds",
        "/audits",
        "/me",
        "/ledger/entries",
        f"/cases/{number_in('sport')}",
    ],
)
def test_over_rest_a_token_is_of_one_fonds(served: Served, house: House, path: str) -> None:
    client, other = served.nobody(), {"authorization": f"Bearer {house.tokens['culture']['wu']}"}
    for base in ("/f/sport", "/f/register"):
        shown = client.get(f"{base}{API}{path}", headers=other)
        assert shown.status_code in (401, 403), (base, path, shown.text)
        assert "〔2026〕1" not in shown.text.replace(number_in("sport"), "") and "aip-" not in shown.text
    with_host = client.get(f"{API}{path}", headers={**other, "host": "sport.archive.test"})
    assert with_host.status_code in (401, 403)


def test_over_rest_one_sees_one_s_own(served: Served, house: House) -> None:
    client, mine = served.nobody(), {"authorization": f"Bearer {house.tokens['culture']['wu']}"}
    for base, host in (("/f/culture", {}), ("", {"host": "culture.archive.test"})):
        shown = client.get(f"{base}{API}/cases", headers={**mine, **host})
        assert shown.status_code == 200, shown.text
        assert number_in("culture") in shown.text and number_in("sport") not in shown.text
    told = [
        client.get(f"/f/culture{API}/cases/{number}", headers=mine)
        for number in (number_in("sport"), "没有的〔2026〕9号")
    ]
    assert [shown.status_code for shown in told] == [404, 404]
    assert json.loads(told[0].text)["type"] == json.loads(told[1].text)["type"]
    assert client.get(f"/f/nobody{API}/cases", headers=mine).status_code == 404
    assert client.get("/cases", headers={"host": "nobody.archive.test"}).status_code == 404
    assert client.get("/", headers={"host": "elsewhere.test"}).status_code == 421


def test_a_job_and_its_files_are_of_one_fonds(served: Served, house: House) -> None:
    client = served.nobody()
    mine = {"authorization": f"Bearer {house.tokens['culture']['wu']}", "idempotency-key": "1"}
    asked = client.post(f"/f/culture{API}/replications", headers=mine, json={})
    assert asked.status_code == 202, asked.text
    number = json.loads(asked.text)["id"]
    theirs = {"authorization": f"Bearer {house.tokens['sport']['wu']}"}
    assert client.get(f"/f/culture{API}/jobs/{number}", headers=mine).status_code == 200
    assert client.get(f"/f/sport{API}/jobs/{number}", headers=theirs).status_code == 404
    assert client.get(f"/f/culture{API}/jobs/{number}", headers=theirs).status_code in (401, 403)
    listed = client.get(f"/f/sport{API}/jobs", headers=theirs)
    assert listed.status_code == 200 and number not in listed.text, "its worker finds no row of another's"


def test_one_fonds_that_cannot_be_opened_does_not_end_the_others(served: Served, house: House) -> None:
    broken = house.path / "fonds" / "broken"
    broken.mkdir()
    (broken / "preserve.toml").write_text("archive_id = 1\n", encoding="utf-8")
    client = served.nobody()
    client.cookies.update({"fonds": "broken"})
    assert client.get("/cases").status_code in (404, 503)
    assert number_in("culture") in entered(served, "culture").get("/cases").text
