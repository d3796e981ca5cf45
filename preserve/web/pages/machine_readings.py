"""What machines read (机读，未核对): the list of cases, one case, and the wish to have it read or thrown away."""

from __future__ import annotations

from typing import get_args

from starlette.responses import Response

from preserve.errors import UsageError
from preserve.services import jobs, machine_readings
from preserve.services.machine_reading_views import ListState, list_readings, show
from preserve.services.pages import Page
from preserve.services.tables import machine_readings as tables
from preserve.web.asked import Asked
from preserve.web.routing import page

SIZE = 50


@page("GET", "/readings", "reading.list")
def listing(asked: Asked) -> Response:
    """Cases, the newest first: what was read, is unread, or could not be read."""
    given, after = asked.query.get("state", ""), asked.query.get("after", "")
    states: tuple[ListState, ...] = get_args(ListState)
    state = next((one for one in states if one == given), None)
    if state is None:
        raise UsageError("web.field-missing", "state")
    found = list_readings(asked.session, state, Page(after, SIZE))
    here = f"/readings?state={state}" if state else "/readings"
    return asked.show(
        "readings/list.html",
        found=found,
        state=state,
        states=states,
        named=tables.named,
        following=f"{here}{'&' if state else '?'}after={found.next}" if found.next else "",
        first=here if after else "",
    )


@page("POST", "/readings", "job.ask", "reading.run")
def read_all(asked: Asked) -> Response:
    """Have all that is unread read, as a job; it can be stopped, and goes on when it is asked for again."""
    asked_for = jobs.ask(asked.session, "reading.run", {"wish": {"everything": True}}, key=asked.key)
    return asked.see_other(f"/jobs/{asked_for.id}")


@page("GET", "/cases/{objid}/readings", "reading.show")
def show_case(asked: Asked) -> Response:
    """The files of a case, and by what each was read."""
    shown = show(asked.session, asked.path["objid"])
    return asked.show("readings/case.html", shown=shown, files=tables.files(shown))


@page("POST", "/cases/{objid}/readings", "job.ask", "reading.run")
def read_case(asked: Asked) -> Response:
    """Have a case read, as a job."""
    objid = asked.path["objid"]
    wish = {"cases": [objid], "again": bool(asked.form.get("again"))}
    asked_for = jobs.ask(asked.session, "reading.run", {"wish": wish}, key=asked.key, subject=objid)
    return asked.see_other(f"/jobs/{asked_for.id}")


@page("POST", "/cases/{objid}/readings/forget", "reading.forget")
def forget(asked: Asked) -> Response:
    """Throw away what was read in a case."""
    gone = machine_readings.forget(asked.session, asked.path["objid"])
    return asked.see_other(f"/cases/{gone.objid}/readings", "web.readings-forgotten")
