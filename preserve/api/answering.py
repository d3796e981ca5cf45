"""One row of the table as an endpoint: what a caller says becomes arguments, and one operation's result the answer."""

from __future__ import annotations

import hashlib
import inspect
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from fastapi import Body, File, Form, Header, Query, UploadFile
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

import preserve
from preserve.api.arguments import Taking
from preserve.api.asking import known_session, language_of, session_of
from preserve.api.offers import Offer
from preserve.api.once import once
from preserve.api.paging import cursor_of
from preserve.api.problems import problem_of, refuse
from preserve.api.receiving import Received, receive
from preserve.api.sending import send_bytes, send_copy, send_document, send_file, send_folder, send_kept, tag_of
from preserve.errors import NotPermitted
from preserve.messages import at_door, speaking
from preserve.services import jobs, sessions
from preserve.services.documents import as_document
from preserve.services.kept_answers import Answer
from preserve.services.session import Session
from preserve.services.standing import Standing

_NOT_SHOWN = ("ok", "status")
_LIMITS = {str: InPath(max_length=500), int: InPath(ge=0, le=10**9)}
"""What a parameter in the path may be, by its type."""
_ROOM = "preserve-api-"


def document_of(result: Any, taking: Taking, home: str) -> dict[str, Any]:
    """The document of a result as this door shows it: that of `--json` without what only an exit status says.

    Where the archive and the program lie is the host's own: paths begin below these folders.
    """
    told = {name: value for name, value in as_document(result).items() if name not in _NOT_SHOWN}
    document: dict[str, Any] = _below(told, (f"{home}/", _PROGRAM))
    if taking.paged and isinstance(document.get("next"), str):
        document["next"] = cursor_of(document["next"])
    return document


_PROGRAM = f"{Path(preserve.__file__).parent.parent}/"


def _below(value: Any, folders: Sequence[str]) -> Any:
    """A document, in every text of which these folders are left out."""
    if isinstance(value, str):
        for folder in folders:
            value = value.replace(folder, "")
        return value
    if isinstance(value, list):
        return [_below(one, folders) for one in value]
    return {name: _below(one, folders) for name, one in value.items()} if isinstance(value, dict) else value


@dataclass
class Call:
    """One request to one row, as it was read."""

    request: Request
    path: dict[str, Any] = field(default_factory=dict)
    query: BaseModel | None = None
    body: BaseModel | None = None
    key: str = ""
    seen: str = ""
    files: Mapping[str, Sequence[UploadFile]] = field(default_factory=dict)
    kinds: Sequence[str] = ()


@dataclass(frozen=True)
class Endpoint:
    """One row of the table over one archive."""

    offer: Offer
    taking: Taking
    standing: Standing

    def __call__(self, call: Call) -> Response:
        """Answer one request. Raises whatever the operation raises, and Refusal."""
        self._check_query(call.request)
        if self.offer.open:
            session = session_of(call.request, self.standing)
        else:
            session = known_session(call.request, self.standing, asks_by_itself=not self.offer.asks.open_to_all)
        seen = self._seen(call)
        if not (self.taking.uploads or self.offer.into):
            return self._in_room(session, call, seen, Path())
        room = Path(tempfile.mkdtemp(prefix=_ROOM))
        try:
            answer = self._in_room(session, call, seen, room)
        except BaseException:
            shutil.rmtree(room, ignore_errors=True)
            raise
        if not self.offer.into:  # else it is dropped when it was sent
            shutil.rmtree(room, ignore_errors=True)
        return answer

    def _in_room(self, session: Session, call: Call, seen: str, room: Path) -> Response:
        """The answer; files that came or go are in `room` meanwhile."""
        received = receive(room, self.taking.uploads, call.files, call.kinds) if self.taking.uploads else Received()
        bind = self.taking.as_json if self.offer.as_job else self.taking.bound
        arguments = bind(call.query or call.body, call.path, received.values, seen)
        with speaking(session.language), at_door("api"):
            if self.offer.into:
                return self._written(session, arguments, room)
            if self.offer.gives != "document":
                return _bytes_of(self.offer, self.offer.asks(session, **arguments))
            return self._answered(session, arguments, call, received.digest)

    def _check_query(self, request: Request) -> None:
        """Raises Refusal for what is asked in the query and not known: a filter that was mistyped shows everything."""
        known = set()
        if self.offer.verb == "GET":
            known = {of.alias or name for name, of in self.taking.model.model_fields.items()}
        for name in request.query_params:
            if name not in known:
                raise refuse(422, "api.parameter-unknown", name[:80])

    def _seen(self, call: Call) -> str:
        if not self.offer.match:
            return ""
        if not call.seen:
            raise refuse(428, "api.match-missing")
        return call.seen.strip().removeprefix("W/").strip('"')

    def _answered(self, session: Session, arguments: dict[str, Any], call: Call, files: str) -> Response:
        def deed() -> Answer:
            return self._done(session, arguments, call.key)

        if not self.offer.demands_key:
            answer = deed()
        else:
            asked = hashlib.sha256(repr((call.request.url.path, call.body, call.seen, files)).encode()).hexdigest()
            answer = once(session, call.key, asked, deed, secret=self.offer.secret)
        headers = dict(answer.headers)
        if self.offer.verb == "GET":
            tag = self.offer.tag
            headers["etag"] = f'"{answer.document[tag]}"' if tag else tag_of(answer.document)
            # The digest of a record says nothing of what else the document shows: it is always sent whole.
            if not tag and call.request.headers.get("if-none-match") == headers["etag"]:
                return Response(status_code=304, headers=headers)
        return send_document(answer.document, answer.status, headers)

    def _done(self, session: Session, arguments: dict[str, Any], key: str) -> Answer:
        if self.offer.as_job:
            asked = jobs.ask(session, self.offer.operation, arguments, key=key)
            return Answer(
                202, {"location": f"/jobs/{asked.id}"}, document_of(asked, self.taking, str(self.standing.home))
            )
        result = self.offer.asks(session, **arguments)
        document = document_of(result, self.taking, str(self.standing.home))
        if self.offer.made:
            return Answer(201, {"location": _address(self.offer.made, document)}, document)
        return Answer(200, {}, document)

    def _written(self, session: Session, arguments: dict[str, Any], room: Path) -> Response:
        """What the operation wrote, as the answer."""
        if self.offer.gives == "file":
            target = room / self.offer.name
            self.offer.asks(session, **arguments, **{self.offer.into: target})
            return send_file(target, room, self.offer.kind)
        target = room / "answer"
        self.offer.asks(session, **arguments, **{self.offer.into: target})
        return send_folder(target, self.offer.name, room, self.offer.kind)


