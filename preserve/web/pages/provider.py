"""Logging in by the bureau's OpenID Connect provider: the button, the way back, and the one-time code after it."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlencode

from starlette.responses import Response

from preserve.errors import Busy, NotPermitted, PreserveError, ToolMissing
from preserve.services import provider_login, sessions
from preserve.services.failures import known_failure
from preserve.services.http import http_status, retry_after
from preserve.services.provider_login import Answer, Arrived
from preserve.web import cookies
from preserve.web.asked import Asked
from preserve.web.pages.entry import entered
from preserve.web.routing import page

_BACK = "/login/provider"
_LONGEST = 4096  # characters of what comes back


@page("POST", _BACK, "session.ask_provider")
def to_provider(asked: Asked) -> Response:
    """Send the browser to the provider.

    By a page and not by a redirect: the answer to a form may lead to no other host (`form-action` of our CSP).
    """
    after, kept = asked.form.get("next", "/")[:_LONGEST], asked.form.get("kept", "")
    carried = urlencode({"next": after, "kept": kept})
    try:
        at = provider_login.ask_provider(asked.session, f"{str(asked.request.base_url).rstrip('/')}{_BACK}", carried)
    except (NotPermitted, Busy, ToolMissing) as error:
        return _refused(asked, error, carried)
    response = asked.show("entry/onward.html", address=at.address, abroad=True)
    cookies.set_provider(asked.request, response, at.browser)
    return response


@page("GET", _BACK, "session.open_by_provider")
def from_provider(asked: Asked) -> Response:
    """The provider sent the browser back: log in, or ask for the one-time code."""
    given = {name: asked.query.get(name, "")[:_LONGEST] for name in ("state", "code", "error", "iss")}
    answer = Answer(given["state"], given["code"], given["error"], given["iss"])
    began = time.monotonic()
    try:
        arrived = provider_login.open_by_provider(asked.session, answer, cookies.provider_of(asked.request))
    except (NotPermitted, Busy, ToolMissing) as error:
        if isinstance(error, NotPermitted):
            sessions.even_out(began)
        return _refused(asked, error, "")
    if arrived.asked is not None:
        fields = parse_qs(arrived.carried)
        after, kept = fields.get("next", ["/"])[0], fields.get("kept", [""])[0]
        response = asked.show("entry/key.html", wanted=arrived.asked, after=after, kept=kept)
        cookies.end_provider(asked.request, response)
        return response
    if arrived.opened is None:
        return asked.show("entry/code.html", ticket=arrived.ticket)
    response = _entered(asked, arrived)
    if response.status_code != 303:
        return response
    # The browser came from another host: were it sent on at once, it would not show its new cookie (SameSite=Strict).
    onward = asked.show("entry/onward.html", address=response.headers["location"], abroad=False)
    for cookie in response.headers.getlist("set-cookie"):
        onward.headers.append("set-cookie", cookie)
    return onward


@page("POST", f"{_BACK}/code", "session.open_by_code")
def give_code(asked: Asked) -> Response:
    """The one-time code of who has come back from the provider."""
    began = time.monotonic()
    ticket, code = asked.form.get("ticket", ""), asked.form.get("code", "")
    try:
        arrived = provider_login.open_by_code(asked.session, ticket, cookies.provider_of(asked.request), code)
    except (NotPermitted, Busy, ToolMissing) as error:
        if isinstance(error, NotPermitted):
            sessions.even_out(began)
        return _refused(asked, error, "")
    return _entered(asked, arrived)


def _entered(asked: Asked, arrived: Arrived) -> Response:
    assert arrived.opened is not None, "without a session the code is asked for first"
    carried = parse_qs(arrived.carried)
    response = entered(asked, arrived.opened, carried.get("next", ["/"])[0], carried.get("kept", [""])[0])
    cookies.end_provider(asked.request, response)
    return response


def _refused(asked: Asked, error: PreserveError, carried: str) -> Response:
    """The login page with what was wrong; what somebody wrote goes with it."""
    fields = parse_qs(carried)
    shown = {"after": fields.get("next", ["/"])[0], "kept": fields.get("kept", [""])[0], "account": ""}
    response = asked.show("entry/login.html", http_status(error), failure=known_failure(error), **shown)
    if seconds := retry_after(error):
        response.headers["retry-after"] = str(seconds)
    cookies.end_provider(asked.request, response)
    return response
