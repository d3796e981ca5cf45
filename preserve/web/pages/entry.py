"""Coming in and going out: login, logout, another password, and the language."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from preserve.errors import NotPermitted, PreserveError, Refused
from preserve.services import people
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.web import cookies
from preserve.web.asked import Asked
from preserve.web.navigation import safe_address
from preserve.web.routing import page


@page("GET", "/login", open_to_all="who logs in is nobody yet")
def login(asked: Asked) -> Response:
    """The form of the login."""
    return asked.show("entry/login.html", failure=None, account="", after=asked.query.get("next", "/"))


@page("POST", "/login", "user.login")
def log_in(asked: Asked) -> Response:
    """Log in, and go where one wanted to go."""
    account, after = asked.form.get("account", "").strip(), asked.form.get("next", "/")
    try:
        entered = people.log_in(asked.session, account, asked.form.get("password", ""))
    except NotPermitted as error:
        if error.code == "people.password-must-change":
            return asked.show("entry/password.html", failure=None, account=account, first=True)
        shown = {"failure": known_failure(error), "account": account, "after": after}
        return asked.show("entry/login.html", http_status(error), **shown)
    response = RedirectResponse(safe_address(after), status_code=303)
    cookies.set_session(asked.request, response, entered.token)
    return response


@page("POST", "/logout", "user.logout")
def log_out(asked: Asked) -> Response:
    """Log out."""
    people.log_out(asked.session)
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
    account = asked.form.get("account", "").strip()
    try:
        if asked.form.get("new", "") != asked.form.get("again", ""):
            raise Refused("web.password-differs")
        people.set_password(asked.session, account, asked.form.get("old", ""), asked.form.get("new", ""))
    except PreserveError as error:
        shown = {"failure": known_failure(error), "account": account, "first": False}
        return asked.show("entry/password.html", http_status(error), **shown)
    response = asked.see_other("/login", "web.password-changed")
    cookies.end_session(asked.request, response)
    return response


@page("POST", "/language", open_to_all="whoever reads chooses the language")
def language(asked: Asked) -> Response:
    """The other language, on the same page."""
    response = asked.see_other(asked.form.get("next", "/"))
    wanted = asked.form.get("language", "")
    cookies.set_language(asked.request, response, "en" if wanted == "en" else "zh")
    return response
