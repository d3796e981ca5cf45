"""Where somebody who comes to a house says which fonds they mean."""

from __future__ import annotations

from starlette.responses import Response

from preserve.services import house
from preserve.web.asked import Asked
from preserve.web.routing import page


@page("GET", "/f", "house.doors")
def doors(asked: Asked) -> Response:
    """The fonds of the house by their names, each a link to its own pages."""
    return asked.show("entry/fonds.html", doors=house.doors(asked.session))
