"""The page that shows what the REST door offers, made from its own description; no other host is asked for anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from preserve.api.asking import language_of
from preserve.messages import LANGUAGES, Language, say, speaking
from preserve.services.standing import Standing

_STYLE = Path(__file__).parent / "static" / "reference.css"


@dataclass(frozen=True, slots=True)
class Given:
    """One thing that a caller gives, and whether they must."""

    name: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One address."""

    verb: str
    path: str
    deed: str
    given: tuple[Given, ...]

    @property
    def subject(self) -> str:
        """What it is about: the first part of the path."""
        return self.path.split("/")[1]


def rows(described: dict[str, Any]) -> Iterator[Row]:
    """Every address of a description, in the order of their paths."""
    for path, verbs in sorted(described["paths"].items()):
        for verb, row in verbs.items():
            deed = str(row.get("description", "")).partition("\n\n")[0].replace("\n", " ")
            yield Row(verb.upper(), path, deed, tuple(_given(row, described)))


def _given(row: dict[str, Any], described: dict[str, Any]) -> Iterator[Given]:
    for parameter in row.get("parameters", ()):
        if parameter["in"] != "path":
            yield Given(parameter["name"], bool(parameter.get("required")))
    for content in row.get("requestBody", {}).get("content", {}).values():
        name = str(content["schema"].get("$ref", "")).rpartition("/")[2]
        schema = described["components"]["schemas"].get(name, {})
        for field in schema.get("properties", {}):
            yield Given(field, field in schema.get("required", ()))


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("preserve.api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def reference_routes(app: Any, standing: Standing, base: str) -> list[Route]:
    """The description, the page made from it, and its style sheet. Each is made once: strangers may ask for them."""

    @cache
    def described() -> bytes:
        return json.dumps(app.openapi(), ensure_ascii=False).encode()

    @cache
    def made(language: Language) -> str:
        other = next(known for known in LANGUAGES if known != language)
        groups = [(subject, list(found)) for subject, found in groupby(rows(app.openapi()), lambda row: row.subject)]
        with speaking(language):
            values = {"language": language, "other": other, "base": base, "groups": groups, "t": say}
            return _pages().get_template("reference.html").render(values)

    def description(request: Request) -> Response:
        return Response(described(), media_type="application/json")

    def page(request: Request) -> Response:
        language: Language = language_of(request, standing.language)
        for known in LANGUAGES:
            language = known if request.query_params.get("language") == known else language
        return HTMLResponse(made(language))

    def style(request: Request) -> Response:
        return FileResponse(_STYLE, media_type="text/css")

    return [Route("/openapi.json", description), Route("/reference", page), Route("/reference.css", style)]
