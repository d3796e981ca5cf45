"""The list of cases: page by page, searched and filtered, with searches that one keeps and cases that one chose."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from starlette.responses import Response

from preserve.errors import UsageError
from preserve.services import cases, jobs, reader_notes
from preserve.services.cases import SearchWish
from preserve.services.choices import filter_choices
from preserve.services.failures import Failure, failure_of
from preserve.services.http import http_status
from preserve.services.pages import Page
from preserve.web.asked import Asked
from preserve.web.routing import page

TEXTS = ("party", "officer", "device", "place", "kind", "stage", "case_type", "measure", "classification", "volume")
DAYS = ("since", "until")
SIZE = 50
WORKS = {"export": "find", "replicate": "keep", "verify": "keep"}
"""What can be done with all chosen cases, and the duty that it asks for."""


def wanted(given: Asked) -> dict[str, str]:
    """What is searched for, as the address has it, without what is empty."""
    asked = given.query if given.page.method == "GET" else given.form
    names = ("words", *TEXTS, *DAYS, "machine")
    return {name: value for name in names if (value := str(asked.get(name) or "").strip())}


def wish_of(asked: dict[str, str]) -> SearchWish:
    """The same for the operation. Raises UsageError for what is no day."""
    texts = {name: asked.get(name, "") for name in TEXTS}
    since, until = (_day(name, asked[name]) if name in asked else None for name in DAYS)
    return SearchWish(asked.get("words", ""), since=since, until=until, machine=asked.get("machine") != "no", **texts)


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("web.cases-no-day", name, given=text) from error


@page("GET", "/cases", "case.list", "case.search", "search.saved", "chosen.list")
def show_list(asked: Asked) -> Response:
    """Cases by number, or those that a search finds."""
    looked_for, after = wanted(asked), asked.query.get("after", "")
    failure: Failure | None = None
    found = listed = None
    status = 200
    try:
        if looked_for:
            found = cases.search_cases(asked.session, wish_of(looked_for), Page(after, SIZE))
        else:
            listed = cases.list_cases(asked.session, Page(after, SIZE))
    except UsageError as error:
        failure, status = failure_of(error), http_status(error)
    following = (found.next if found else listed.next if listed else "") or ""
    return asked.show(
        "cases/list.html",
        status,
        failure=failure,
        looked_for=looked_for,
        filters=[name for name in looked_for if name != "words"],
        listed=listed,
        found=found,
        after=after,
        following=address(looked_for, after=following) if following else "",
        first=address(looked_for) if after else "",
        saved=reader_notes.saved_searches(asked.session).searches,
        chosen={one.objid for one in reader_notes.list_chosen(asked.session).cases},
        choices=filter_choices(asked.session),
        query=urlencode(looked_for),
    )


def address(looked_for: dict[str, str], **more: str) -> str:
    """The address of this list: all that it depends on."""
    query = urlencode({**looked_for, **{name: value for name, value in more.items() if value}})
    return f"/cases?{query}" if query else "/cases"


@page("POST", "/cases/searches", "search.save")
def keep_search(asked: Asked) -> Response:
    """Keep this search under a name."""
    looked_for = wanted(asked)
    reader_notes.save_search(asked.session, asked.needed("name"), urlencode(looked_for))
    return asked.see_other(address(looked_for), "web.cases-search-kept")


@page("POST", "/cases/searches/forget", "search.forget")
def forget_search(asked: Asked) -> Response:
    """Keep it no longer."""
    reader_notes.forget_search(asked.session, asked.needed("name"))
    return asked.see_other("/cases", "web.cases-search-forgotten")


@page("POST", "/cases/chosen", "chosen.add", "chosen.add_found", "chosen.drop")
def choose(asked: Asked) -> Response:
    """Choose the cases of the page that are ticked and no other of it, or all that the search finds."""
    looked_for = wanted(asked)
    back = address(looked_for, after=asked.form.get("after", ""))
    if asked.form.get("how") == "found":
        reader_notes.choose_found(asked.session, wish_of(looked_for))
    else:
        ticked = [str(one) for one in asked.form.getlist("case")]
        reader_notes.choose(asked.session, ticked)
        if dropped := sorted({str(one) for one in asked.form.getlist("shown")} - set(ticked)):
            reader_notes.let_go(asked.session, dropped)
    return asked.see_other(back, "web.cases-chosen-now")


@page("POST", "/cases/chosen/drop", "chosen.drop")
def drop_chosen(asked: Asked) -> Response:
    """Choose these no longer, or none at all."""
    ticked = [str(one) for one in asked.form.getlist("case")]
    if asked.form.get("how") != "all" and not ticked:
        return asked.see_other("/cases/chosen")
    reader_notes.let_go(asked.session, () if asked.form.get("how") == "all" else ticked)
    return asked.see_other("/cases/chosen")


@page("GET", "/cases/chosen", "chosen.list")
def show_chosen(asked: Asked) -> Response:
    """The cases that one chose, and what can be done with all of them."""
    duties = asked.who.duties
    works = [name for name, duty in WORKS.items() if duty in duties]
    return asked.show("cases/chosen.html", chosen=reader_notes.list_chosen(asked.session).cases, works=works)


@page("POST", "/cases/chosen/work", "chosen.list", "job.ask", "chosen.export", "chosen.replicate", "chosen.verify")
def work_on_chosen(asked: Asked) -> Response:
    """Have something done with all of them, as a job."""
    work = asked.needed("work")
    if work not in WORKS:
        raise UsageError("web.field-missing", "work")
    objids = [one.objid for one in reader_notes.list_chosen(asked.session).cases]
    if not objids:
        return asked.see_other("/cases/chosen")
    job = jobs.ask(asked.session, f"chosen.{work}", {"objids": objids}, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")
