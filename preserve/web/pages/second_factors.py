"""One's own second factor: one-time codes and security keys, set up and ended."""

from __future__ import annotations

from typing import Any

import segno
from markupsafe import Markup
from starlette.responses import Response

from preserve.errors import PreserveError, Refused
from preserve.services import second_factors, security_keys, sessions
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.web import cookies
from preserve.web.asked import Asked
from preserve.web.routing import page


@page("GET", "/me/second-factor", "factor.show")
def second_factor(asked: Asked) -> Response:
    """Whether one has a second factor, and how it is set up."""
    return _factor(asked)


def _factor(asked: Asked, status: int = 200, **values: Any) -> Response:
    found = second_factors.show(asked.session)
    shown: dict[str, Any] = {"factor": found, "begun": None, "confirming": False, "failure": None, "name": ""}
    return asked.show("me/factor.html", status, **{**shown, **values})


@page("POST", "/me/second-factor", "factor.begin", "factor.show")
def begin_factor(asked: Asked) -> Response:
    """A new secret, to be read by an authenticator."""
    begun = second_factors.begin(asked.session)
    drawn = Markup(segno.make(begun.uri, micro=False).svg_inline(scale=5, border=4, light="white"))
    return _factor(asked, begun=begun, drawn=drawn)


@page("POST", "/me/second-factor/confirm", "factor.confirm", "factor.show", "session.close")
def confirm_factor(asked: Asked) -> Response:
    """From now on each login asks for a code; one logs in anew with one. A wrong one is typed again."""
    try:
        second_factors.confirm(asked.session, asked.needed("code"))
    except Refused as error:
        return _factor(asked, http_status(error), failure=known_failure(error), confirming=True)
    return _anew(asked, "web.me-factor-set")


def _anew(asked: Asked, note: str) -> Response:
    """Log in anew, with what was just set up: then it is sure that it works."""
    sessions.close_session(asked.session)
    response = asked.see_other("/login", note)
    cookies.end_session(asked.request, response)
    return response


@page("POST", "/me/second-factor/end", "factor.end", "factor.show")
def end_factor(asked: Asked) -> Response:
    """End one's second factor, by password and code."""
    try:
        second_factors.end(asked.session, password=asked.form.get("password", ""), code=asked.form.get("code", ""))
    except PreserveError as error:
        return _factor(asked, http_status(error), failure=known_failure(error))
    return asked.see_other("/me", "web.me-factor-ended")


@page("POST", "/me/second-factor/keys", "factor.begin_key", "factor.show")
def begin_key(asked: Asked) -> Response:
    """Ask a new key to sign."""
    name = asked.form.get("name", "")
    try:
        begun = security_keys.begin(asked.session, name, password=asked.form.get("password", ""), origin=asked.origin)
    except PreserveError as error:
        return _factor(asked, http_status(error), failure=known_failure(error), name=name)
    return asked.show("me/key.html", begun=begun)


@page("POST", "/me/second-factor/keys/add", "factor.add_key", "factor.show", "session.close")
def add_key(asked: Asked) -> Response:
    """Keep the key that has signed; after the first one, one logs in anew with it."""
    try:
        added = security_keys.add(asked.session, asked.form.get("answer", ""))
    except PreserveError as error:
        return _factor(asked, http_status(error), failure=known_failure(error))
    if added.first:
        return _anew(asked, "web.me-key-first")
    return asked.see_other("/me/second-factor", "web.me-key-added")


@page("POST", "/me/second-factor/keys/{id}/remove", "factor.remove_key", "factor.show")
def remove_key(asked: Asked) -> Response:
    """Remove a key, by password."""
    try:
        security_keys.remove(asked.session, asked.path["id"], password=asked.form.get("password", ""))
    except PreserveError as error:
        return _factor(asked, http_status(error), failure=known_failure(error))
    return asked.see_other("/me/second-factor", "web.me-key-removed")
