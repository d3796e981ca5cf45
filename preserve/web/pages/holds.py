"""Holds (暂缓销毁): what stands, placing one on cases, releasing one."""

from __future__ import annotations

from starlette.responses import Response

from preserve.errors import UsageError
from preserve.services import holds
from preserve.services.failures import Failure
from preserve.services.holds import KINDS
from preserve.web import forms
from preserve.web.asked import Asked
from preserve.web.forms import or_again
from preserve.web.routing import page


@page("GET", "/holds", "hold.list")
def listing(asked: Asked) -> Response:
    """Holds that stand, or all, and the form that places one; `case` in the address fills the form."""
    return _list(asked, None, 200)


def _list(asked: Asked, failure: Failure | None, status: int) -> Response:
    any_state = asked.query.get("state", "") == "all"
    found = holds.list_holds(asked.session, any_state=any_state)
    cases = asked.form.get("cases", "") or "\n".join(asked.query.getlist("case")[:500])
    return asked.show(
        "holds/list.html",
        status,
        listing=found,
        rows=tuple(reversed(found.holds)),
        any_state=any_state,
        cases=cases,
        kinds=KINDS,
        failure=failure,
    )


@page("POST", "/holds", "hold.add", "hold.list")
def place(asked: Asked) -> Response:
    """Stop the disposal of these cases."""

    def deed() -> Response:
        kind = next((kind for kind in KINDS if kind == asked.form.get("kind")), None)
        if kind is None:
            raise UsageError("web.disposal-hold-kind")
        cases, paper = forms.names(asked.form.get("cases", "")), asked.form.get("paper", "")
        holds.add(asked.session, cases, kind=kind, reason=asked.form.get("reason", ""), paper=paper)
        return asked.see_other("/holds", "web.disposal-hold-placed")

    return or_again(asked, _list, deed)


@page("POST", "/holds/{number}/release", "hold.release", "hold.list")
def release(asked: Asked) -> Response:
    """Release one."""

    def deed() -> Response:
        holds.release(asked.session, asked.path["number"], reason=asked.form.get("why", ""))
        return asked.see_other("/holds", "web.disposal-hold-released")

    return or_again(asked, _list, deed)
