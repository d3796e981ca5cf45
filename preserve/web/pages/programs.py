"""For who writes programs: the way to the description of the REST door."""

from __future__ import annotations

from starlette.responses import Response

from preserve.web.asked import Asked
from preserve.web.routing import page


@page("GET", "/api", open_to_all="it leads to the description of the REST door, which is the same for everybody")
def api(asked: Asked) -> Response:
    """The page is the REST door's own."""
    return asked.see_other("/api/v1/reference")
