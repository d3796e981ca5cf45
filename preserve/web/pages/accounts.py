"""Accounts as the security administrator keeps them: who is there, what they may do, their sessions and tokens."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from preserve.errors import PreserveError, UsageError
from preserve.services import accounts, people, second_factors, sessions
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.web.asked import Asked
from preserve.web.pages.me import number
from preserve.web.routing import page


@page("GET", "/accounts", "user.states", "user.list")
def listed(asked: Asked) -> Response:
    """Every account."""
    return asked.show(
        "accounts/list.html",
        states=accounts.states(asked.session).accounts,
        delegations=people.list_people(asked.session).delegations,
    )


@page("GET", "/accounts/sessions", "session.list_all")
def open_sessions(asked: Asked) -> Response:
    """Every session and token that holds."""
    return asked.show("accounts/sessions.html", tokens=sessions.list_all(asked.session).tokens)


@page("POST", "/accounts/sessions/{id}/end", "session.list_all", "session.end")
def end_session(asked: Asked) -> Response:
    """End anybody's session or token."""
    sessions.list_all(asked.session)  # only who appoints ends others' here; one's own are ended on one's own page
    sessions.end(asked.session, asked.path["id"])
    return asked.see_other(asked.form.get("back", "/accounts/sessions"), "web.me-ended")


@page("GET", "/accounts/new", "user.states")
def new(asked: Asked) -> Response:
    """The form of a new account."""
    accounts.states(asked.session)
    return _new(asked)


def _new(asked: Asked, status: int = 200, failure: Any = None) -> Response:
    shown = {"failure": failure, "roles": people.ROLES, "form": asked.form, "chosen": asked.form.getlist("role")}
    return asked.show("accounts/new.html", status, **shown)


@page("POST", "/accounts/new", "user.add", "user.add_program", "user.confirm")
def add(asked: Asked) -> Response:
    """Make an account; the first password is shown on this page and never again."""
    form = asked.form
    account, person, roles = form.get("account", "").strip(), form.get("person", ""), form.getlist("role")
    try:
        if form.get("kind") == "program":
            people.add_program(asked.confirmed(("user.add_program", account)), account, person=person, roles=roles)
            return asked.see_other(f"/accounts/{account}", "web.accounts-added")
        made = people.add(asked.confirmed(("user.add", account)), account, person=person, roles=roles)
    except PreserveError as error:
        return _new(asked, http_status(error), known_failure(error))
    return asked.show("accounts/password.html", made=made, is_new=True)


@page("GET", "/accounts/{name}", "user.show", "session.list_all", "token.scopes")
def one(asked: Asked) -> Response:
    """One account, and what can be done with it."""
    return _one(asked)


def _one(asked: Asked, status: int = 200, failure: Any = None) -> Response:
    name = asked.path["name"]
    known = accounts.show(asked.session, name)
    shown = {
        "found": known,
        "account": known.account,
        "tokens": sessions.list_all(asked.session, name).tokens,
        "offered": sessions.scopes_of(asked.session, name),
        "roles": people.ROLES,
        "failure": failure,
    }
    return asked.show("accounts/one.html", status, **shown)


def _failed(asked: Asked, error: PreserveError) -> Response:
    return _one(asked, http_status(error), known_failure(error))


@page("POST", "/accounts/{name}/roles", "user.change", "user.show", "user.confirm")
def change_roles(asked: Asked) -> Response:
    """Other roles; the account's sessions and tokens end."""
    name, roles = asked.path["name"], asked.form.getlist("role")
    try:
        if not roles:
            raise UsageError("people.no-role")
        people.change(asked.confirmed(("user.change", name)), name, roles=roles)
    except PreserveError as error:
        return _failed(asked, error)
    return asked.see_other(f"/accounts/{name}", "web.accounts-roles-changed")


@page("POST", "/accounts/{name}/state", "user.change", "user.show", "user.confirm")
def change_state(asked: Asked) -> Response:
    """Suspend an account, or let it in again."""
    name = asked.path["name"]
    state: people.State = "suspended" if asked.form.get("state") == "suspended" else "active"
    try:
        people.change(asked.confirmed(("user.change", name)), name, state=state)
    except PreserveError as error:
        return _failed(asked, error)
    return asked.see_other(f"/accounts/{name}", f"web.accounts-now-{state}")


@page("POST", "/accounts/{name}/password", "user.reset", "user.show", "user.confirm")
def reset(asked: Asked) -> Response:
    """A new first password, shown on this page and never again."""
    name = asked.path["name"]
    try:
        made = people.reset(asked.confirmed(("user.reset", name)), name)
    except PreserveError as error:
        return _failed(asked, error)
    return asked.show("accounts/password.html", made=made, is_new=False)


@page("POST", "/accounts/{name}/second-factor/end", "factor.end_of", "user.show", "user.confirm")
def end_factor(asked: Asked) -> Response:
    """End the second factor of somebody who has lost their device."""
    name = asked.path["name"]
    try:
        second_factors.end_of(asked.confirmed(("factor.end_of", name)), name)
    except PreserveError as error:
        return _failed(asked, error)
    return asked.see_other(f"/accounts/{name}", "web.me-factor-ended")


@page("POST", "/accounts/{name}/tokens", "token.give", "user.show", "user.confirm")
def give_token(asked: Asked) -> Response:
    """A token for a program, shown on this page and never again."""
    name, form = asked.path["name"], asked.form
    try:
        made = sessions.give(
            asked.confirmed(("token.give", name)),
            name,
            form.get("name", ""),
            scopes=form.getlist("scope"),
            days=number(form.get("days", "")),
        )
    except PreserveError as error:
        return _failed(asked, error)
    return asked.show("me/token.html", made=made, back=f"/accounts/{name}")
