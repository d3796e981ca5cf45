"""The REST door as an ASGI app: its routes from the table, its errors as problems, its description as OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from preserve import __version__
from preserve.api import following
from preserve.api.answering import endpoint_of
from preserve.api.asking import language_of
from preserve.api.describing import describe, responses_of
from preserve.api.offers import MIB
from preserve.api.outermost import Outermost
from preserve.api.pieces import Pieces
from preserve.api.problems import Problem, Refusal, problem_of
from preserve.api.reference import reference_routes
from preserve.api.table import OFFERS
from preserve.services.standing import Standing, declared

BASE = "/api/v1"
_STATUS = {404: "api.no-such-address", 405: "api.no-such-verb", 400: "api.request-broken", 413: "api.too-large"}


class _Described(FastAPI):
    """FastAPI, with our description."""

    def openapi(self) -> dict[str, Any]:
        """The description of this door."""
        return describe(self, OFFERS, BASE)


def make_api(standing: Standing) -> Any:
    """The REST door of this archive. Raises TypeError where a row names no operation, or one that it cannot call."""
    app = _Described(
        title="preserve",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        root_path_in_servers=False,
        redirect_slashes=False,
        max_body_size=MIB,
    )
    for offer in sorted(OFFERS, key=lambda one: ("{" in one.path, one.path)):
        if not declared(offer.operation):
            raise TypeError(f"{offer.verb} {offer.path}: there is no operation {offer.operation}")
        endpoint = endpoint_of(offer, standing)
        app.add_api_route(
            offer.path,
            endpoint,
            methods=[offer.verb],
            operation_id=f"{offer.verb.lower()}:{offer.path}",
            response_model=None,
            responses=responses_of(offer),
            status_code=201 if offer.made else 202 if offer.as_job else 200,
            tags=[offer.path.split("/")[1]],
            max_body_size=offer.limit,
        )
        if offer.gives == "copy":
            app.add_api_route(offer.path, endpoint, methods=["HEAD"], response_model=None, include_in_schema=False)
    Pieces(standing).add_to(app)
    following.add_to(app, standing)
    app.router.routes.extend(reference_routes(app, standing, BASE))
    _answer_errors(app, standing)
    return Outermost(app, standing.language)


def _answer_errors(app: FastAPI, standing: Standing) -> None:
    def answer(request: Request, error: Exception) -> Response:
        language = language_of(request, standing.language)
        if isinstance(error, HTTPException):
            code = _STATUS.get(error.status_code, "api.request-broken")
            refused = Refusal(Problem(error.status_code, code, request.url.path))
            response = problem_of(request, refused, language)
            response.headers.update(error.headers or {})
            return response
        return problem_of(request, error, language)

    for kind in (Exception, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer)
