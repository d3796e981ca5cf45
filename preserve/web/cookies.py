"""The two cookies of the door: the session, and the language of who has not logged in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

LANGUAGE = "language"


def _name(request: Request) -> str:
    # The prefix binds the cookie to this host and to TLS; a browser takes it by TLS only (RFC 6265bis §4.1.3.2).
    return "__Host-session" if request.url.scheme == "https" else "session"


def session_of(request: Request) -> str:
    """The session's token as the browser sent it; empty where it sent none."""
    return request.cookies.get(_name(request), "")


def set_session(request: Request, response: Response, token: str) -> None:
    """Give the browser a session; it ends with the browser, or when the archive says so."""
    response.set_cookie(
        _name(request), token, path="/", secure=request.url.scheme == "https", httponly=True, samesite="strict"
    )


def end_session(request: Request, response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(
        _name(request), path="/", secure=request.url.scheme == "https", httponly=True, samesite="strict"
    )


def set_language(request: Request, response: Response, language: str) -> None:
    """Let the browser say the language until somebody logs in."""
    response.set_cookie(
        LANGUAGE,
        language,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
        max_age=365 * 86400,
    )
