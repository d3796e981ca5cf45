"""格式与技术: what grows old, what another policy would change; new versions and newer signatures as jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from starlette.responses import Response

from preserve.errors import UsageError
from preserve.services import jobs, planning
from preserve.web.answers import drawn
from preserve.web.asked import Asked
from preserve.web.routing import page

POLICIES = ("lossless", "compact")


@page("GET", "/planning", "planning.risks")
def overview(asked: Asked) -> Response:
    """Formats, media and programs, with what is at risk."""
    risks = planning.risks(asked.session)
    sections = [replace(part, picture=drawn(part.picture)) for part in risks.sections]
    return asked.show("planning/show.html", sections=sections)


@page("GET", "/planning/preview", "planning.preview")
def preview(asked: Asked) -> Response:
    """What a policy would change; nothing is done."""
    wanted = asked.query.get("policy", "")
    again = asked.query.get("again", "") == "1"
    policy: Literal["lossless", "compact"] | None
    match wanted:
        case "":
            policy = None
        case "lossless" | "compact":
            policy = wanted
        case _:
            raise UsageError("web.planning-no-policy", wanted)
    shown = planning.preview(asked.session, policy=policy, again=again)
    return asked.show("planning/preview.html", shown=shown, again=again, policies=POLICIES)


@page("POST", "/planning/run", "job.ask")
def run(asked: Asked) -> Response:
    """Make new versions of what the archive's policy touches; so many cases, or all."""
    arguments: dict[str, Any] = {"limit": _limit(asked), "again": bool(asked.form.get("again"))}
    job = jobs.ask(asked.session, "planning.run", arguments, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")


@page("POST", "/planning/identify", "job.ask")
def identify(asked: Asked) -> Response:
    """Ask newer signatures what the originals are."""
    job = jobs.ask(asked.session, "planning.identify", {"limit": _limit(asked)}, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")


@page("POST", "/planning/report", "job.ask")
def report(asked: Asked) -> Response:
    """The risk report as page and as PDF, to fetch from its job."""
    job = jobs.ask(asked.session, "planning.report", {}, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")


def _limit(asked: Asked) -> int:
    text = asked.form.get("limit", "").strip()
    if text and not (text.isdecimal() and len(text) <= 7):
        raise UsageError("web.planning-limit-wrong", text)
    return int(text or 0)
