"""All fonds of a house behind one address: each request is one fonds', by host, by address, or as was chosen.

Each fonds has an app of its own over its own archive. A cookie, token or form of one is nothing in another, since each
archive knows its own alone; session cookies have the fonds in their name besides, so that none takes another's place.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from preserve.errors import PreserveError, UsageError
from preserve.services.standing import Standing, home_in_house, is_fonds_code, open_home, read_house
from preserve.web import cookies
from preserve.web.security import Secured, is_top_level

_log = logging.getLogger("preserve.serving")
_PREFIX = "/f/"
REGISTER = ""
"""The code under which the house's own register is served."""

Make = Callable[[Standing, Sequence[str]], ASGIApp]


class HouseDoor:
    """An ASGI app over every archive of a house; one is opened when it is first asked for."""

    def __init__(self, house: Path, register: Standing, make: Make) -> None:
        self.path, self._make = house, make
        self._host = read_house(house).host.lower()
        self._register = register
        self._lock = threading.Lock()
        self._standings: dict[str, Standing] = {}
        self._apps: dict[str, ASGIApp] = {REGISTER: make(register, self._hosts(REGISTER))}

    def homes(self) -> list[Path]:
        """The homes of the register and of every fonds that has one, by their folders."""
        codes = sorted(place.name for place in (self.path / "fonds").iterdir() if is_fonds_code(place.name))
        places = [self.path / "fonds" / code for code in codes]
        return [self._register.home, *(place for place in places if (place / "preserve.toml").is_file())]

    def close(self) -> None:
        """Close every archive but the register, which whoever opened it closes."""
        for standing in self._standings.values():
            standing.close()

    def _hosts(self, code: str) -> Sequence[str]:
        """The names by which the app of a fonds may be asked, beside those of its own settings."""
        own = (f"{code}.{self._host}",) if self._host and code else ()
        return (*own, *((self._host,) if self._host else ()), *self._register.web.hosts)

    def _app(self, code: str) -> ASGIApp:
        """The app of a fonds. Raises UsageError where there is none, PreserveError where it cannot be opened."""
        # One whose database is away takes seconds to say so: the others, which are open, do not wait behind it.
        if (there := self._apps.get(code)) is not None:
            return there
        with self._lock:
            if code not in self._apps:
                if not is_fonds_code(code):
                    raise UsageError("house.no-fonds", code)
                home = home_in_house(self.path, code)
                if open_home(home).settings.fonds != code:
                    raise UsageError("house.no-fonds", code)
                standing = self._standings[code] = Standing(home)
                self._apps[code] = self._make(standing, self._hosts(code))
            return self._apps[code]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request as the fonds that it is for; the register's own page tells where to choose."""
        if scope["type"] != "http":
            await self._apps[REGISTER](scope, receive, send)
            return
        code, path = self._meant(scope)
        if code is None:
            code = self._chosen(scope)
            if code == REGISTER and path == "/" and cookies.CHOSEN not in _cookies(scope):
                path = "/f"  # nothing was chosen yet
        elif path is None:
            await _choose(code, scope, receive, send)
            return
        inner = {**scope, "path": path, "raw_path": path.encode(), "fonds": code} if path else {**scope, "fonds": code}
        try:
            app = await run_in_threadpool(self._app, code)
        except UsageError:
            await _plain(404, scope, receive, send)
        except PreserveError as error:
            _log.error("fonds %s cannot be served: %s", code, error)
            await _plain(503, scope, receive, send)
        else:
            await app(inner, receive, send)

    def _meant(self, scope: Scope) -> tuple[str | None, str | None]:
        """The fonds that host or address name, and the path within it; no path where the fonds is only chosen."""
        path: str = scope["path"]
        named = self._by_host(scope)
        if named is not None:
            return named, path
        if not path.startswith(_PREFIX):
            return None, path
        code, _, rest = path.removeprefix(_PREFIX).partition("/")
        code = REGISTER if code == "register" else code
        if rest == "api" or rest.startswith("api/"):
            return code, f"/{rest}"
        return code, None

    def _by_host(self, scope: Scope) -> str | None:
        if not self._host:
            return None
        named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        host = (urlsplit(f"//{named[0]}").hostname or "") if len(named) == 1 else ""
        code, dot, rest = host.partition(".")
        return code if dot and rest == self._host else None

    def _chosen(self, scope: Scope) -> str:
        chosen = _cookies(scope).get(cookies.CHOSEN, "")
        return chosen if is_fonds_code(chosen) and chosen != "register" else REGISTER


def _cookies(scope: Scope) -> dict[str, str]:
    from starlette.requests import Request

    return dict(Request(scope).cookies)


async def _choose(code: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the browser remember the fonds, and go to its first page; not where a page of somebody else's sent it."""
    from starlette.requests import Request
    from starlette.responses import RedirectResponse

    request = Request(scope)
    own = is_top_level(request.headers) and (code == REGISTER or is_fonds_code(code)) and request.method == "GET"
    response = RedirectResponse("/" if own else "/f", status_code=303)
    if own:
        cookies.set_chosen(request, response, code or "register")
    await Secured(response, ())(scope, receive, send)


async def _plain(status: int, scope: Scope, receive: Receive, send: Send) -> None:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {"type": "http.response.start", "status": status, "headers": []}
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    await Secured(answer, ())(scope, receive, send)
