"""The inbox of a head (审批): everything that waits for a decision; several requests at once where each was opened."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from preserve.errors import ConfirmNeeded, NotPermitted, PreserveError, UsageError
from preserve.services import approvals, requests
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.web.asked import Asked
from preserve.web.routing import page

_APPROVE = "request.approve"


@page("GET", "/approvals", "approvals.list")
def listing(asked: Asked) -> Response:
    """What waits, by due day."""
    return _shown(asked)


def _shown(asked: Asked, status: int = 200, failure: Any = None, results: tuple[Any, ...] = ()) -> Response:
    found = approvals.list_approvals(asked.session)
    chosen = asked.form.getlist("chosen") if failure else ()
    return asked.show("approvals/list.html", status, found=found, failure=failure, results=results, chosen=chosen)


@page("POST", "/approvals", "approvals.list", "request.approve", "user.confirm")
def approve(asked: Asked) -> Response:
    """Approve those that were chosen, each as it was seen; what became of each is told in its line."""
    chosen = [line.partition(" ")[::2] for line in asked.form.getlist("chosen")]
    there = {one.number: one for one in approvals.list_approvals(asked.session).waiting if one.kind == "request"}
    try:
        if not chosen:
            raise UsageError("web.approvals-nothing")
        session = asked.confirmed(*((_APPROVE, number, seen) for number, seen in chosen))
        if session is asked.session:
            raise ConfirmNeeded("people.confirm-needed")
    except (UsageError, NotPermitted) as error:
        return _shown(asked, http_status(error), known_failure(error))
    results: list[tuple[str, str, Any]] = []
    for number, seen in chosen:
        one = there.get(number)
        try:
            if one is None or not one.opened or not seen:
                raise UsageError("web.approvals-not-opened", number)
            requests.approve(session, number, seen=seen)
            results.append((number, "", {}))
        except PreserveError as error:
            results.append((number, error.code, error.values))
    return _shown(asked, results=tuple(results))
