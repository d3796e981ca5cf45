"""Recordings that no case names yet: the list by officer, device and day, one of them, and what fits a deposit."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from starlette.responses import Response

from preserve.errors import UsageError
from preserve.services import jobs, pool
from preserve.services.failures import Failure
from preserve.services.local_times import clock_of
from preserve.services.pages import Page
from preserve.services.pool import PoolWish, Shown
from preserve.services.pool_claims import claim as claim_them
from preserve.services.pool_claims import propose
from preserve.services.pool_claims import release as release_them
from preserve.services.tables import pool as tables
from preserve.web import forms
from preserve.web.asked import Asked
from preserve.web.forms import or_again
from preserve.web.routing import page

SIZE = 50
_STATES: tuple[Shown, ...] = ("waiting", "claimed", "in-case", "cleared", "all")


@page("GET", "/pool", "pool.list")
def listing(asked: Asked) -> Response:
    """Recordings by time, those that wait first asked for."""
    return _listing(asked, None, 200)


def _listing(asked: Asked, failure: Failure | None, status: int) -> Response:
    given = {name: asked.query.get(name, "").strip() for name in ("officer", "device", "station", "since", "until")}
    state, after = forms.one_of(asked.query.get("state", ""), _STATES, "waiting"), asked.query.get("after", "")
    wish = PoolWish(
        given["officer"], given["device"], given["station"], _day(given["since"]), _day(given["until"]), state
    )
    found = pool.list_pool(asked.session, wish, Page(after, SIZE))
    chosen = {name: value for name, value in given.items() if value}

    def address(**more: str) -> str:
        return f"/pool?{urlencode({**chosen, 'state': state, **more})}"

    return asked.show(
        "pool/list.html",
        status,
        found=found,
        given=given,
        states=[(one, tables.state_word(one), address(state=one)) for one in _STATES],
        state=state,
        following=address(after=found.next) if found.next else "",
        first=address() if after else "",
        failure=failure,
    )


@page("POST", "/pool/gatherings", "job.ask", "pool.gather", "pool.list")
def gather(asked: Asked) -> Response:
    """Have a deposit made of what nobody claimed within its term."""

    def deed() -> Response:
        job = jobs.ask(asked.session, "pool.gather", {"reason": asked.needed("reason")}, key=asked.key)
        return asked.see_other(f"/jobs/{job.id}")

    return or_again(asked, _listing, deed)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError("web.appraisal-day-wrong", text[:40]) from error


@page("GET", "/pool/{recording}", "pool.show")
def show(asked: Asked) -> Response:
    """One recording with everything that is known of it."""
    return _show(asked, None, 200)


def _show(asked: Asked, failure: Failure | None, status: int) -> Response:
    shown = pool.show(asked.session, asked.path["recording"])
    clock = clock_of(asked.session.home)
    return asked.show("pool/one.html", status, shown=shown, tables=list(tables.one(shown, clock)), failure=failure)


@page("POST", "/pool/{recording}/release", "pool.release", "pool.show")
def release(asked: Asked) -> Response:
    """Say that it does not belong to the deposit it was claimed for."""

    def deed() -> Response:
        recording = asked.path["recording"]
        release_them(asked.session, [recording], reason=asked.needed("reason"))
        return asked.see_other(f"/pool/{recording}", "web.pool-released")

    return or_again(asked, _show, deed)


@page("GET", "/deposits/{id}/pool", "pool.propose")
def proposals(asked: Asked) -> Response:
    """What fits a deposit that waits, each with its reasons."""
    return _proposals(asked, None, 200)


def _proposals(asked: Asked, failure: Failure | None, status: int) -> Response:
    found = propose(asked.session, asked.path["id"])
    return asked.show("pool/proposals.html", status, found=found, reasons=tables.reasons, failure=failure)


@page("POST", "/deposits/{id}/pool", "pool.claim", "pool.propose")
def claim(asked: Asked) -> Response:
    """Say that recordings belong to the deposit."""

    def deed() -> Response:
        deposit = asked.path["id"]
        claim_them(asked.session, deposit, asked.form.getlist("recording"), reason=asked.form.get("reason", ""))
        return asked.see_other(f"/deposits/{deposit}/description", "web.pool-claimed")

    return or_again(asked, _proposals, deed)
