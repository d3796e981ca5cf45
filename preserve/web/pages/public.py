"""What everybody may read (开放目录): the entries that the head opened, opened and closed here; the finding aid."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.responses import Response

from preserve.services import openness
from preserve.services.confirm import confirmed
from preserve.services.failures import Failure
from preserve.web.asked import Asked
from preserve.web.downloads import attachment
from preserve.web.forms import or_again
from preserve.web.routing import page


@page("GET", "/public", "openness.list")
def listing(asked: Asked) -> Response:
    """What is open; `case` in the address fills the form that opens one, `close` asks about closing another."""
    return _list(asked, None, 200)


def _list(asked: Asked, failure: Failure | None, status: int) -> Response:
    entries = openness.list_entries(asked.session).entries
    wanted = asked.form.get("close", "") or asked.query.get("close", "")
    return asked.show(
        "public/list.html",
        status,
        entries=tuple(reversed(entries)),
        closing=next((one for one in entries if one.objid == wanted), None),
        case=asked.form.get("case", "") or asked.query.get("case", ""),
        failure=failure,
    )


@page("POST", "/public/opening", "openness.open", "openness.list", "user.confirm")
def opening(asked: Asked) -> Response:
    """The head opens an entry."""

    def deed() -> Response:
        case = asked.needed("case")
        session = confirmed(asked.session, asked.needed("confirm"), ("openness.open", case))
        title = asked.form.get("title", "")
        openness.open_entry(session, case, reason=asked.form.get("reason", ""), title=title)
        return asked.see_other("/public", "web.public-opened")

    return or_again(asked, _list, deed)


@page("POST", "/public/closing", "openness.close", "openness.list", "user.confirm")
def closing(asked: Asked) -> Response:
    """The head closes one again."""

    def deed() -> Response:
        case = asked.needed("close")
        session = confirmed(asked.session, asked.needed("confirm"), ("openness.close", case))
        openness.close_entry(session, case, reason=asked.form.get("reason", ""))
        return asked.see_other("/public", "web.public-closed")

    return or_again(asked, _list, deed)


@page("GET", "/public/finding-aid", "openness.finding_aid")
def finding_aid(asked: Asked) -> Response:
    """The finding aid (EAD3) as a file."""
    with tempfile.TemporaryDirectory(prefix="preserve-public-") as folder:
        written = openness.finding_aid(asked.session, Path(folder) / "finding-aid.xml")
        return attachment(written.path.name, written.path.read_bytes())
