"""What stands before every address: whoever shows no token learns nothing but that, and a body has an end.

A request without a token is refused before it is read, so that nobody learns by wrong fields what there is. The
framework answers a body that is too large in plain words of its own; here they become a problem like every other.
"""

from __future__ import annotations

import logging
import time

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from preserve.api.asking import language_of
from preserve.api.problems import Problem, Refusal, problem_of, request_id
from preserve.api.table import OFFERS
from preserve.messages import Language
from preserve.services.logs import facts

_log = logging.getLogger("preserve.api")

OPEN = frozenset({offer.path for offer in OFFERS if offer.open}) | {"/openapi.json", "/reference", "/reference.css"}
"""Where nobody needs a token: the ways in, what a monitor asks, and what describes the program."""


class Outermost:
    """ASGI middleware around the door."""

    def __init__(self, app: ASGIApp, usual: Language) -> None:
        self._app, self._usual = app, usual

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path not in OPEN and not any(name == b"authorization" for name, _ in scope["headers"]):
            await self._refuse(scope, receive, send, Problem(401, "people.nobody"))
            return
        begun, replaced, status = time.monotonic(), False, 0

        async def worded(message: Message) -> None:
            nonlocal replaced, status
            if message["type"] == "http.response.start":
                status = message["status"]
                number = request_id(Request(scope)).encode()
                message["headers"] = [*message["headers"], (b"x-request-id", number)]
            if message["type"] == "http.response.start" and message["status"] == 413:
                replaced = (b"content-type", b"application/problem+json") not in message["headers"]
                if replaced:
                    await self._refuse(scope, receive, send, Problem(413, "api.too-large", path))
            if not replaced:
                await send(message)

        try:
            await self._app(scope, receive, worded)
        finally:
            # The route and not the address: names of people and cases stand in addresses.
            route = getattr(scope.get("route"), "path", "")
            took = round(1000 * (time.monotonic() - begun), 1)
            number, verb = request_id(Request(scope)), scope["method"]
            told = facts("call", id=number, method=verb, route=route, status=status, ms=took)
            _log.info("%s %s %s %d %.0f ms", number, verb, route, status, took, extra=told)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
        request = Request(scope)
        response = problem_of(request, Refusal(problem), language_of(request, self._usual))
        await response(scope, receive, send)
