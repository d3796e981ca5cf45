"""The names of the door's cookies: one session for an archive, and in a house one for each fonds."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from preserve.web import cookies


def request(scheme: str = "https", cookie: str = "", **more: Any) -> Request:
    headers = [(b"host", b"archive.test"), (b"cookie", cookie.encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": scheme, "headers": headers}
    return Request({**scope, "server": ("archive.test", 443), **more})


@pytest.mark.parametrize(
    ("scheme", "more", "name"),
    [
        ("http", {}, "session"),
        ("https", {}, "__Host-session"),
        ("https", {"fonds": ""}, "__Host-session"),
        ("https", {"fonds": "culture"}, "__Host-session-culture"),
    ],
)
def test_a_session_has_a_cookie_of_its_fonds(scheme: str, more: dict[str, str], name: str) -> None:
    assert cookies.session_of(request(scheme, f"{name}=mine; other=x", **more)) == "mine"
    assert cookies.session_of(request(scheme, "__Host-session-sport=theirs", **more)) == ""
    response = Response()
    cookies.set_session(request(scheme, **more), response, "mine")
    said = response.headers["set-cookie"]
    assert said.startswith(f"{name}=mine;") and "HttpOnly" in said and "SameSite=strict" in said
    assert ("Secure" in said) == (scheme == "https")


def test_what_was_chosen_is_kept_for_pages_of_this_host_alone() -> None:
    response = Response()
    cookies.set_chosen(request(), response, "culture")
    said = response.headers["set-cookie"]
    assert said.startswith("fonds=culture;") and "SameSite=lax" in said and "domain" not in said.lower()
