"""副本: what copies must exist, what do, and what is to be done next; missing ones are made as a job."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

from starlette.responses import Response

from preserve.services import copies, jobs
from preserve.services.pages import Page
from preserve.web.asked import Asked
from preserve.web.routing import page

_ROWS = 50


@page("GET", "/copies", "copies.list")
def overview(asked: Asked) -> Response:
    """Every version with its copies, those that lack one, or those of one case."""
    case = asked.query.get("case", "").strip()
    wanted = asked.query.get("missing", "")
    missing: Literal["", "newest", "all"] = "newest" if wanted == "1" else "all" if wanted == "all" else ""
    after = asked.query.get("after", "")
    shown = copies.list_copies(asked.session, case, Page(after, _ROWS), missing=missing)
    here = {"missing": wanted} if missing else {}
    following = "/copies?" + urlencode({**here, "after": shown.next}) if shown.next else ""
    return asked.show(
        "copies/list.html",
        shown=shown,
        case=case,
        missing=missing,
        after=after,
        following=following,
        first="/copies" + ("?" + urlencode(here) if here else ""),
    )


@page("POST", "/copies/replicate", "job.ask")
def replicate(asked: Asked) -> Response:
    """Make every missing copy that can be made now, of one case or of all."""
    case = asked.form.get("case", "").strip()
    job = jobs.ask(asked.session, "copies.replicate", {"case": case} if case else {}, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")
