"""What every answer carries and what no request gets away with: headers, hosts, smuggling, sizes, secrets in logs."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest

import preserve.services.rooms  # noqa: F401  declares every operation
from preserve.web.app import all_pages
from preserve.web.render import HERE
from preserve.web.security import SAFE
from tests.support.web import PASSWORD, Served, fields, person, serving

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door"), cases=1) as running:
        yield running


def _raw(served: Served, request: bytes) -> bytes:
    """The whole answer to bytes that no client library would send."""
    place = urlsplit(served.address)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=20) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    return answer


def test_every_answer_carries_the_headers_refusals_and_errors_too(served: Served) -> None:
    client = served.client("auditor")
    for page in all_pages():
        if page.method != "GET":
            continue
        address = re.sub(r"\{[^}]+\}", "1", page.path)
        answer = client.get(address)
        assert answer.status_code != 500, address
        for name, value in HEADERS.items():
            assert answer.headers.get(name, "").startswith(value), (address, answer.status_code, name)
        assert "unsafe" not in answer.headers["content-security-policy"]
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=\"", answer.text), address
            assert "no-store" in answer.headers["cache-control"], address


HOSTILE = '<script>alert(1)</script>" onload="x\u202e'


@pytest.mark.parametrize("account", ["archivist", "head"])
def test_what_is_asked_for_is_shown_as_text(served: Served, account: str) -> None:
    client, names = served.client(account), {"person", "subject", "action", "q", "until"}
    for file in HERE.rglob("*.py"):
        names |= set(re.findall(r"query(?:\.get\(|\[|\.getlist\()\"(\w+)\"", file.read_text(encoding="utf-8")))
    assert {"after", "next", "note", "since"} <= names
    for page in all_pages():
        if page.method == "GET":
            address = re.sub(r"\{[^}]+\}", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", page.path)
            answer = client.get(address, params=dict.fromkeys(names, HOSTILE))
            assert answer.status_code < 500, (address, answer.status_code)
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert "<script>alert" not in answer.text and '" onload="' not in answer.text, address
                assert "\u202e" not in answer.text, address


def test_nothing_changes_by_a_get(served: Served) -> None:
    client = served.client("security")
    for page in all_pages():
        if page.method == "POST":
            address = re.sub(r"\{[^}]+\}", "head", page.path)
            assert client.get(address).status_code in (200, 303, 400, 403, 404, 405, 409, 422), address
    assert served.client("head").get("/me").status_code == 200


def test_a_form_of_another_session_or_site_does_nothing(served: Served) -> None:
    client, other = served.client("archivist"), served.client("head")
    foreign = fields(other.get("/me").text)["csrf"]
    own = fields(client.get("/me").text)["csrf"]
    for page in all_pages():
        if page.method in SAFE or page.path == "/login":
            continue
        address = re.sub(r"\{[^}]+\}", "1", page.path)
        if not page.raw:
            assert client.request(page.method, address, data={"csrf": foreign}).status_code == 403, address
        headers = {"origin": "https://evil.example", "x-csrf": own}
        assert client.request(page.method, address, headers=headers, data={"csrf": own}).status_code == 403, address
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /login HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET /login HTTP/1.1\r\n\r\n",
        b"GET http://evil.example/login HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 6\r\nContent-Length: 60\r\n\r\nGET / ",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"GET /login\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=[
        "foreign host",
        "two hosts",
        "no host",
        "absolute address",
        "two lengths",
        "length and chunks",
        "unknown coding",
        "negative length",
        "NUL",
        "long head",
        "TLS",
    ],
)
def test_what_is_no_request_of_ours_is_refused(served: Served, request_: bytes) -> None:
    answer = _raw(served, request_.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
    assert answer == b"" or re.match(rb"HTTP/1\.1 (4\d\d|501)", answer), answer[:200]
    assert answer.count(b"HTTP/1.1 ") <= 1
    with served.nobody() as client:
        assert client.get("/login").status_code == 200


def test_a_form_has_so_many_fields_and_bytes_and_no_more(served: Served) -> None:
    client = served.client("archivist")
    token = fields(client.get("/me").text)["csrf"]
    many = "&".join(f"a{number}=1" for number in range(25_000))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/language", content=f"csrf={token}&{many}", headers=kind).status_code in (400, 413)
    assert client.post("/language", content=b"x" * (2 << 20), headers=kind).status_code == 413
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post("/language", content=b"--x\r\nnothing", headers=broken).status_code in (400, 403)
    assert client.post("/language", content=b"{", headers={"content-type": "text/plain"}).status_code in (400, 403)


def test_a_file_of_the_host_is_never_served(served: Served) -> None:
    client = served.client("archivist")
    for path in ("/static/../app.py", "/static/x/%2e%2e/app.py", "/..%2f..%2fetc/passwd", "/static/0/%2fetc%2fpasswd"):
        assert client.get(path).status_code == 404, path


def test_no_secret_is_in_the_log(served: Served) -> None:
    with served.nobody() as client:
        client.post("/login", data={"account": "head", "password": "my-very-secret-guess", "code": "123123"})
        client.get("/login?next=/cases%3Fq%3Dsecret-words")
        client.post("/login", data={"account": "head", "password": PASSWORD})
        token = client.cookies.get("session") or "none"
        client.get("/cases?q=secret-words")
    log = "".join(served.log)
    for secret in ("my-very-secret-guess", PASSWORD, token, "secret-words", "123123"):
        assert secret not in log
    archive = (served.home / "catalogue.sqlite").read_bytes() + (served.home / "catalogue.sqlite-wal").read_bytes()
    for secret in ("my-very-secret-guess", PASSWORD, token):
        assert secret.encode() not in archive


def test_no_template_has_a_script_style_or_handler_of_its_own_nor_another_host() -> None:
    for file in [*(HERE / "templates").rglob("*.html"), *(HERE / "static").rglob("*.js")]:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".html":
            assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), file
            assert not re.search(r"\s[\w-]+=\{\{", text), f"{file}: a value stands in no quotation marks"
            assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text), file
        elif "vendored" not in file.parts:
            assert not re.search(r"\beval\(|new Function|innerHTML|document\.write|https?://", text), file


def test_no_request_leaves_the_host_and_nothing_is_left_in_the_browser(served: Served) -> None:
    asked: list[str] = []
    with person(served, "security") as page:
        page.on("request", lambda request: asked.append(request.url))
        for address in (
            "/",
            "/accounts",
            "/accounts/head",
            "/accounts/new",
            "/accounts/sessions",
            "/me",
            "/me/second-factor",
        ):
            page.goto(address)
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert page.evaluate("navigator.serviceWorker ? 0 : 0") == 0
        cookies = page.context.cookies()
    assert asked and all(url.startswith(served.address) for url in asked)
    session = next(cookie for cookie in cookies if cookie["name"] == "session")
    assert session["httpOnly"] and session["sameSite"] == "Strict" and session["path"] == "/"


def test_who_guesses_is_answered_alike_and_slowed_down(served: Served) -> None:
    with served.nobody() as client:
        answers = [
            client.post("/login", data={"account": account, "password": "wrong"})
            for account in ("nobody-of-this-name", "archivist2", "<script>", "张三")
        ]
        shown = {
            re.sub(r'value="[^"]*"', "", answer.text).replace(name, "")
            for answer, name in zip(
                answers, ("nobody-of-this-name", "archivist2", "&lt;script&gt;", "张三"), strict=True
            )
        }
        assert {answer.status_code for answer in answers} == {401} and len(shown) == 1
        for _ in range(25):
            last = client.post("/login", data={"account": "nobody-of-this-name", "password": "wrong"})
            if last.status_code == 429:
                break
        assert last.status_code == 429 and int(last.headers["retry-after"]) > 0
    door = psutil.Process(served.process.pid)
    helping = [one for one in door.children() if one.nice() > door.nice()]
    assert any("preserve.administration.hashing_child" in one.cmdline() for one in helping)
