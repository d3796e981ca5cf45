"""The register of fonds: entered, numbered, closed; and for the register of a house, every fonds by its counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from starlette.responses import Response

from preserve.errors import UsageError
from preserve.services import fonds, house, job_files
from preserve.services.failures import Failure
from preserve.services.house import HouseSeen
from preserve.services.tables import fonds as tables
from preserve.services.tables import house as house_tables
from preserve.web import forms
from preserve.web.asked import Asked
from preserve.web.forms import or_again
from preserve.web.routing import page


@page("GET", "/fonds", "fonds.list")
def listing(asked: Asked) -> Response:
    """The register, and the form that enters a fonds."""
    return _list(asked, None, 200)


def _list(asked: Asked, failure: Failure | None, status: int) -> Response:
    found = fonds.list_fonds(asked.session)
    return asked.show("fonds/list.html", status, listing=found, state=tables.state, failure=failure)


@page("POST", "/fonds", "fonds.enter", "fonds.list")
def enter(asked: Asked) -> Response:
    """Enter a fonds."""

    def deed() -> Response:
        code, name = asked.needed("code"), asked.needed("name")
        number, since = asked.form.get("number", "").strip(), forms.day(asked, "since")
        fonds.enter(asked.session, code, name=name, number=number, since=since)
        return asked.see_other("/fonds", "web.fonds-entered")

    return or_again(asked, _list, deed)


@page("GET", "/fonds/{code}", "fonds.show", "job.made")
def show(asked: Asked) -> Response:
    """One fonds with its numbers, and what may be written down about it."""
    return _show(asked, None, 200)


def _show(asked: Asked, failure: Failure | None, status: int) -> Response:
    shown = fonds.show(asked.session, asked.path["code"])
    known, series = tables.one(shown)
    made = job_files.made(asked.session, "forms.fonds", shown.fonds.code)
    values = {"fonds": shown.fonds, "known": known, "series": series, "made": made}
    return asked.show("fonds/one.html", status, failure=failure, **values)


@page("POST", "/fonds/{code}/number", "fonds.number", "fonds.show")
def number(asked: Asked) -> Response:
    """Write down the number that the receiving archive gave."""
    return _step(asked, lambda code: fonds.number(asked.session, code, asked.needed("number"), paper=_why(asked)))


@page("POST", "/fonds/{code}/name", "fonds.rename", "fonds.show")
def rename(asked: Asked) -> Response:
    """Another name of the same body."""
    return _step(asked, lambda code: fonds.rename(asked.session, code, asked.needed("name"), reason=_why(asked)))


@page("POST", "/fonds/{code}/closing", "fonds.close", "fonds.show")
def close(asked: Asked) -> Response:
    """Close a fonds whose body has ended."""
    return _step(asked, lambda code: fonds.close(asked.session, code, until=_until(asked), reason=_why(asked)))


@page("POST", "/fonds/{code}/cases", "fonds.file", "fonds.show")
def file(asked: Asked) -> Response:
    """File cases in it, or move them there."""
    cases = forms.names(asked.form.get("cases", ""))
    return _step(asked, lambda code: fonds.file(asked.session, code, cases, reason=_why(asked)))


def _why(asked: Asked) -> str:
    return asked.needed("why")


def _until(asked: Asked) -> date:
    day = forms.day(asked, "until")
    if day is None:
        raise UsageError("web.field-missing", "until")
    return day


def _step(asked: Asked, step: Callable[[str], object]) -> Response:
    def deed() -> Response:
        code = asked.path["code"]
        step(code)
        return asked.see_other(f"/fonds/{code}", "web.fonds-written")

    return or_again(asked, _show, deed)


@page("GET", "/house", "house.overview")
def overview(asked: Asked) -> Response:
    """Every fonds of a house by its counts; no case is to be seen. Of one body's archive there is nothing to show."""
    try:
        seen = house.overview(asked.session)
    except UsageError:  # not the register of a house
        seen = HouseSeen(())
    return asked.show("fonds/house.html", overview=house_tables.overview(seen))
