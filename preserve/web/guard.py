"""The way of every request to its page: body, language, session, form token, and errors as pages of their status.

Nothing here says what a person may do: the operations do, and what they raise becomes the answer.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from preserve.messages import LANGUAGES, Language, at_door, known, speaking
from preserve.services import sessions
from preserve.services.failures import Failure, failure_of, without_servers
from preserve.services.http import http_status, nobody_was_recognised, retry_after
from preserve.services.logs import facts
from preserve.services.operation import OPERATIONS
from preserve.services.session import Credentials, Token
from preserve.services.standing import Standing
from preserve.web import cookies
from preserve.web.asked import Asked, fields_and_files
from preserve.web.kept_forms import kept_of
from preserve.web.navigation import safe_address
from preserve.web.once import Once, said
from preserve.web.render import Pages
from preserve.web.routing import Page
from preserve.web.security import SAFE, is_form_token, is_own_request

_log = logging.getLogger("preserve.web")
_requests = logging.getLogger("preserve.requests")


class Guard:
    """What stands before every page of one archive."""

    def __init__(self, standing: Standing, pages: Pages) -> None:
        self._standing = standing
        self._pages = pages
        self._once = Once()

    def endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """The function that answers requests to this page."""

        async def answer(request: Request) -> Response:
            begun, number = time.monotonic(), secrets.token_hex(8)
            asked = self._asked(request, page)
            response = await answered(request, asked)
            response.headers["x-request-id"] = number
            # The route and not the address: a query may hold the name of a person.
            account = asked.__dict__["who"].account if "who" in asked.__dict__ else "-"
            taken = round(1000 * (time.monotonic() - begun), 1)
            status, verb = response.status_code, page.method
            told = facts("request", id=number, account=account, method=verb, route=page.path, status=status, ms=taken)
            _requests.info("%s %s %s %s %d %.0f ms", number, account, verb, page.path, status, taken, extra=told)
            return response

        async def answered(request: Request, asked: Asked) -> Response:
            try:
                if not is_own_request(request.method, request.headers, request.url.scheme):
                    return await run_in_threadpool(self._refused, asked, 403, "web.foreign-form")
                if page.method not in SAFE and not page.raw:
                    await self._read_form(asked)
                elif page.raw:
                    limit_body(request, page.largest)
                return await run_in_threadpool(self._answer, asked)
            except HTTPException as error:
                return await run_in_threadpool(self._refused, asked, error.status_code, "web.request-refused")
            except ClientDisconnect:
                return Response(status_code=400)
            finally:
                for _, upload in asked.files.multi_items():
                    await upload.close()

        return answer

    def _asked(self, request: Request, page: Page) -> Asked:
        token = cookies.session_of(request)
        credentials: Credentials = Token(token) if token else None
        session = self._standing.session(credentials, self._language(request), self._aside)
        address = request.client.host if request.client else ""
        session = replace(session, address=address, again=True)
        return Asked(request, page, self._standing, session, token, self._pages)

    def _language(self, request: Request) -> Language:
        wanted = request.cookies.get(cookies.LANGUAGE, "")
        if wanted in LANGUAGES:
            return "zh" if wanted == "zh" else "en"
        for part in request.headers.get("accept-language", "").lower().split(","):
            name = part.split(";")[0].strip()
            if name.startswith(LANGUAGES):
                return "zh" if name.startswith("zh") else "en"
        return self._standing.language

    def _aside(self, error: BaseException) -> None:
        _log.warning("done, and then: %s", error)

    async def _read_form(self, asked: Asked) -> None:
        limit_body(asked.request, asked.page.largest)
        form = await asked.request.form(max_files=200, max_fields=20_000, max_part_size=asked.page.largest)
        asked.form, asked.files = fields_and_files(form)

    def _answer(self, asked: Asked) -> Response:
        with speaking(asked.language), at_door("web"):
            try:
                if self._is_forged(asked):
                    return self._refused(asked, 403, "web.form-stale")
                if self._must_log_in_first(asked):
                    return self._to_login(asked)
                if asked.page.method in SAFE:
                    return self._looked_at(asked)
                sessions.note_use(asked.session, browser=True)
                if asked.page.raw:
                    return asked.page.handler(asked)
                url = asked.request.url
                sent = [(name, f"{one.filename} {one.size}") for name, one in asked.files.multi_items()]
                form = said([*asked.form.multi_items(), *sent, ("?", url.query)])
                return self._once.answer(asked.token, url.path, asked.key, form, lambda: asked.page.handler(asked))
            except (HTTPException, ClientDisconnect):  # of a body that the handler itself reads
                raise
            except Exception as error:  # noqa: BLE001  the last line of defence: people get a sentence, and no trace
                if (failure := failure_of(error)) is not None:
                    return self._failed(asked, error, failure)
                number = secrets.token_hex(4)
                _log.exception("defect %s at %s %s", number, asked.page.method, asked.page.path)
                return self._refused(asked, 500, "web.defect", number=number)

    def _looked_at(self, asked: Asked) -> Response:
        """The answer of a page that changes nothing: all its operations recognise the person once, of one moment."""
        with asked.session.within_one_request() as session:
            asked.session = session
            sessions.note_use(session, browser=True)
            return asked.page.handler(asked)

    def _must_log_in_first(self, asked: Asked) -> bool:
        """Whether somebody without a session only opens a page: an operation would record that as a refused attempt."""
        if asked.page.method not in SAFE or asked.token or asked.page.open_to_all:
            return False
        return not any(OPERATIONS[name].open_to_all for name in asked.page.operations)

    def _is_forged(self, asked: Asked) -> bool:
        """Whether it would change something in a session, and does not carry the token of that session's forms."""
        if asked.page.method in SAFE or not asked.token or asked.page.path == "/login":
            return False
        given = asked.form.get("csrf") or asked.request.headers.get("x-csrf", "")
        return not is_form_token(asked.token, given)

    def _failed(self, asked: Asked, error: Exception, failure: Failure) -> Response:
        if nobody_was_recognised(error) and failure.code != "people.password-wrong":
            return self._to_login(asked)
        status = http_status(error)
        if status >= 500:
            _log.error("%s %s: %s", asked.page.method, asked.page.path, error)
        shown = {"failure": without_servers(failure), "status": status}
        response = self._pages.answer(asked, "error.html", status, shown)
        if seconds := retry_after(error):
            response.headers["retry-after"] = str(seconds)
        return response

    def _to_login(self, asked: Asked) -> Response:
        here = asked.request.url.path
        if asked.page.method == "GET" and asked.request.url.query:
            here += f"?{asked.request.url.query}"
        if asked.page.method != "GET":
            shown = {"kept": kept_of(asked), "to": here, "with_files": bool(asked.files)}
            return self._pages.answer(asked, "entry/over.html", 401, shown)
        response = RedirectResponse(asked_login(here), status_code=303)
        cookies.end_session(asked.request, response)
        return response

    def _refused(self, asked: Asked, status: int, code: str, **values: str) -> Response:
        """A refusal that is no error of an operation."""
        with speaking(asked.language):
            code = code if known(code) else "web.request-refused"
            shown = {"failure": None, "code": code, "values": values, "status": status}
            return self._pages.answer(asked, "error.html", status, shown)


def asked_login(after: str) -> str:
    """The login page that leads to this address afterwards."""
    from urllib.parse import urlencode

    return "/login?" + urlencode({"next": safe_address(after)})


def limit_body(request: Request, largest: int) -> None:
    """Raises HTTPException 413 for a length that says more than so many bytes or is none, and while more are read."""
    length = request.headers.get("content-length", "")
    if length and (not length.isascii() or not length.isdigit() or int(length) > largest):
        raise HTTPException(413)
    receive, read = request._receive, 0

    async def counted() -> Any:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > largest:
            raise HTTPException(413)
        return message

    request._receive = counted
