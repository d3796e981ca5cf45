"""Transfers (移交): prepared, decided, handed over as a job, received with their receipt, or cancelled."""

from __future__ import annotations

from starlette.responses import Response

from preserve.errors import Conflict
from preserve.services import jobs, transfers
from preserve.services.failures import Failure
from preserve.services.transfers import FORMS, STATES, TheirReceipt
from preserve.web import forms
from preserve.web.asked import Asked
from preserve.web.downloads import attachment
from preserve.web.forms import or_again
from preserve.web.routing import MIB, page
from preserve.web.verdicts import give_verdict


@page("GET", "/transfers", "transfer.list")
def listing(asked: Asked) -> Response:
    """Transfers under way, or all, and the form that prepares one; `case` in the address fills the form."""
    return _list(asked, None, 200)


def _list(asked: Asked, failure: Failure | None, status: int) -> Response:
    wanted = forms.one_of(asked.query.get("state", ""), ("", "all", *STATES), "")
    found = transfers.list_transfers(asked.session, any_state=bool(wanted))
    rows = tuple(row for row in reversed(found.transfers) if wanted in ("", "all", row.state))
    cases = asked.form.get("cases", "") or "\n".join(asked.query.getlist("case")[:500])
    return asked.show(
        "transfers/list.html",
        status,
        rows=rows,
        more=found.more,
        wanted=wanted,
        states=("approved", "handed-over", "received"),
        cases=cases,
        formats=FORMS,
        failure=failure,
    )


@page("POST", "/transfers", "transfer.prepare", "transfer.list")
def prepare(asked: Asked) -> Response:
    """Draw up a transfer of these cases."""

    def deed() -> Response:
        prepared = transfers.prepare(
            asked.session,
            forms.names(asked.form.get("cases", "")),
            receiver=asked.form.get("receiver", ""),
            basis=asked.form.get("basis", ""),
            form=forms.one_of(asked.form.get("form", ""), FORMS, "eark"),
        )
        return asked.see_other(f"/transfers/{prepared.number}", "web.transfer-prepared")

    return or_again(asked, _list, deed)


@page("GET", "/transfers/{number}", "transfer.show")
def one(asked: Asked) -> Response:
    """Everything about one transfer, and what is next."""
    return _one(asked, None, 200)


def _one(asked: Asked, failure: Failure | None, status: int) -> Response:
    view = transfers.show(asked.session, asked.path["number"])
    return asked.show("transfers/one.html", status, view=view, transfer=view.transfer, failure=failure)


@page("GET", "/transfers/{number}/papers/{place}", "transfer.paper")
def paper(asked: Asked) -> Response:
    """A paper of it, as it is kept."""
    place = asked.path["place"]
    is_number = place.isascii() and place.isdigit() and len(place) < 5
    # What is no number is no paper's: the operation says so, once it has asked who may know.
    kept = transfers.paper(asked.session, asked.path["number"], place=int(place) if is_number else 0)
    return attachment(kept.name, kept.data)


@page("POST", "/transfers/{number}/decision", "transfer.approve", "transfer.refuse", "transfer.show")
def decide(asked: Asked) -> Response:
    """The head approves or refuses what was shown."""

    return or_again(asked, _one, lambda: give_verdict(asked, "transfer", transfers.approve, transfers.refuse))


@page("POST", "/transfers/{number}/hand-over", "job.ask", "transfer.hand_over", "transfer.show")
def hand_over(asked: Asked) -> Response:
    """Write packages and list as a job; they lie with the job to be fetched."""

    def deed() -> Response:
        number = asked.path["number"]
        if "handed-over" not in transfers.show(asked.session, number).offered:
            raise Conflict("web.transfer-not-now", number)
        job = jobs.ask(asked.session, "transfer.hand_over", {"number": number}, key=asked.key)
        return asked.see_other(f"/jobs/{job.id}")

    return or_again(asked, _one, deed)


@page("POST", "/transfers/{number}/receipt", "transfer.receive", "transfer.show", largest=100 * MIB)
def receive(asked: Asked) -> Response:
    """File the receiving archive's receipt; with it custody ends."""

    def deed() -> Response:
        number = asked.path["number"]
        with forms.uploaded(asked, "receipt") as file:
            receipt = TheirReceipt(
                file,
                asked.form.get("their_number", ""),
                asked.form.get("receiver", ""),
                asked.form.get("confirms", ""),
                forms.day(asked, "received"),
            )
            transfers.receive(asked.session, number, receipt)
        return asked.see_other(f"/transfers/{number}", "web.transfer-received")

    return or_again(asked, _one, deed)


@page("POST", "/transfers/{number}/cancellation", "transfer.cancel", "transfer.show")
def cancel(asked: Asked) -> Response:
    """Give it up, or take back what was not accepted."""

    def deed() -> Response:
        transfers.cancel(asked.session, asked.path["number"], reason=asked.form.get("why", ""))
        return asked.see_other(f"/transfers/{asked.path['number']}", "web.transfer-cancelled")

    return or_again(asked, _one, deed)
