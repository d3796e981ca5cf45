"""The description of this door (OpenAPI 3.1): FastAPI's, with the schemas of our documents and the ways of refusing."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from preserve.api.offers import Offer
from preserve.api.problems import KIND
from preserve.services.documents import schema_of
from preserve.services.operation import OPERATIONS

_REF = "#/components/schemas/"
_REFUSALS = {
    400: "The request is broken, or asks for what cannot be asked.",
    401: "Nobody was recognised.",
    403: "The person may not do this.",
    404: "There is nothing of that name that the person may know of.",
    409: "It does not fit the state that the thing is in, or the same call is under way.",
    412: "The record is another than the one that was seen.",
    413: "The body is too large.",
    415: "The body is of a kind that is not read here.",
    422: "A field is wrong, or the wish is refused; `findings` and `errors` say why.",
    428: "If-Match is missing.",
    429: "Too many tries.",
    500: "Something kept is not intact, or a defect of the program.",
    501: "A program that this needs is not installed.",
    503: "Busy; try again after some seconds.",
    507: "No space.",
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "urn:preserve: and the code, the same in every language"},
        "title": {"type": "string", "description": "the sentence, in the language of the answer"},
        "status": {"type": "integer"},
        "where": {"type": "string"},
        "values": {"type": "object"},
        "hint": {"type": "string", "description": "what to do"},
        "findings": {"type": "array", "items": {"type": "object"}},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "title")},
            },
        },
        "request_id": {"type": "string"},
    },
}


def refusals() -> dict[int | str, dict[str, Any]]:
    """The ways of refusing, as every row may."""
    return {
        status: {"description": said, "content": {KIND: {"schema": {"$ref": f"{_REF}Problem"}}}}
        for status, said in _REFUSALS.items()
    }


def responses_of(offer: Offer) -> dict[int | str, dict[str, Any]]:
    """What one row may answer."""
    good = 201 if offer.made else 202 if offer.as_job else 200
    refused = refusals()
    if offer.gives not in ("document", "file", "folder"):
        told: dict[str, Any] = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
        if offer.gives == "copy":
            refused |= {206: {"description": "A range.", **told}, 416: {"description": "There is no such range."}}
    elif offer.into:
        kinds = {offer.kind or "application/octet-stream", *(() if offer.gives == "file" else ("application/zip",))}
        told = {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(kinds)}}
    else:
        name = "job.ask" if offer.as_job else offer.operation
        told = {"content": {"application/json": {"schema": {"$ref": f"{_REF}{name}"}}}}
    return {good: {"description": "Done, and what came of it.", **told}} | refused


@cache
def _shared(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of an operation's document at this door, and what it refers to, by names of their own."""
    schema = copy.deepcopy(schema_of(OPERATIONS[name]))
    inner = {f"{name}.{one}": of for one, of in schema.pop("$defs", {}).items()}
    for gone in ("ok", "status"):
        schema["properties"].pop(gone, None)
    schema["required"] = [one for one in schema["required"] if one not in ("ok", "status")]
    schema.pop("$schema", None)
    for part in (schema, *inner.values()):
        _point(part, name)
    return schema, inner


def _point(part: Any, name: str) -> None:
    """Let every reference within a document lead to where its parts stand here."""
    if isinstance(part, list):
        for one in part:
            _point(one, name)
    elif isinstance(part, dict):
        reference = part.get("$ref")
        if isinstance(reference, str):
            part["$ref"] = f"{_REF}{name}.{reference.removeprefix('#/$defs/')}"
        for one in part.values():
            _point(one, name)


def describe(app: FastAPI, offers: tuple[Offer, ...], base: str) -> dict[str, Any]:
    """The description, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, routes=app.routes, servers=[{"url": base}], openapi_version="3.1.0"
        )
        parts = made.setdefault("components", {})
        shapes: dict[str, Any] = parts.setdefault("schemas", {})
        for name in {offer.operation for offer in offers} | {"job.ask"}:
            shape, inner = _shared(name)
            shapes |= {name: shape} | inner
        shapes["Problem"] = _PROBLEM
        parts["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        free = {(offer.path, offer.verb.lower()) for offer in offers if offer.open}
        for path, verbs in made["paths"].items():
            for verb, row in verbs.items():
                row["security"] = [] if (path, verb) in free else [{"bearer": []}]
        app.openapi_schema = made
    return app.openapi_schema
