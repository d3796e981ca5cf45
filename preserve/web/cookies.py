"""The cookies of the door: the session, the language of who has not logged in, and who is at the provider meanwhile."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

LANGUAGE = "language"
CHOSEN = "fonds"
"""Which fonds of a house a browser works in. It gives no right: each fonds asks for a session of its own."""


def _name(request: Request) -> str:
    # The prefix binds the cookie to this host and to TLS; a browser takes it by TLS only (RFC 6265bis §4.1.3.2).
    name = "__Host-session" if request.url.scheme == "https" else "session"
    # In a house each fonds has a cookie of its own: who logs in to one stays in the other.
    return f"{name}-{code}" if (code := request.scope.get("fonds")) else name


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


def set_chosen(request: Request, response: Response, code: str) -> None:
    """Let the browser go on in this fonds, also where a link in a letter leads to one of its pages."""
    response.set_cookie(CHOSEN, code, path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax")


_PROVIDER_SECONDS = 600


def _provider(request: Request) -> str:
    return "__Host-provider" if request.url.scheme == "https" else "provider"


def provider_of(request: Request) -> str:
    """The secret of the login that this browser has begun at the provider; empty where it sent none."""
    return request.cookies.get(_provider(request), "")


def set_provider(request: Request, response: Response, secret: str) -> None:
    """Bind a login at the provider to this browser. It comes back from another host, so the cookie is `Lax`."""
    response.set_cookie(
        _provider(request),
        secret,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
        max_age=_PROVIDER_SECONDS,
    )


def end_provider(request: Request, response: Response) -> None:
    """Take that secret from the browser."""
    response.delete_cookie(
        _provider(request), path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )
