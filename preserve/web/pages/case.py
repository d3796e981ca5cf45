"""The page of one case: what it is, its files, description, copies, life and use; its recordings on one line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.responses import Response

from preserve.services import case_views, job_files, jobs, reading, reading_timeline
from preserve.services.case_history import show_history
from preserve.services.case_use import show_use
from preserve.services.choices import spoken
from preserve.services.machine_findings import MachineFinding
from preserve.services.machine_findings_shown import show_machine_findings
from preserve.services.pages import Page
from preserve.services.tables import cases as tables
from preserve.web.asked import Asked
from preserve.web.pages.reading import address
from preserve.web.routing import page
from preserve.web.windows import Window

TABS = ("contents", "description", "copies", "life", "use", "findings")
ENTRIES = 100


@page("GET", "/cases/{objid}", "case.show", "reading.open", "case.use", "reading.findings", "job.made")
def show_case(asked: Asked) -> Response:
    """One case; the tab says which part of it."""
    objid = asked.path["objid"]
    tab = asked.query.get("tab", TABS[0])
    tab = tab if tab in TABS else TABS[0]
    view = case_views.show(asked.session, objid, Page(asked.query.get("after", ""), ENTRIES))
    files = reading.open_reading(asked.session, objid) if tab == "contents" and not view.destroyed else None
    machine = show_machine_findings(asked.session, objid) if tab == "findings" and not view.destroyed else None
    known, versions, formats, copies, events, entries = tables.show(view)
    return asked.show(
        f"cases/{tab}.html",
        view=view,
        tabs=[(f"/cases/{view.case.objid}" + (f"?tab={one}" if one != TABS[0] else ""), one) for one in TABS],
        tab=tab,
        facts=known,
        tables={"versions": versions, "formats": formats, "copies": copies, "events": events, "entries": entries},
        files=files,
        recordings=sum(1 for one in files.files if one.length) if files else 0,
        forms=job_files.made(asked.session, "forms.case", objid) if tab == "description" else None,
        window=Window(len(files.files) if files else 0, asked.query.get("from", "1")),
        named=partial(spoken, asked.session),
        machine_found=machine,
        address=address,
        use=show_use(asked.session, objid) if tab in ("use", "findings") else None,
        following=f"/cases/{view.case.objid}?tab=life&after={view.ledger_next}" if view.ledger_next else "",
    )


@page("GET", "/cases/{objid}/timeline", "reading.timeline", "reading.findings")
def show_timeline(asked: Asked) -> Response:
    """The recordings of all devices on one line, played in step."""
    line = reading_timeline.show_timeline(asked.session, asked.path["objid"])
    devices: dict[str, list[reading_timeline.OnLine]] = {}
    for one in line.recordings:
        devices.setdefault(one.device, []).append(one)
    machine = show_machine_findings(asked.session, line.objid)
    marked = _marked(line, machine.findings)
    return asked.show("reading/timeline.html", line=line, devices=devices, marked=marked, heard=_heard_at(line))


def _marked(
    line: reading_timeline.Timeline, found: Sequence[MachineFinding]
) -> dict[str, list[tuple[float, MachineFinding]]]:
    """For each recording what a machine found in it, and where that is on the line, in seconds."""
    starts = {one.identifier: one.start for one in line.recordings}
    marked: dict[str, list[tuple[float, MachineFinding]]] = {}
    for one in found:
        if one.identifier in starts:
            marked.setdefault(one.identifier, []).append((starts[one.identifier] + one.at, one))
    return marked


def _heard_at(line: reading_timeline.Timeline) -> list[int]:
    """The seconds of the line at which somebody begins to speak, whoever's device heard it; each second once."""
    voiced = ((one.start, one.voice.passages) for one in line.recordings if one.voice is not None)
    return sorted({round(start + since) for start, passages in voiced for since, _ in passages})


@page("GET", "/cases/{objid}/history", "case.history", "job.made")
def show_whole_history(asked: Asked) -> Response:
    """Everything that happened with a case, each event with where it stands."""
    view = show_history(asked.session, asked.path["objid"])
    made = job_files.made(asked.session, "history.write", asked.path["objid"])
    return asked.show("cases/history.html", view=view, events=tables.history(view), made=made)


@page("POST", "/cases/{objid}/history", "job.ask", "history.write")
def write_history(asked: Asked) -> Response:
    """Have it written as PDF with its proof."""
    asked_for = jobs.ask(asked.session, "history.write", {"case": asked.path["objid"]}, key=asked.key)
    return asked.see_other(f"/jobs/{asked_for.id}")
