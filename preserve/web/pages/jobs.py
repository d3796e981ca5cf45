"""Jobs: what runs, how far it is, what came of it; stop, go on, and fetch what was made."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from urllib.parse import quote, urlencode

from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from preserve.services import job_events, job_files, jobs
from preserve.services.job_events import JobEvent
from preserve.services.job_folders import say_progress
from preserve.services.job_views import JobShown, say_operation, state_label
from preserve.services.jobs import STATES, StateWish
from preserve.services.tables import job_results
from preserve.web.asked import Asked
from preserve.web.navigation import SUBJECTS
from preserve.web.routing import PAGES, page

_ABOUT = {
    "audit.drill": "/audits",
    "audit.run": "/audits",
    "catalogue.back_up": "/system",
    "chosen.replicate": "/copies",
    "chosen.verify": "/audits",
    "copies.replicate": "/copies",
    "deposit_description.draft": "/deposits/{deposit}/description",
    "deposits.examine": "/deposits/{deposit}",
    "deposits.take_in": "/deposits/{deposit}",
    "deposits.ingest": "/cases/{objid}",
    "disc.burn": "/discs",
    "disc.compose": "/discs",
    "disposal.execute": "/disposals/{number}",
    "export.write": "/exports/{number}",
    "forms.case": "/cases/{objid}",
    "forms.fonds": "/fonds/{code}",
    "forms.year": "/forms",
    "history.write": "/cases/{objid}",
    "import.plan": "/imports/{campaign}",
    "import.report": "/imports/{campaign}",
    "import.run": "/imports/{campaign}",
    "media.add": "/media",
    "planning.identify": "/planning",
    "planning.run": "/planning",
    "pool.gather": "/deposits",
    "reading.searchable": "/cases/{objid}",
    "repair.run": "/repairs",
    "retention.propose": "/retention/rules",
    "request.deliver": "/requests/{number}",
    "request.make_preview": "/requests/{number}/preview",
    "transfer.hand_over": "/transfers/{number}",
    "upload.close": "/deposits/{deposit}",
}
"""Where one looks next; shown as far as that page is there."""


@page("GET", "/jobs", "job.list")
def listed(asked: Asked) -> Response:
    """One's jobs; for who keeps the machine everybody's."""
    state = asked.query.get("state", "")
    wish: StateWish = next((known for known in STATES if known == state), "")
    mine = asked.query.get("mine", "") == "1"
    result = jobs.list_jobs(asked.session, mine=mine, state=wish, before=asked.query.get("before", ""))
    address = f"/jobs?{urlencode({'state': wish, 'mine': '1' if mine else ''})}"
    older = f"{address}&before={quote(result.older)}" if result.older else ""
    values = {"result": result, "state": wish, "mine": mine, "older": older, "states": _states()}
    return asked.show("jobs/list.html", **values, **_words())


@page("GET", "/jobs/{id}", "job.show")
def show(asked: Asked) -> Response:
    """One job, whenever one looks."""
    job = jobs.show(asked.session, asked.path["id"])
    values = {
        "job": job,
        "open": job.state in ("queued", "running", "stopping"),
        "percent": job_events.percent_of(job.progress) if job.progress else None,
        "facts": job_results.result(job.result).rows if job.result else (),
        "found": job_results.findings(job.result) if job.result else [],
        "about": (about := _about(job)),
        "about_word": next((one.word for one in SUBJECTS if one.covers(about)), "web.nav-jobs"),
    }
    return asked.show("jobs/show.html", **values, **_words())


@page("POST", "/jobs/{id}/stop", "job.stop")
def stop(asked: Asked) -> Response:
    """Let it stop."""
    jobs.stop(asked.session, asked.path["id"])
    return asked.see_other(f"/jobs/{asked.path['id']}", "web.jobs-will-stop")


@page("POST", "/jobs/{id}/resume", "job.resume")
def resume(asked: Asked) -> Response:
    """Let it go on."""
    jobs.resume(asked.session, asked.path["id"])
    return asked.see_other(f"/jobs/{asked.path['id']}", "web.jobs-goes-on")


@page("GET", "/jobs/{id}/state", "job.show")
def state(asked: Asked) -> Response:
    """What the events tell, for browsers and networks that let none through."""
    job = jobs.show(asked.session, asked.path["id"])
    progress = job.progress
    return JSONResponse(
        {
            "state": job.state,
            "text": say_progress(progress) if progress else state_label(job.state),
            "percent": job_events.percent_of(progress) if progress else None,
        }
    )


@page("GET", "/jobs/{id}/events", "job.show")
def events(asked: Asked) -> Response:
    """What becomes of it, as server-sent events (HTML Living Standard §9.2)."""
    given = asked.request.headers.get("last-event-id", "0")
    after = int(given) if given.isascii() and given.isdigit() and len(given) < 12 else 0
    news = job_events.follow(asked.session, asked.path["id"], after)
    headers = {"x-accel-buffering": "no"}  # nginx hands each event on at once
    return StreamingResponse(_lines(news), media_type="text/event-stream", headers=headers)


async def _lines(news: AsyncIterator[JobEvent]) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    async for event in news:
        if event.kind == "pulse":
            yield ": nothing new\n\n"
            continue
        data = json.dumps({"state": event.state, "text": event.text, "percent": event.percent})
        yield f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"


@page("GET", "/jobs/{id}/files/{number:int}", "job.file")
def fetch(asked: Asked) -> Response:
    """One file that the job made, as a download; the fetch is recorded before the first byte."""
    file = jobs.file(asked.session, asked.path["id"], asked.path["number"])
    name = file.name.rpartition("/")[2]
    return FileResponse(file.place, media_type="application/octet-stream", filename=name)


@page("GET", "/jobs/{id}/files.zip", "job.bundle")
def fetch_all(asked: Asked) -> Response:
    """All of them as one file; the fetch is recorded before the first byte."""
    found = job_files.bundle(asked.session, asked.path["id"])
    name = quote(found.name, safe="")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}", "cache-control": "private, no-store"}
    return StreamingResponse(job_files.zipped(found), media_type="application/zip", headers=headers)


def _states() -> list[tuple[str, str]]:
    return [(known, state_label(known)) for known in STATES]


def _words() -> dict[str, object]:
    return {"say_operation": say_operation, "state_label": state_label, "say_progress": say_progress}


def _about(job: JobShown) -> str:
    address, known = _ABOUT.get(job.operation, ""), {**job.arguments, **(job.result or {})}
    names = re.findall(r"{(\w+)}", address)
    if not any(_shape(one.path) == _shape(address) for one in PAGES) or not all(known.get(name) for name in names):
        return ""
    return address.format(**{name: quote(str(known[name]), safe="") for name in names})


def _shape(address: str) -> str:
    """An address without what its places are called."""
    return re.sub(r"{[^}]*}", "{}", address)
