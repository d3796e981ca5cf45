"""Coming in and going out: login, logout, another password, and the language."""

from __future__ import annotations

import time
from dataclasses import replace
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from preserve.errors import NotPermitted, PreserveError, Refused, Throttled
from preserve.messages import Language
from preserve.services import my_account, people, security_keys, sessions
from preserve.services.failures import known_failure
from preserve.services.http import http_status, retry_after
from preserve.services.session import Token
from preserve.services.sessions import Opened
from preserve.web import cookies
from preserve.web.asked import Asked
from preserve.web.kept_forms import read_kept
from preserve.web.navigation import safe_address
from preserve.web.routing import page


@page("GET", "/login", open_to_all="who logs in is nobody yet")
def login(asked: Asked) -> Response:
    """The form of the login."""
    return asked.show("entry/login.html", failure=None, account="", after=asked.query.get("next", "/"), kept="")


@page("POST", "/login", "session.begin")
def log_in(asked: Asked) -> Response:
    """Log in, and go where one wanted to go; a refusal takes the same time whatever was wrong."""
    began = time.monotonic()
    account, after = asked.form.get("account", "").strip(), asked.form.get("next", "/")
    kept = asked.form.get("kept", "")
    try:
        begun = security_keys.begin_session(
            asked.session, account, asked.form.get("password", ""), code=asked.form.get("code", ""), origin=asked.origin
        )
    except (NotPermitted, Throttled) as error:
        if error.code == "people.password-must-change":
            return asked.show("entry/password.html", failure=None, account=account, first=True)
        return _refused(asked, error, account, began)
    if begun.opened is not None:
        return entered(asked, begun.opened, after, kept)
    return asked.show("entry/key.html", wanted=begun.asked, after=after, kept=kept)


@page("POST", "/login/key", "session.open_by_key")
def log_in_by_key(asked: Asked) -> Response:
    """Go on with a login after the right password: by security key, or by code. Each try has one answer."""
    began, form = time.monotonic(), asked.form
    try:
        opened = security_keys.open_by_key(
            asked.session, form.get("number", ""), answer=form.get("answer", ""), code=form.get("code", "")
        )
    except (NotPermitted, Throttled) as error:
        if error.code == "people.password-must-change":
            return asked.show("entry/password.html", failure=None, account=error.where, first=True)
        return _refused(asked, error, "", began)
    return entered(asked, opened, form.get("next", "/"), form.get("kept", ""))


def _refused(asked: Asked, error: NotPermitted | Throttled, account: str, began: float) -> Response:
    """The form of the login again, with what was wrong."""
    if isinstance(error, NotPermitted):
        sessions.even_out(began)
    written = {"account": account, "after": asked.form.get("next", "/"), "kept": asked.form.get("kept", "")}
    response = asked.show("entry/login.html", http_status(error), failure=known_failure(error), **written)
    if seconds := retry_after(error):
        response.headers["retry-after"] = str(seconds)
    return response


def entered(asked: Asked, opened: Opened, after: str, kept: str) -> Response:
    """The first answer of a new session: the page that was wanted, or first what must be seen or done."""
    now = replace(asked, token=opened.token, session=replace(asked.session, credentials=Token(opened.token)))
    written = read_kept(kept) if kept else None
    if opened.second_factor_wanted:
        response = now.see_other("/me/second-factor")
    elif written is not None:
        response = now.show("entry/again.html", kept=written)
    elif opened.alarming:
        response = now.see_other("/me/news?" + urlencode({"next": safe_address(after)}))
    else:
        response = now.see_other(after)
    cookies.set_session(asked.request, response, opened.token)
    if language := now.who.language:
        cookies.set_language(asked.request, response, language)
    return response


@page("POST", "/logout", "session.close")
def log_out(asked: Asked) -> Response:
    """Log out here; other browsers stay logged in."""
    sessions.close_session(asked.session)
    response = RedirectResponse("/login", status_code=303)
    cookies.end_session(asked.request, response)
    return response


@page("GET", "/password", open_to_all="the form asks for the password that holds")
def password(asked: Asked) -> Response:
    """The form for another password."""
    account = asked.who.account if asked.token else ""
    return asked.show("entry/password.html", failure=None, account=account, first=False)


@page("POST", "/password", "user.password")
def set_password(asked: Asked) -> Response:
    """Another password; one logs in anew with it."""
    began = time.monotonic()
    account = asked.form.get("account", "").strip()
    try:
        if asked.form.get("new", "") != asked.form.get("again", ""):
            raise Refused("web.password-differs")
        people.set_password(asked.session, account, asked.form.get("old", ""), asked.form.get("new", ""))
    except PreserveError as error:
        if isinstance(error, NotPermitted):
            sessions.even_out(began)
        shown = {"failure": known_failure(error), "account": account, "first": False}
        return asked.show("entry/password.html", http_status(error), **shown)
    response = asked.see_other("/login", "web.password-changed")
    cookies.end_session(asked.request, response)
    return response


@page("POST", "/language", "user.prefer")
def language(asked: Asked) -> Response:
    """The other language, on the same page; kept with the account where somebody is logged in."""
    response = asked.see_other(asked.form.get("next", "/"))
    wanted: Language = "en" if asked.form.get("language", "") == "en" else "zh"
    cookies.set_language(asked.request, response, wanted)
    if asked.token:
        try:
            my_account.prefer(asked.session, wanted)
        except NotPermitted:  # the session has ended: this browser goes on in that language
            cookies.end_session(asked.request, response)
    return response
