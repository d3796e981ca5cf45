"""Deposits that wait: the list, one of them with what was found, and what is done with it."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from preserve.errors import Conflict, PreserveError, Refused
from preserve.services import deposit_files, jobs, uploads, waiting, waiting_deeds
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.web.asked import Asked
from preserve.web.routing import page

_STATES = ("all", "late", "waiting", "to-answer", "returned", "taken-in")


@page("GET", "/deposits", "deposits.waiting")
def deposits(asked: Asked) -> Response:
    """What waits, in the order in which it presses; filtered by the address."""
    found = waiting.waiting(asked.session)
    chosen = asked.query.get("state", "all")
    chosen = chosen if chosen in _STATES else "all"
    shown = [one for one in found.deposits if chosen == "all" or _is(one, chosen)]
    if chosen == "all":
        shown = [one for one in shown if one.mine or not _is(one, "taken-in")]
    takes_in = {"ingest", "answer"} & set(asked.who.duties)
    states = [state for state in _STATES if takes_in or state != "to-answer"]
    counts = {state: sum(_is(one, state) for one in found.deposits) for state in _STATES[1:]}
    return asked.show(
        "deposits/list.html", deposits=shown, absent=found.absent, chosen=chosen, counts=counts, states=states
    )


def _is(deposit: waiting.DepositWaiting, state: str) -> bool:
    gone = deposit.state == "taken-in" or bool(deposit.objid)
    if state == "taken-in":
        return gone
    if state == "to-answer":
        there = deposit.state == "handed-in" or (deposit.kind == "inbox" and deposit.state == "draft")
        return not gone and there and deposit.verdict == "error"
    if state == "late":
        return not gone and deposit.standing == "late"
    return not gone and (deposit.state == "returned" if state == "returned" else deposit.state != "returned")


@page("GET", "/deposits/{id}", "deposits.show", "upload.show")
def deposit(asked: Asked) -> Response:
    """One deposit: where it stands, what was found, and what comes next."""
    return _shown(asked)


def _shown(asked: Asked, error: PreserveError | None = None, reasons: str = "") -> Response:
    shown = waiting.show(asked.session, asked.path["id"])
    if shown.deposit.state == "uploading":
        upload = uploads.show_upload(asked.session, shown.deposit.id)
        return asked.show("deposits/uploading.html", shown=shown, upload=upload)
    return asked.show(
        "deposits/show.html",
        http_status(error) if error else 200,
        shown=shown,
        failure=known_failure(error) if error else None,
        reasons=reasons,
        problem=waiting_deeds.name_of_problem,
        codes=sorted({one.code for one in shown.findings if one.severity in ("refuse", "error")}),
    )


@page("POST", "/deposits/{id}/check", "deposits.examine", "job.ask")
def check(asked: Asked) -> Response:
    """Check it, as a job."""
    return ask(asked, "deposits.examine", deposit=asked.path["id"])


@page("POST", "/deposits/{id}/take-in", "deposits.take_in", "job.ask")
def take_in(asked: Asked) -> Response:
    """Take it in, as a job."""
    restart = asked.form.get("restart") == "1"
    return ask(asked, "deposits.take_in", deposit=asked.path["id"], restart=restart)


@page("POST", "/deposits/{id}/hand-in", "deposits.hand_in", "deposits.show")
def hand_in(asked: Asked) -> Response:
    """Give it to the archivists."""
    try:
        waiting_deeds.hand_in(asked.session, asked.path["id"])
    except (Refused, Conflict) as error:
        return _shown(asked, error)
    return asked.see_other(f"/deposits/{asked.path['id']}", "web.deposits-handed-in-note")


@page("POST", "/deposits/{id}/send-back", "deposits.send_back", "deposits.show")
def send_back(asked: Asked) -> Response:
    """Send it back with reasons."""
    reasons = asked.form.get("reasons", "")
    try:
        waiting_deeds.send_back(asked.session, asked.path["id"], reasons, asked.form.getlist("codes"))
    except (Refused, Conflict) as error:
        return _shown(asked, error, reasons)
    return asked.see_other(f"/deposits/{asked.path['id']}", "web.deposits-sent-back-note")


@page("POST", "/deposits/{id}/give-up", "upload.give_up")
def give_up(asked: Asked) -> Response:
    """Take an upload of one's own away."""
    uploads.give_up(asked.session, asked.path["id"])
    return asked.see_other("/deposits", "web.deposits-given-up-note")


@page("GET", "/deposits/{id}/papers/{name}", "deposits.paper")
def paper(asked: Asked) -> Response:
    """A letter or the receipt, as PDF/A."""
    found = waiting_deeds.paper(asked.session, asked.path["id"], asked.path["name"])
    return FileResponse(
        found.path,
        media_type="application/pdf",
        filename=f"{asked.path['id']}-{found.name}.pdf",
        headers={"cache-control": "private, no-store"},
    )


@page("GET", "/deposits/{id}/files/{file}", "deposits.file")
def file(asked: Asked) -> Response:
    """The bytes of one file, by ranges: safe kinds to be shown in a page, all else to be saved."""
    seen = deposit_files.file(asked.session, asked.path["id"], asked.path["file"])
    name = quote(seen.file.name.rpartition("/")[2].encode("utf-8", "replace"), safe="")
    shown = "inline" if seen.shown in ("video", "sound", "picture") else "attachment"
    return _FromHandle(
        seen.handle,
        media_type=seen.kind,
        headers={
            "content-disposition": f"{shown}; filename*=UTF-8''{name}",
            "cache-control": "private, no-store",
            "content-security-policy": "sandbox; default-src 'none'",
        },
    )


class _FromHandle(FileResponse):
    """An open file, closed however its sending ends: a range that is none, a connection that was cut off."""

    def __init__(self, handle: int, **how: Any) -> None:
        super().__init__(f"/proc/self/fd/{handle}", **how)
        self._handle = handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.close(self._handle)


@page("GET", "/deposits/{id}/files/{file}/pages/{number}", "deposits.page")
def file_page(asked: Asked) -> Response:
    """A page of a document, as a picture."""
    number = str(asked.path["number"])
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 0
    seen = deposit_files.page(asked.session, asked.path["id"], asked.path["file"], wanted)
    return Response(seen.picture, media_type="image/jpeg", headers={"cache-control": "private, no-store"})


def ask(asked: Asked, operation: str, **arguments: Any) -> Response:
    """Ask for long work and go to its page, which is there from this moment."""
    made = jobs.ask(asked.session, operation, arguments, key=asked.key)
    return asked.see_other(f"/jobs/{made.id}")
