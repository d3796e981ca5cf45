"""修复: damaged copies remade as a job, and what repairs put aside, until a person lets it go."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from preserve.errors import PreserveError
from preserve.services import disc_views, jobs, repair_views, repairs
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.web.asked import Asked
from preserve.web.routing import page


@page("GET", "/repairs", "repair.list", "disc.burners")
def overview(asked: Asked) -> Response:
    """Damaged copies, and what lies in quarantine."""
    return _overview(asked)


def _overview(asked: Asked, failed: PreserveError | None = None) -> Response:
    shown = repair_views.list_damages(asked.session)
    code = http_status(failed) if failed else 200
    burners = disc_views.list_burners(asked.session).burners if "keep" in asked.who.duties else ()
    failure = known_failure(failed) if failed else None
    return asked.show("repairs/list.html", code, shown=shown, burners=burners, failure=failure)


@page("POST", "/repairs/run", "job.ask", "disc.burners")
def run(asked: Asked) -> Response:
    """Remake damaged copies, of one package or all, from what can be proven; also from a disc in a drive here."""
    arguments: dict[str, Any] = {}
    if case := asked.form.get("package", "").strip():
        arguments["case"] = case
    if number := asked.form.get("burner", ""):
        arguments["media"] = [str(disc_views.list_burners(asked.session).numbered(number))]
    job = jobs.ask(asked.session, "repair.run", arguments, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")


@page("POST", "/repairs/release", "repair.release", "repair.list", "disc.burners")
def release(asked: Asked) -> Response:
    """Let the old bytes of a repaired copy go."""
    try:
        repairs.release(asked.session, asked.needed("package"), reason=asked.needed("reason"))
    except PreserveError as error:
        return _overview(asked, error)
    return asked.see_other("/repairs", "web.repairs-released")
