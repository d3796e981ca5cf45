"""Handing over what was approved: asked for as a job, which makes the package; then downloaded from the outbox."""

from __future__ import annotations

from starlette.responses import Response

from preserve.errors import PreserveError, UsageError
from preserve.services import jobs, request_views
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.web.asked import Asked
from preserve.web.pages.requests import around
from preserve.web.routing import page

_FORMS = ("zip", "encrypted-zip", "folder", "disc")
_SHORTEST = 12  # characters of the password of an archive that leaves the house


@page("GET", "/requests/{number}/deliver", "request.show")
def form(asked: Asked) -> Response:
    """In which form, to whom."""
    view = request_views.show(asked.session, asked.path["number"])
    if "delivered" not in view.offered:
        return asked.show("requests/show.html", 409, not_now="delivered", **around(view))
    return asked.show("requests/deliver.html", failure=None, given={}, forms=_FORMS, **around(view))


@page("POST", "/requests/{number}/deliver", "job.ask", "request.deliver", "request.show")
def deliver(asked: Asked) -> Response:
    """Ask for the delivery of exactly what was seen; the job's page says how far it is and offers what it made."""
    form, number = asked.form, asked.path["number"]
    try:
        kind = form.get("form", "")
        if kind not in _FORMS:
            raise UsageError("web.field-missing", "form")
        password = form.get("zip_password", "") if kind == "encrypted-zip" else ""
        if kind == "encrypted-zip" and len(password) < _SHORTEST:
            raise UsageError("web.deliver-password-short", number, shortest=_SHORTEST)
        handover = {"form": kind, "to": form.get("to", "").strip(), "seen": asked.needed("seen"), "password": password}
        wanted = jobs.ask(
            asked.session, "request.deliver", {"number": number, "handover": handover}, key=asked.key, subject=number
        )
    except PreserveError as error:
        if http_status(error) not in (400, 422):
            raise
        view = request_views.show(asked.session, number)
        shown = {"failure": known_failure(error), "given": form, "forms": _FORMS}
        return asked.show("requests/deliver.html", http_status(error), **shown, **around(view))
    return asked.see_other(f"/jobs/{wanted.id}")
