"""The steps of a request as their people take them: examined, decided, delivered, received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from preserve.errors import NotPermitted, PreserveError, UsageError
from preserve.services import redactions, request_views, requests
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.web.asked import Asked
from preserve.web.pages.requests import around
from preserve.web.papers import LARGEST, received
from preserve.web.routing import page


def again(asked: Asked, template: str, error: PreserveError, **values: Any) -> Response:
    """The same page once more, with what went wrong above it and what was typed kept."""
    view = request_views.show(asked.session, asked.path["number"])
    status = http_status(error)
    return asked.show(template, status, failure=known_failure(error), given=asked.form, **around(view), **values)


def _turn(asked: Asked, template: str, deeds: tuple[str, ...], **values: Any) -> Response:
    """The page of a step, where it is this person's turn; else the request, which says whose turn it is."""
    view = request_views.show(asked.session, asked.path["number"])
    if not set(deeds) & set(view.offered):
        return asked.show("requests/show.html", 409, not_now=deeds[0], **around(view))
    return asked.show(template, failure=None, given={}, **around(view), **values)


def _taken(asked: Asked, template: str, note: str, deed: Callable[[], object], **values: Any) -> Response:
    """Take a step. What the person can mend is said on the page of the step; the rest is answered as ever."""
    try:
        deed()
    except PreserveError as error:
        mendable = error.code.startswith("people.confirm") or not isinstance(error, NotPermitted)
        if not mendable or http_status(error) not in (400, 403, 422):
            raise
        return again(asked, template, error, **values)
    return asked.see_other(f"/requests/{asked.path['number']}", note)


@page("GET", "/requests/{number}/examine", "request.show", "request.draft")
def examine(asked: Asked) -> Response:
    """What is asked for, file by file, with what stands against it; and what is drawn so far."""
    return _turn(asked, "requests/examine.html", ("examined",), draft=_draft(asked))


def _draft(asked: Asked) -> redactions.DraftShown:
    return redactions.read_draft(asked.session, asked.path["number"])


def _revision(text: str) -> int | None:
    """That of the draft on the page; None where the form has none. Raises UsageError."""
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError("web.redact-form", "draft")
    return int(text) if text else None


@page("POST", "/requests/{number}/examine", "request.examine", "request.show", "request.draft")
def examined(asked: Asked) -> Response:
    """Say what is to be given; what was drawn becomes the plan."""
    form, number = asked.form, asked.path["number"]

    def deed() -> None:
        opinion = requests.Opinion(
            "refuse" if form.get("opinion") == "refuse" else "grant",
            form.get("note", ""),
            form.getlist("left_out"),
            answered=form.get("answered", "").strip(),
            seen=asked.needed("seen"),
            draft=_revision(form.get("draft", "")),
        )
        requests.examine(asked.session, number, opinion)

    return _taken(asked, "requests/examine.html", "web.requests-examined", deed, draft=_draft(asked))


@page("GET", "/requests/{number}/decide", "request.show")
def decide(asked: Asked) -> Response:
    """The whole record, and the buttons beside it."""
    return _turn(asked, "requests/decide.html", ("approved", "refused"))


@page("POST", "/requests/{number}/decide", "request.approve", "request.refuse", "request.show", "user.confirm")
def decided(asked: Asked) -> Response:
    """Approve or refuse exactly the record that was seen, with the password."""
    form, number = asked.form, asked.path["number"]
    refused = form.get("decision") == "refuse"

    def deed() -> None:
        name, step = ("request.refuse", requests.refuse) if refused else ("request.approve", requests.approve)
        session = asked.confirmed((name, number, asked.needed("seen")))
        article = form.get("article", "").strip()
        if refused:
            article = asked.needed("article")
        step(session, number, article=article or "21", reason=form.get("reason", ""), seen=asked.needed("seen"))

    note = "web.requests-refused" if refused else "web.requests-approved"
    return _taken(asked, "requests/decide.html", note, deed)


@page("GET", "/requests/{number}/receipt", "request.show")
def receipt(asked: Asked) -> Response:
    """The form of the receipt."""
    return _turn(asked, "requests/receipt.html", ("returned",))


@page("POST", "/requests/{number}/receipt", "request.return", "request.show", largest=LARGEST)
def acknowledged(asked: Asked) -> Response:
    """Who received it, with the signed receipt, and what came of it."""
    form, number = asked.form, asked.path["number"]

    def deed() -> None:
        uploads = [("receipt", one) for name, one in asked.files.multi_items() if name == "receipt"]
        with received(asked.standing.home, uploads) as papers:
            requests.acknowledge(
                asked.session,
                number,
                receiver=form.get("receiver", ""),
                receipt=papers[0][1] if papers else None,
                carrier_returned=bool(form.get("carrier_returned")),
                outcome=form.get("outcome", ""),
                seen=asked.needed("seen"),
            )

    return _taken(asked, "requests/receipt.html", "web.requests-returned", deed)
