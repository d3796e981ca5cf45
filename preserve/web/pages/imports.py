"""Old cases in bulk (旧档批量接收): list and carriers chosen, the plan, its questions, its runs and its report."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

from starlette.responses import Response

from preserve.errors import UsageError
from preserve.services import import_answers, import_papers, import_places, import_views, job_files, jobs
from preserve.services.failures import Failure
from preserve.services.import_places import PlaceShown
from preserve.services.import_views import View
from preserve.services.pages import Page
from preserve.services.tables.imports import why
from preserve.web import forms
from preserve.web.asked import Asked
from preserve.web.downloads import attachment
from preserve.web.forms import or_again
from preserve.web.routing import MIB, page

SIZE = 50
_VIEWS: tuple[View, ...] = get_args(View)
_MOST = 200


@page("GET", "/imports", "import.list")
def listing(asked: Asked) -> Response:
    """Every plan, the newest first."""
    return asked.show("imports/list.html", found=import_views.list_campaigns(asked.session))


@page("GET", "/imports/new", "import.places")
def new(asked: Asked) -> Response:
    """Choose the carriers, then the list; what was chosen stands in the address."""
    return _new(asked, None, 200)


def _new(asked: Asked, failure: Failure | None, status: int) -> Response:
    return _choose(asked, "imports/new.html", "/imports/new", failure, status)


def _choose(asked: Asked, template: str, address: str, failure: Failure | None, status: int, **values: Any) -> Response:
    """A page on which places are chosen: those of the form that was sent, else those of the address."""
    sent = asked.form if asked.form else asked.query
    chosen = list(dict.fromkeys((*sent.getlist("list")[:1], *sent.getlist("place")[:_MOST])))
    drop = asked.query.get("drop", "")
    within = asked.query.get("in", "")
    found = import_places.list_places(asked.session, within=within, chosen=[one for one in chosen if one != drop])
    lists = [one for one in found.chosen if one.kind == "list"]
    places = [one for one in found.chosen if one.kind != "list"]

    def at(**more: str) -> str:
        kept = [("list", one.id) for one in lists] + [("place", one.id) for one in places]
        return f"{address}?{urlencode([*kept, *more.items()])}"

    values |= {"found": found, "lists": lists, "places": places, "at": at, "within": within}
    return asked.show(template, status, address=address, failure=failure, **values)


@page("POST", "/imports", "import.places", "import.give_list", "job.ask", "import.plan", largest=70 * MIB)
def plan(asked: Asked) -> Response:
    """Have a plan made of a list and of carriers."""

    def deed() -> Response:
        lists, places = _chosen(asked)
        if not places:
            raise UsageError("imports.no-place")
        if "file" in asked.files:
            with forms.uploaded(asked, "file") as sent:
                cases = import_places.give_list(asked.session, sent.name, sent.read_bytes()).path
        elif lists:
            cases = lists[0].path
        else:
            raise UsageError("web.import-no-list")
        wish = {
            "cases": str(cases),
            "places": [str(one.path) for one in places],
            "profile": asked.form.get("profile", ""),
        }
        job = jobs.ask(asked.session, "import.plan", wish, key=asked.key, subject=cases.name)
        return asked.see_other(f"/jobs/{job.id}")

    return or_again(asked, _new, deed)


def _chosen(asked: Asked) -> tuple[list[PlaceShown], list[PlaceShown]]:
    """The lists and the carriers that the form names."""
    named = [*asked.form.getlist("list")[:1], *asked.form.getlist("place")[:_MOST]]
    found = import_places.list_places(asked.session, chosen=named).chosen
    usable = [one for one in found if one.may_be_chosen]
    return [one for one in usable if one.kind == "list"], [one for one in usable if one.kind != "list"]


@page("GET", "/imports/{campaign}", "import.show", "job.about", "job.made")
def show(asked: Asked) -> Response:
    """A plan: what matches, what is missing, what is in no list, what is there twice, and what is asked."""
    return _show(asked, None, 200)


def _show(asked: Asked, failure: Failure | None, status: int) -> Response:
    campaign = asked.path["campaign"]
    view = forms.one_of(asked.query.get("view", ""), _VIEWS, "cases")
    after = asked.query.get("after", "")
    shown = import_views.show(asked.session, campaign, view=view, page=Page(after, SIZE))
    runs = job_files.about(asked.session, "import.run", campaign).jobs
    return asked.show(
        "imports/one.html",
        status,
        campaign=shown.campaign,
        shown=shown,
        views=[(one, _count(shown, one)) for one in _VIEWS],
        view=view,
        after=after,
        why=why,
        kind=import_places.kind_label(asked.session, shown.campaign.profile),
        run=runs[0] if runs else None,
        made=job_files.made(asked.session, "import.report", campaign),
        failure=failure,
    )


def _count(shown: import_views.CampaignShown, view: View) -> int:
    campaign = shown.campaign
    counts = {"cases": campaign.cases, "missing": campaign.counts["missing"]}
    return counts[view] if view in counts else int(getattr(campaign, view))


@page("POST", "/imports/{campaign}/answers", "import.answer", "import.show", "job.about", "job.made")
def answer(asked: Asked) -> Response:
    """Answers to lines of one list, given on the page."""

    def deed() -> Response:
        campaign = asked.path["campaign"]
        given = {name[2:]: said for name, said in asked.form.items() if name.startswith("a-")}
        import_answers.answer(asked.session, campaign, given)
        view = forms.one_of(asked.query.get("view", ""), _VIEWS, "questions")
        return asked.see_other(f"/imports/{campaign}?view={view}", "web.import-answered")

    return or_again(asked, _show, deed)


@page("GET", "/imports/{campaign}/workbook", "import.workbook")
def workbook(asked: Asked) -> Response:
    """All lists as a workbook that goes round for answers."""
    campaign = asked.path["campaign"]
    with tempfile.TemporaryDirectory(prefix="preserve-import-") as folder:
        written = import_papers.workbook(asked.session, campaign, Path(folder) / f"import-{campaign}.xlsx")
        return attachment(written.path.name, written.path.read_bytes())


@page("POST", "/imports/{campaign}/workbook", "import.decide", "import.show", "job.about", "job.made", largest=40 * MIB)
def answers(asked: Asked) -> Response:
    """Take the answers of a workbook that came back."""

    def deed() -> Response:
        campaign = asked.path["campaign"]
        with forms.uploaded(asked, "file") as sent:
            import_answers.decide(asked.session, campaign, sent.read_bytes())
        return asked.see_other(f"/imports/{campaign}", "web.import-answered")

    return or_again(asked, _show, deed)


@page("GET", "/imports/{campaign}/places", "import.show", "import.places")
def places(asked: Asked) -> Response:
    """Say where carriers are now that are not where the plan found them."""
    campaign = import_views.show(asked.session, asked.path["campaign"], page=Page("", 1)).campaign
    address = f"/imports/{campaign.campaign}/places"
    return _choose(asked, "imports/places.html", address, None, 200, campaign=campaign)


@page("POST", "/imports/{campaign}/runs", "import.places", "job.ask", "import.run", "import.show")
def run(asked: Asked) -> Response:
    """Take its cases in, or go on, as a job."""
    campaign = import_views.show(asked.session, asked.path["campaign"], page=Page("", 1)).campaign
    where = [str(one.path) for one in _chosen(asked)[1]]
    job = jobs.ask(asked.session, "import.run", {"campaign": campaign.campaign, "places": where}, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")


@page("POST", "/imports/{campaign}/report", "job.ask", "import.report", "import.show")
def report(asked: Asked) -> Response:
    """Have the report for the head written, as a job."""
    campaign = import_views.show(asked.session, asked.path["campaign"], page=Page("", 1)).campaign
    job = jobs.ask(asked.session, "import.report", {"campaign": campaign.campaign}, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")
