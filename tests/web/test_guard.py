"""What stands before every page: the form's token, headers, hosts, sizes, and the sentence of each refusal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.web import Served, fields, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        yield running


def test_a_form_without_its_token_or_from_elsewhere_does_nothing(served: Served) -> None:
    client = served.client("archivist")
    assert client.post("/logout", data={}).status_code == 403
    token = fields(client.get("/").text)["csrf"]
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert client.post("/logout", data={"csrf": token}, headers=headers).status_code == 403
    assert client.get("/").status_code == 200


def test_every_answer_has_its_headers(served: Served) -> None:
    with served.nobody() as client:
        for address, status in (("/login", 200), ("/nothing", 404), ("/", 303)):
            answer = client.get(address)
            assert answer.status_code == status
            assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
        assert client.get("/login", headers={"host": "evil.example"}).status_code == 421


def test_files_of_the_door_are_served_by_their_digest_alone(served: Served) -> None:
    with served.nobody() as client:
        page = client.get("/login").text
        sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
        assert client.get(sheet).headers["content-type"].startswith("text/css")
        assert client.get(sheet.replace("style.css", "page.js")).status_code == 404
        assert client.get("/static/0000000000000000/../app.py").status_code == 404


def test_a_body_beyond_the_limit_is_not_read(served: Served) -> None:
    with served.nobody() as client:
        assert client.post("/login", content=b"x" * (2 << 20)).status_code == 413
        answer = client.post("/login", content=iter([b"a=" + b"x" * (1 << 20)] * 3), headers={"content-type": FORM})
        assert answer.status_code == 413


FORM = "application/x-www-form-urlencoded"


def test_each_request_is_logged_by_its_route_and_account_and_nothing_more(served: Served) -> None:
    client = served.client("archivist")
    answer = client.get("/cases?q=某人的姓名")
    number = answer.headers["x-request-id"]
    for _ in range(500):  # what the server says arrives by a pipe
        if found := [line for line in served.log if number in line]:
            break
        client.get("/login")
    (line,) = found
    assert "archivist GET /cases 200" in line
    assert "姓名" not in "".join(served.log)
    assert not any(token in "".join(served.log) for token in client.cookies.values())
