"""One's own account: sessions, tokens, and, for a head, who decides in their place."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.responses import Response

from preserve.errors import PreserveError, UsageError
from preserve.services import my_account, people, second_factors, sessions
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.web import cookies
from preserve.web.asked import Asked
from preserve.web.navigation import safe_address
from preserve.web.routing import page


@page("GET", "/me", "user.whoami", "session.list_own", "token.scopes", "factor.show", "user.deputies")
def me(asked: Asked) -> Response:
    """One's account."""
    return _me(asked)


def _me(asked: Asked, status: int = 200, **values: Any) -> Response:
    session = asked.session
    shown: dict[str, Any] = {
        "failure": None,
        "tokens": sessions.list_own(session).tokens,
        "offered": sessions.scopes_of(session),
        "factor": second_factors.show(session),
        "delegations": my_account.deputies(session).delegations,
        "written": {},
    }
    return asked.show("me/me.html", status, **{**shown, **values})


def _again(asked: Asked, error: PreserveError) -> Response:
    """The page with what went wrong, and what was written."""
    return _me(asked, http_status(error), failure=known_failure(error), written=dict(asked.form))


@page("GET", "/me/news", "user.news")
def news(asked: Asked) -> Response:
    """What was done with one's account lately, before one goes on."""
    findings = my_account.told(asked.session).findings
    return asked.show("entry/news.html", findings=findings, after=safe_address(asked.query.get("next", "/")))


@page("POST", "/me/sessions/{id}/end", "session.end")
def end(asked: Asked) -> Response:
    """End one of one's sessions or tokens."""
    own = asked.who.token
    ended = sessions.end(asked.session, asked.path["id"])
    if ended.id == own:
        response = asked.see_other("/login")
        cookies.end_session(asked.request, response)
        return response
    return asked.see_other("/me", "web.me-ended")


@page("POST", "/me/tokens", "token.make")
def make_token(asked: Asked) -> Response:
    """A token for one's own programs; it is shown on this page and never again."""
    try:
        made = sessions.make(
            asked.session,
            asked.form.get("name", ""),
            scopes=asked.form.getlist("scope"),
            days=number(asked.form.get("days", "")),
            password=asked.form.get("password", ""),
        )
    except PreserveError as error:
        return _again(asked, error)
    return asked.show("me/token.html", made=made, back="/me")


def number(text: str) -> int:
    """A number as it was written. Raises UsageError."""
    if not (text.strip().isascii() and text.strip().isdigit() and len(text) < 8):
        raise UsageError("web.me-no-number", text[:20])
    return int(text)


@page("POST", "/me/deputies", "user.delegate", "user.confirm")
def delegate(asked: Asked) -> Response:
    """Let somebody decide in one's place."""
    form = asked.form
    try:
        since = day(form["since"]) if form.get("since") else None
        until, deputy = day(asked.needed("until")), asked.needed("deputy")
        people.delegate(
            asked.confirmed(("user.delegate", deputy)), deputy, until=until, since=since, reason=form.get("reason", "")
        )
    except PreserveError as error:
        return _again(asked, error)
    return asked.see_other("/me", "web.me-delegated")


def day(text: str) -> date:
    """A day as a browser writes it. Raises UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("web.me-no-day", text[:20]) from error


@page("POST", "/me/deputies/{deputy}/end", "user.end-delegation")
def end_delegation(asked: Asked) -> Response:
    """Decide oneself again."""
    people.end_delegation(asked.session, asked.path["deputy"])
    return asked.see_other("/me", "web.me-delegation-ended")
