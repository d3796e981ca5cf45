"""Requests for evidence: the list, the form with its papers, everything about one, and taking one back."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from preserve.errors import NotPermitted, PreserveError, UsageError
from preserve.services import job_files, request_papers, request_views, requests, viewing
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.services.pages import Page
from preserve.services.requests import Consumer, OpenRequest, Span
from preserve.web.asked import Asked
from preserve.web.papers import LARGEST, received
from preserve.web.routing import page

_LISTED = 100
_LONGEST = 2000  # characters of a field
_LONGEST_LIST = 200_000  # of one with many lines


@page("GET", "/requests", "request.list")
def listing(asked: Asked) -> Response:
    """Requests by state and day."""
    state = asked.query.get("state", "")
    state = state if state in (*request_views.STATES, "overdue", "all") else ""
    begin = asked.query.get("after", "")
    try:
        found = _found(asked, state, begin)
    except UsageError:  # an address of another list, or of an earlier release
        begin = ""
        found = _found(asked, state, begin)
    following = "/requests?" + urlencode({"state": state, "after": found.next}) if found.next else ""
    return asked.show(
        "requests/list.html", rows=found.requests, state=state, states=request_views.STATES, next=following, first=begin
    )


def _found(asked: Asked, state: str, after: str) -> request_views.RequestList:
    return request_views.list_requests(
        asked.session,
        overdue=state == "overdue",
        any_state=state == "all",
        state=state if state in request_views.STATES else "",
        page=Page(after, _LISTED),
    )


@page("GET", "/requests/new", "request.form", "case.contents")
def form(asked: Asked) -> Response:
    """The form; with a capacity chosen it asks for the papers of that one, with a case for files of it."""
    given = {name: asked.query.get(name, "") for name in ("capacity", "name", "represents", "purpose")}
    given["cases"] = "\n".join(asked.query.getlist("case"))
    return _form(asked, given)


def _form(asked: Asked, given: dict[str, Any], failure: Any = None, status: int = 200) -> Response:
    capacities = request_papers.read_form(asked.session).capacities
    chosen = next((one for one in capacities if one.capacity == given.get("capacity")), None)
    cases = _lines(given.get("cases", ""))
    files = _files(asked, cases[0]) if len(cases) == 1 and asked.query.get("files") else ()
    return asked.show(
        "requests/new.html", status, capacities=capacities, chosen=chosen, given=given, files=files, failure=failure
    )


def _files(asked: Asked, case: str) -> tuple[viewing.FileShown, ...]:
    try:
        return viewing.contents(asked.session, case).files
    except NotPermitted:
        return ()


@page("POST", "/requests/new", "request.open", "request.form", largest=LARGEST)
def open_one(asked: Asked) -> Response:
    """Enter it, with its papers."""
    form = asked.form
    try:
        _check_form(asked)
        with received(asked.standing.home, _papers(asked)) as papers:
            wish = OpenRequest(
                Consumer(**{name: form.get(name, "").strip() for name in Consumer.model_fields}),
                _lines(form.get("cases", "")),
                form.get("purpose", ""),
                papers,
                stages=form.getlist("stage"),
                objects=[*form.getlist("object"), *_lines(form.get("objects", ""))],
                span=Span.parse(form["span"]) if form.get("span", "").strip() else None,
                form=form.get("form", "original"),  # type: ignore[arg-type]
                urgent=form.get("urgent", ""),
                received=_day(form.get("received", "")),
                due=_day(form.get("due", "")),
            )
            opened = requests.open_request(asked.session, wish)
    except PreserveError as error:
        if isinstance(error, NotPermitted):
            raise
        return _form(asked, dict(form), known_failure(error), http_status(error))
    return asked.see_other(f"/requests/{opened.number}", "web.requests-opened")


def _check_form(asked: Asked) -> None:
    """Raises UsageError for what no form of ours sends."""
    for name, value in asked.form.multi_items():
        if len(value) > (_LONGEST_LIST if name in ("cases", "objects") else _LONGEST):
            raise UsageError("web.requests-too-long", name)
    if asked.form.get("form", "original") not in requests.FORMS:
        raise UsageError("web.requests-form-wrong", "form")


def _papers(asked: Asked) -> list[tuple[str, Any]]:
    """The papers, each by its kind: the field `paper-KIND`, or `paper` with its kind in the field beside it."""
    found = []
    for name, upload in asked.files.multi_items():
        kind = asked.form.get("paper-kind", "").strip() if name == "paper" else name.removeprefix("paper-")
        if not kind:
            raise UsageError("web.requests-paper-kind", upload.filename or "")
        found.append((kind, upload))
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError as error:
        raise UsageError("web.requests-day-wrong", text) from error


@page("GET", "/requests/{number}", "request.show", "job.made")
def show(asked: Asked) -> Response:
    """Everything about one: where it stands, whose turn it is, and what one may do."""
    view = request_views.show(asked.session, asked.path["number"])
    made = job_files.made(asked.session, "request.deliver", asked.path["number"])
    return asked.show("requests/show.html", **around(view), made=made)


def around(view: request_views.RequestView) -> dict[str, Any]:
    """What every page about one request shows of it."""
    return {"view": view, "request": view.request, "papers": request_papers.papers_of(view.request)}


@page("POST", "/requests/{number}/withdrawal", "request.withdraw", "request.show")
def withdraw(asked: Asked) -> Response:
    """Take it back."""
    number = asked.path["number"]
    requests.withdraw(asked.session, number, reason=asked.form.get("reason", ""), seen=asked.needed("seen"))
    return asked.see_other(f"/requests/{number}", "web.requests-withdrawn")


@page("GET", "/requests/{number}/papers/{paper}", "request.paper")
def paper(asked: Asked) -> Response:
    """A scanned paper, as pictures of its pages."""
    shown = request_papers.read_paper(asked.session, asked.path["number"], asked.path["paper"])
    return asked.show("requests/paper.html", paper=shown)


@page("GET", "/requests/{number}/papers/{paper}/pages/{page}", "request.paper_page")
def paper_page(asked: Asked) -> Response:
    """One page of it."""
    number, name = asked.path["number"], asked.path["paper"]
    return picture(request_papers.read_paper_page(asked.session, number, name, page_of(asked)))


def page_of(asked: Asked) -> int:
    """The page that the address names; 0, which nothing has, where that is no number."""
    text = str(asked.path["page"])
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def picture(shown: Any) -> Response:
    """A picture as it is sent: kept nowhere."""
    return Response(shown.data, media_type=shown.media_type, headers={"cache-control": "private, no-store"})
