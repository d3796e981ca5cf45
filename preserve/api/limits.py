"""A body that is too large is answered as every other refusal: the framework's own plain words become a problem."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from preserve.api.asking import language_of
from preserve.api.problems import Problem, Refusal, problem_of
from preserve.messages import Language


class Worded:
    """ASGI middleware that says 413 in our words."""

    def __init__(self, app: ASGIApp, usual: Language) -> None:
        self._app, self._usual = app, usual

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        replaced = False

        async def worded(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] == 413:
                replaced = (b"content-type", b"application/problem+json") not in message["headers"]
                if replaced:
                    request = Request(scope)
                    error = Refusal(Problem(413, "api.too-large", scope["path"]))
                    response = problem_of(request, error, language_of(request, self._usual))
                    await response(scope, receive, send)
            if not replaced:
                await send(message)

        await self._app(scope, receive, worded if scope["type"] == "http" else send)
