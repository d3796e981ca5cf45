"""Disposals (销毁): proposed, checked by two, approved, carried out after the pause, confirmed, signed; or given up."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from preserve.errors import Changed, Conflict, NotFound, UsageError
from preserve.services import disposals, jobs
from preserve.services.confirm import confirmed
from preserve.services.failures import Failure
from preserve.web import forms
from preserve.web.asked import Asked
from preserve.web.downloads import attachment
from preserve.web.forms import or_again
from preserve.web.routing import page

_WHICH = ("proposed", "executed", "signed")


@page("GET", "/disposals", "disposal.list")
def listing(asked: Asked) -> Response:
    """Every disposal and where it stands."""
    return _list(asked, None, 200)


def _list(asked: Asked, failure: Failure | None, status: int) -> Response:
    found = disposals.list_disposals(asked.session)
    shown = forms.by_state(asked, found.disposals)
    return asked.show("disposals/list.html", status, **shown, more=found.more, failure=failure)


@page("POST", "/disposals", "disposal.propose", "disposal.list")
def propose(asked: Asked) -> Response:
    """Propose what an approved appraisal says to destroy, and say what was left out."""

    def deed() -> Response:
        review, reason = asked.needed("review"), asked.form.get("reason") or asked.form.get("why", "")
        if asked.form.get("which") == "ticked" and "row" not in asked.form:
            raise UsageError("retention.no-item", review)
        proposed = disposals.propose(
            asked.session, review, items=forms.numbers(asked.form.getlist("row")), reason=reason
        )
        if not proposed.left_out:
            return asked.see_other(f"/disposals/{proposed.disposal.number}", "web.disposal-proposed")
        return asked.show("disposals/left-out.html", proposed=proposed)

    return or_again(asked, _list, deed)


@page("GET", "/disposals/{number}", "disposal.show")
def one(asked: Asked) -> Response:
    """One disposal: its hands, its register, what stands against it, what is left to do, its tombstones."""
    return _one(asked, None, 200)


def _one(asked: Asked, failure: Failure | None, status: int) -> Response:
    view = disposals.show(asked.session, asked.path["number"])
    return asked.show(
        "disposals/one.html",
        status,
        view=view,
        disposal=view.disposal,
        wait=_wait(view.disposal.not_before, view.today),
        failure=failure,
    )


def _wait(not_before: date | None, today: date) -> int:
    """How many days of the pause are left."""
    return max((not_before - today).days, 0) if not_before else 0


@page("GET", "/disposals/{number}/register-{which}.pdf", "disposal.register")
def register(asked: Asked) -> Response:
    """A register (销毁清册) as it is kept."""
    which = asked.path["which"]
    if which not in _WHICH:
        raise NotFound("web.no-page")
    kept = disposals.register(asked.session, asked.path["number"], which=which)
    return attachment(kept.name, kept.data)


@page("POST", "/disposals/{number}/check", "disposal.supervise", "disposal.show")
def check(asked: Asked) -> Response:
    """One of two: the register was checked; or, once it was carried out, that it was seen destroyed."""

    def deed() -> Response:
        number, seen = asked.path["number"], forms.seen(asked)
        session = confirmed(asked.session, asked.needed("confirm"), ("disposal.supervise", number, seen))
        disposals.supervise(session, number, note=asked.form.get("note", ""), seen=seen)
        return asked.see_other(f"/disposals/{number}", "web.disposal-signed")

    return or_again(asked, _one, deed)


@page("POST", "/disposals/{number}/approval", "disposal.approve", "disposal.show")
def approve(asked: Asked) -> Response:
    """The head approves what was shown; the pause begins."""

    def deed() -> Response:
        number, seen = asked.path["number"], forms.seen(asked)
        session = confirmed(asked.session, asked.needed("confirm"), ("disposal.approve", number, seen))
        disposals.approve(session, number, note=asked.form.get("note", ""), seen=seen)
        return asked.see_other(f"/disposals/{number}", "web.disposal-approved")

    return or_again(asked, _one, deed)


@page("POST", "/disposals/{number}/execution", "job.ask", "disposal.execute", "disposal.show")
def carry_out(asked: Asked) -> Response:
    """Carry it out, or go on, as a job."""

    def deed() -> Response:
        number, seen = asked.path["number"], forms.seen(asked)
        session = confirmed(asked.session, asked.needed("confirm"), ("disposal.execute", number))
        view = disposals.show(session, number)
        if view.sha256 != seen:
            raise Changed("proceeding.changed", number)
        if "begun" not in view.offered or (
            view.disposal.state == "approved" and _wait(view.disposal.not_before, view.today)
        ):
            raise Conflict("disposal.not-yet", number, day=str(view.disposal.not_before or "—"))
        job = jobs.ask(session, "disposal.execute", {"number": number}, key=asked.key)
        return asked.see_other(f"/jobs/{job.id}")

    return or_again(asked, _one, deed)


@page("POST", "/disposals/{number}/confirmations", "disposal.confirm", "disposal.show")
def confirm(asked: Asked) -> Response:
    """Say that a disc or drive was destroyed before one's eyes; it takes two people."""

    def deed() -> Response:
        number, how = asked.path["number"], asked.form.get("how", "").strip()
        if not how:
            raise UsageError("disposal.how", number)
        said = disposals.confirm(asked.session, number, asked.needed("medium"), how=how)
        note = "web.disposal-medium-gone" if said.gone else "web.disposal-medium-half"
        return asked.see_other(f"/disposals/{number}", note)

    return or_again(asked, _one, deed)


@page("POST", "/disposals/{number}/withdrawal", "disposal.withdraw", "disposal.show")
def withdraw(asked: Asked) -> Response:
    """Give it up before it is carried out."""

    def deed() -> Response:
        disposals.withdraw(asked.session, asked.path["number"], reason=asked.form.get("withdrawal", ""))
        return asked.see_other(f"/disposals/{asked.path['number']}", "web.disposal-withdrawn")

    return or_again(asked, _one, deed)
