"""What every answer of the door carries, and what no request may be: a foreign host, a body without end.

The headers are set outermost, so that refusals and errors have them too. Sources: OWASP Secure Headers, CSP Level 3.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # With `no-referrer` Chromium says `Origin: null` with every form, and none could be told from a foreign one.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
}
HELD_BACK = 0.5
"""Seconds that whoever asks too much waits for being told so: asking again at once gains nothing and costs others."""

_LARGEST_HEAD = 16 * 1024
STRICT_TRANSPORT = "max-age=31536000"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Secured:
    """ASGI middleware: refuses foreign hosts, and gives every answer its headers."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secure = scope.get("scheme") == "https"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 429:
                    await asyncio.sleep(HELD_BACK)
                given = {name.lower() for name, _ in message["headers"]}
                added = dict(HEADERS) | {"cache-control": "no-store"}
                if secure:
                    added["strict-transport-security"] = STRICT_TRANSPORT
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in added.items() if k.encode() not in given),
                ]
            await send(message)

        refused = self._refusal(scope)
        if refused:
            await with_headers({"type": "http.response.start", "status": refused, "headers": []})
            await with_headers({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> int:
        """The status of a request that is not ours to answer: too long a head (RFC 6585 §5), another host; else 0."""
        if sum(len(name) + len(value) for name, value in scope["headers"]) > _LARGEST_HEAD:
            return 431
        return 0 if self._is_ours(scope) else 421

    def _is_ours(self, scope: Scope) -> bool:
        """Whether the request names one host, and one of ours."""
        named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(named) != 1:
            return False
        return not self._hosts or (urlsplit(f"//{named[0]}").hostname or "") in self._hosts


def is_top_level(headers: Mapping[str, str]) -> bool:
    """Whether a person opened this address themselves or from a page of ours, as far as the browser says."""
    return headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def is_own_request(method: str, headers: Mapping[str, str], scheme: str) -> bool:
    """Whether a request that changes something comes from a page of ours, as the browser says (Fetch Metadata, Origin).

    A program that sends neither header is let through here: it still needs the token of its session.
    """
    if method in SAFE:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin == f"{scheme}://{headers.get('host', '')}"


def form_token(session: str) -> str:
    """The token that a form of this session carries: whoever does not have the session cannot know it."""
    return hmac.new(session.encode(), b"preserve form", hashlib.sha256).hexdigest()


def is_form_token(session: str, given: str) -> bool:
    """Whether it is that, in constant time."""
    return hmac.compare_digest(form_token(session).encode(), given.encode("utf-8", "replace"))
