"""光盘: what waits for a disc, what is to be burned, what there is; composing and burning as jobs."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from preserve.services import disc_views, jobs
from preserve.web.asked import Asked
from preserve.web.routing import page


@page("GET", "/discs", "disc.list")
def discs(asked: Asked) -> Response:
    """The discs of the inventory, what waits, and the burners at the server."""
    shown = disc_views.list_discs(asked.session)
    planned = [disc for disc in shown.discs if disc.state == "planned"]
    others = [disc for disc in shown.discs if disc.state != "planned"]
    return asked.show("discs/list.html", shown=shown, planned=planned, others=others)


@page("POST", "/discs/compose", "job.ask")
def compose(asked: Asked) -> Response:
    """Gather what waits into a set and make its images."""
    arguments: dict[str, Any] = {"everything": bool(asked.form.get("everything"))}
    if kind := asked.form.get("kind", ""):
        arguments["kind"] = kind
    job = jobs.ask(asked.session, "disc.compose", arguments, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")


@page("POST", "/discs/{label}/burn", "job.ask", "disc.burners")
def burn(asked: Asked) -> Response:
    """Burn one disc in a burner at the server, and read it back; also in a second one where that is wished."""
    burners = disc_views.list_burners(asked.session)
    arguments: dict[str, Any] = {"label": asked.path["label"]}
    for name, field in (("device", "burner"), ("second", "second")):
        if number := asked.form.get(field, ""):
            arguments[name] = str(burners.numbered(number))  # by its number: no path comes from a form
    job = jobs.ask(asked.session, "disc.burn", arguments, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")
