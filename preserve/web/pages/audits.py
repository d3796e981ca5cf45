"""检测: what is due, runs and drills as jobs, what was not intact, the report; the checks of one medium or package."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from preserve.errors import NotFound
from preserve.messages import say, speaking
from preserve.services import audit_reports, audit_views, audits, disc_views, jobs
from preserve.services.audits import DueMedium
from preserve.services.plots import Bar, lines
from preserve.web.answers import drawn
from preserve.web.asked import Asked
from preserve.web.routing import page

SPANS = ("1h", "3h", "6h", "12h")
"""How long a run may take, where it is bounded."""

_MOST = 30


@page("GET", "/audits", "audit.plan", "audit.list", "disc.burners")
def overview(asked: Asked) -> Response:
    """The plan, the runs, what was not intact, and the drills."""
    plan = audits.plan(asked.session).media
    shown = audit_views.list_audits(asked.session)
    return asked.show(
        "audits/list.html",
        plan=plan,
        due=[medium for medium in plan if medium.due],
        shown=shown,
        runs=shown.runs[:_MOST],
        spans=SPANS,
        burners=disc_views.list_burners(asked.session).burners if "keep" in asked.who.duties else (),
        plot=drawn(_ages(asked, plan)) if plan else "",
    )


def _ages(asked: Asked, plan: tuple[DueMedium, ...]) -> str:
    """How many days ago each medium was read, those that are due in another colour."""
    with speaking(asked.language):
        return lines(say("web.audits-plot"), _bars(asked, plan))


def _bars(asked: Asked, plan: tuple[DueMedium, ...]) -> list[Bar]:
    return [
        Bar(medium.label, days, say("web.audits-days", count=days), bad=bool(medium.due) and not medium.continuous)
        for medium in plan[:_MOST]
        if (days := audit_views.days_since(asked.session, medium.last)) is not None
    ]


@page("POST", "/audits/run", "job.ask", "disc.burners")
def run(asked: Asked) -> Response:
    """Read back what is due, bounded or not, or all that can be reached; also a disc that was put in at the server."""
    wish: dict[str, Any] = {"everything": bool(asked.form.get("everything"))}
    if (span := asked.form.get("span", "")) in SPANS:
        wish["span"] = span
    if number := asked.form.get("burner", ""):
        device = disc_views.list_burners(asked.session).numbered(number)
        wish["media"] = [(asked.form.get("disc", "").strip(), str(device))]
    job = jobs.ask(asked.session, "audit.run", {"wish": wish}, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")


@page("POST", "/audits/drill", "job.ask")
def drill(asked: Asked) -> Response:
    """Restore the month's drawn packages for practice."""
    job = jobs.ask(asked.session, "audit.drill", {}, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")


@page("POST", "/audits/report", "job.ask")
def report(asked: Asked) -> Response:
    """The report on the safety of all copies, as page and as PDF, to fetch from its job."""
    job = jobs.ask(asked.session, "audit.report", {}, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")


@page("GET", "/audits/history", "audit.history")
def history(asked: Asked) -> Response:
    """Every check of one package or case, or what was not intact on one medium."""
    subject = asked.query.get("of", "").strip()
    failures = asked.query.get("failures", "") == "1"
    shown = audit_reports.history(asked.session, subject, failures=failures)
    return asked.show("audits/history.html", subject=subject, failures=failures, shown=shown)


@page("GET", "/audits/{run}", "audit.list")
def one(asked: Asked) -> Response:
    """One run: how it ended, and what was not intact in it."""
    shown = audit_views.list_audits(asked.session)
    found = next((run for run in shown.runs if run.id == asked.path["run"]), None)
    if found is None:
        raise NotFound("web.audits-no-run", asked.path["run"])
    records = [record for record in shown.records if record.run == found.id]
    return asked.show("audits/run.html", run=found, found=records, labels=shown.labels)