def _bytes_of(offer: Offer, result: Any) -> Response:
    """The bytes that a result holds or leads to."""
    if offer.gives == "copy":
        return send_copy(result.path, getattr(result, "sha256", ""), result.media_type)
    if offer.gives == "kept":
        place: Path = result.place if hasattr(result, "place") else result.path
        return send_kept(place, place.name)
    if offer.gives == "picture":
        return send_bytes(result.data, result.media_type, "picture")
    return send_bytes(result.data, offer.kind or "application/octet-stream", result.name)


def _address(made: str, document: Mapping[str, Any]) -> str:
    """The address of what was made, from fields of its document (`{hold.number}` is one within another)."""
    address = made
    while "{" in address:
        name = address[address.index("{") + 1 : address.index("}")]
        value: Any = document
        for part in name.split("."):
            value = value[part]
        address = address.replace(f"{{{name}}}", str(value))
    return address


def endpoint_of(offer: Offer, standing: Standing) -> Callable[..., Response]:
    """The function that FastAPI calls, with the signature by which it reads, checks and describes a request."""
    taking = Taking(offer)
    answer = Endpoint(offer, taking, standing)

    def endpoint(request: Request, **given: Any) -> Response:
        language, began = language_of(request, standing.language), time.monotonic()
        try:
            return answer(called(request, given))
        except Exception as error:  # noqa: BLE001  every error has its answer; a defect goes to the log with its trace
            if offer.open and isinstance(error, NotPermitted):
                sessions.even_out(began)
            return problem_of(request, error, language)

    def called(request: Request, given: dict[str, Any]) -> Call:
        call = Call(request, key=given.pop("idempotency_key", ""), seen=given.pop("if_match", None) or "")
        call.path = {name: given[name] for name in taking.path}
        call.query, call.body = given.get("query"), given.get("body")
        if taking.uploads:
            call.body = _read_text(taking.model, given["arguments"])
            call.kinds = given.get("kinds", ())
            call.files = {name: _as_list(given[f"file_{name}"]) for name in taking.uploads}
        return call

    first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    vars(endpoint)["__signature__"] = inspect.Signature([first, *_signature(taking)])  # FastAPI reads it
    endpoint.__doc__ = _told(offer.asks.run.__doc__ or "")
    endpoint.__name__ = offer.operation
    return endpoint


def _told(text: str) -> str:
    """A docstring without what it raises: callers meet problems, each described with its status."""
    return re.sub(r"\s*\bRaises [^.]*(\.[^.\n]+)*\.(?=\s|$)", "", inspect.cleandoc(text)).strip()


def _signature(taking: Taking) -> list[inspect.Parameter]:
    offer = taking.offer
    found = [_parameter(name, kind, _LIMITS.get(kind, InPath())) for name, kind in taking.path.items()]
    if offer.demands_key:
        found.append(_parameter("idempotency_key", str, Header(alias="Idempotency-Key", min_length=1, max_length=200)))
    if offer.match:
        found.append(_parameter("if_match", str | None, Header(alias="If-Match", max_length=200), None))
    if taking.uploads:
        found.append(_parameter("arguments", str, Form(description="the other arguments, as JSON"), "{}"))
        found += [_parameter(f"file_{name}", list[UploadFile], File(alias=name), []) for name in taking.uploads]
        found.append(_parameter("kinds", list[str], Form(description="what each file is, in their order"), []))
    elif not taking.empty:
        place: Any = Query() if offer.verb == "GET" else Body()
        needed = any(of.is_required() for of in taking.model.model_fields.values())
        default = inspect.Parameter.empty if needed or offer.verb == "GET" else taking.model()
        found.append(_parameter("query" if offer.verb == "GET" else "body", taking.model, place, default))
    return found


def _parameter(name: str, kind: Any, place: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, place])


def _as_list(given: UploadFile | Sequence[UploadFile]) -> Sequence[UploadFile]:
    return [given] if isinstance(given, UploadFile) else given


def _read_text(model: type[BaseModel], text: str) -> BaseModel:
    """The arguments that came beside files. Raises RequestValidationError."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        told = [{**one, "loc": ("arguments", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(told) from error
