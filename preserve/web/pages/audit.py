"""The auditor's pages: what was done since the last visit, the ledger and the looks by person, without any content."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from typing import TextIO, cast
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from preserve.errors import UsageError
from preserve.messages import known, say
from preserve.services import audit_trail, jobs, ledger, people
from preserve.services.audit_trail import Filter
from preserve.services.failures import known_failure
from preserve.web.asked import Asked
from preserve.web.pages.me import day
from preserve.web.routing import page

_PIECE = 1 << 16
_FIELDS = ("person", "action", "subject", "since", "until", "which")
_IN_MEMORY = 1 << 22


@page("GET", "/audit", "ledger.overview")
def overview(asked: Asked) -> Response:
    """What was done since one's last visit, or since a day."""
    since = asked.query.get("since", "")
    found = audit_trail.overview(asked.session, since=day(since) if since else None)
    return asked.show("audit/overview.html", found=found, can_prove=True)


@page("POST", "/audit/proof", "job.ask")
def prove(asked: Asked) -> Response:
    """Prove the ledger from its first entry on, as a job."""
    job = jobs.ask(asked.session, "ledger.verify", {}, key=asked.key)
    return asked.see_other(f"/jobs/{job.id}")


@page("GET", "/audit/ledger", "ledger.entries")
def entries(asked: Asked) -> Response:
    """The ledger and the looks, the newest first, filtered."""
    try:
        wanted = _filter(asked)
        found = audit_trail.entries(asked.session, wanted, after=asked.query.get("after", ""))
    except UsageError as error:
        return asked.show(
            "audit/ledger.html", 400, failure=known_failure(error), found=None, actions=_actions(()), next="", first=""
        )
    first = "?" + urlencode({name: asked.query.get(name, "") for name in _FIELDS if asked.query.get(name)})
    more = first + ("&" if len(first) > 1 else "") + urlencode({"after": found.next}) if found.next else ""
    begin = f"/audit/ledger{first}" if asked.query.get("after") else ""
    shown = {"failure": None, "found": found, "actions": _actions(found.actions), "next": more, "first": begin}
    return asked.show("audit/ledger.html", **shown)


def _filter(asked: Asked) -> Filter:
    given = {name: asked.query.get(name, "").strip() for name in _FIELDS}
    which = given["which"] if given["which"] in ("deeds", "looks") else ""
    return Filter(
        given["person"],
        given["action"],
        given["subject"],
        _day(given["since"]),
        _day(given["until"]),
        cast(audit_trail.Which, which),
    )


def _day(text: str) -> date | None:
    return day(text) if text else None


def _actions(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """What can be asked for, each with its word, in the order of the words."""
    worded = [(name, _word(name)) for name in names]
    return [("", say("web.audit-any")), *sorted(worded, key=lambda pair: pair[1])]


def _word(action: str) -> str:
    code = f"history.action-{action.replace('.', '-')}"
    return say(code) if known(code) else action


@page("GET", "/audit/people", "user.list")
def everybody(asked: Asked) -> Response:
    """Every account, each with what it looked at."""
    return asked.show("audit/people.html", accounts=people.list_people(asked.session).accounts)


@page("GET", "/audit/people/{name}", "ledger.by_person")
def person(asked: Asked) -> Response:
    """What one person looked at, or did."""
    chosen: audit_trail.Which = "deeds" if asked.query.get("which") == "deeds" else "looks"
    after = asked.query.get("after", "")
    found = audit_trail.person(asked.session, asked.path["name"], which=chosen, after=after)
    here = f"?which={chosen}"
    more = f"{here}&{urlencode({'after': found.next})}" if found.next else ""
    return asked.show("audit/person.html", found=found, chosen=chosen, next=more, first=here if after else "")


@page("GET", "/audit/export", "ledger.export")
def export(asked: Asked) -> Response:
    """Every entry of both logs, a line each, as a file."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, mode="w+", encoding="utf-8", newline="\n")  # noqa: SIM115  it is read while it is sent
    try:
        ledger.export(asked.session, cast("TextIO", file))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    headers = {"content-disposition": 'attachment; filename="ledger.ndjson"'}
    return StreamingResponse(_pieces(cast("TextIO", file)), media_type="application/x-ndjson", headers=headers)


def _pieces(file: TextIO) -> Iterator[str]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
