"""Errors as this door answers them: RFC 9457 problem documents, with the codes and sentences of every other door."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response

from preserve.messages import Language, at_door, hint, say, speaking
from preserve.services.failures import Failure, failure_of, from_outside
from preserve.services.http import http_status

KIND = "application/problem+json"
_log = logging.getLogger("preserve.api")
_RETRY = {429: "60", 503: "2"}
"""Seconds after which to ask again, where the error names none."""
_FIELD = {
    "missing": "api.field-missing",
    "extra_forbidden": "api.field-unknown",
    "json_invalid": "api.json-wrong",
    "too_short": "api.field-short",
    "string_too_short": "api.field-short",
    "too_long": "api.field-long",
    "string_too_long": "api.field-long",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal of this door's own: its status, its code, and what fills the sentence."""

    status: int
    code: str
    where: str = ""
    values: Mapping[str, Any] | None = None
    errors: Sequence[Mapping[str, str]] = ()

    def document(self) -> dict[str, Any]:
        """The problem document, in the language in use."""
        values = dict(self.values or {})
        body: dict[str, Any] = {
            "type": f"urn:preserve:{self.code}",
            "title": say(self.code, **values),
            "status": self.status,
            "where": self.where,
            "values": json.loads(json.dumps(values, default=str)),
            "hint": hint(self.code, **values),
            "findings": [],
        }
        return body | ({"errors": [dict(error) for error in self.errors]} if self.errors else {})


class Refusal(Exception):
    """Ends a request with a problem of this door's own."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def refuse(status: int, code: str, where: str = "", **values: Any) -> Refusal:
    """A refusal, to be raised."""
    return Refusal(Problem(status, code, where, values))


def request_id(request: Request) -> str:
    """The number of this request, which the log has too."""
    known: str | None = getattr(request.state, "request_id", None)
    if known is None:
        known = secrets.token_hex(8)
        request.state.request_id = known
    return known


def _route(request: Request) -> str:
    """The route and not the address: it may hold names, and line ends that would look like a line of the log."""
    return str(getattr(request.scope.get("route"), "path", ""))


def problem_of(request: Request, error: BaseException, language: Language, status: int = 0) -> Response:
    """The answer to whatever was raised; of a defect nothing is said but the number under which the log has it.

    `status` goes before the usual one of an error of ours.
    """
    with speaking(language), at_door("api"):
        if isinstance(error, Refusal):
            return _response(request, error.problem.document(), language)
        if isinstance(error, RequestValidationError):
            return _response(request, _of_fields(error).document(), language)
        failure = failure_of(error)
        if failure is None:
            _log.exception("defect %s at %s", request_id(request), _route(request), exc_info=error)
            return _response(
                request, Problem(500, "api.defect", values={"number": request_id(request)}).document(), language
            )
        status = status or http_status(error)
        if status >= 500:
            _log.error("%s %s: %s", request_id(request), _route(request), error)
        return _response(request, _of_failure(failure, status), language)


def _of_failure(failure: Failure, status: int) -> dict[str, Any]:
    document = from_outside(failure).document()
    error = document["error"]
    return {
        "type": f"urn:preserve:{failure.code}",
        "title": error["message"],
        "status": status,
        "where": error["where"],
        "values": error["values"],
        "hint": error["hint"],
        "findings": document["findings"],
    }


def _of_fields(error: RequestValidationError) -> Problem:
    """What is wrong with fields of a request: a body that is no JSON is 400, a field 422 with its pointer."""
    told = [_field(one) for one in error.errors()]
    broken = any(one["code"] == "api.json-wrong" for one in told)
    return Problem(400 if broken else 422, "api.json-wrong" if broken else "api.fields-wrong", errors=told)


def _field(one: Mapping[str, Any]) -> dict[str, str]:
    place, *path = (str(part) for part in one["loc"])
    code = _FIELD.get(one["type"], "api.field-wrong")
    pointer = "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in (place, *path))
    return {"pointer": pointer, "code": code, "title": say(code, name=path[-1] if path else place)}


def _response(request: Request, document: dict[str, Any], language: Language) -> Response:
    status = int(document["status"])
    document["request_id"] = request_id(request)
    headers: dict[str, str] = {"content-language": language}
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="preserve"'
    if document["type"] == "urn:preserve:people.confirm-needed":
        headers["www-authenticate"] = "Confirm"
    if status in _RETRY:
        headers["retry-after"] = str(document["values"].get("seconds", _RETRY[status]))
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, status, headers, media_type=KIND)
