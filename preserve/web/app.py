"""The app: its pages, its files, and what stands before them; it does not start with a route that calls nothing."""

from __future__ import annotations

import importlib
import mimetypes
import pkgutil
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route

import preserve.web.pages
from preserve.services.standing import Standing, declared
from preserve.web.guard import Guard
from preserve.web.render import STATIC, Pages, static
from preserve.web.routing import PAGES, Page
from preserve.web.security import Secured

_LOCAL = ("localhost", "127.0.0.1", "::1")


def all_pages() -> Sequence[Page]:
    """Every route, with every module of `pages` imported."""
    for found in pkgutil.walk_packages(preserve.web.pages.__path__, "preserve.web.pages."):
        importlib.import_module(found.name)
    return PAGES


def make_app(standing: Standing, mounted: Sequence[tuple[str, Any]] = (), hosts: Sequence[str] = ()) -> Any:
    """The door of this archive as an ASGI app; `mounted` are other apps, each with its address.

    `hosts` are names by which it may be asked beside those of its settings.

    Raises TypeError where a route names an operation that is not declared.
    """
    known = all_pages()
    for one in known:
        for name in one.operations:
            if not declared(name):
                raise TypeError(f"{one.method} {one.path}: there is no operation {name}")
    pages = Pages(standing, {one.path for one in known if one.method == "GET"})
    guard = Guard(standing, pages)
    by_address: dict[str, dict[str, Page]] = {}
    for one in known:
        by_address.setdefault(one.path, {})[one.method] = one
    routes: list[BaseRoute] = [Mount(address, app) for address, app in mounted]
    routes.append(Route("/static/{digest}/{name:path}", _static))
    # What is named outright goes before what has a place for anything: /deposits/new is no deposit.
    for address in sorted(by_address, key=lambda path: ("{" in path, path)):
        for one in by_address[address].values():
            routes.append(Route(address, guard.endpoint(one), methods=[one.method]))
    routes.append(Route("/{anything:path}", guard.endpoint(_NOT_THERE), methods=["GET", "POST"]))
    return Secured(Starlette(routes=routes), _hosts(standing, hosts))


def _hosts(standing: Standing, more: Sequence[str]) -> Sequence[str]:
    """The names by which this door may be asked."""
    listen = standing.web.listen
    own = () if listen.startswith("unix:") else (urlsplit(f"//{listen}").hostname or "",)
    return (*standing.web.hosts, *more, *own, *_LOCAL) if standing.web.hosts or more or own else ()


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    path = STATIC / name
    if not PurePosixPath(name).parts or ".." in PurePosixPath(name).parts or not path.is_file():
        return Response(status_code=404)
    if request.path_params["digest"] != static(name).split("/")[2]:
        return Response(status_code=404)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return FileResponse(path, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"})


def _not_there(asked: Any) -> Response:
    response: Response = asked.show("error.html", 404, failure=None, code="web.no-page", values={}, status=404)
    return response


_NOT_THERE = Page("GET", "/{anything:path}", (), "there is nothing to be seen", _not_there, 0, False)
