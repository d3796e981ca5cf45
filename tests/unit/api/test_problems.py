"""Errors at the REST door: their statuses, their words, and what is never said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.requests import Request

from preserve.api.problems import KIND, problem_of, refuse
from preserve.errors import (
    Busy,
    Conflict,
    MediumProblem,
    NotFound,
    NotIntact,
    NotPermitted,
    Refused,
    ToolMissing,
    UsageError,
)


def _answer(error: BaseException, language: Any = "en") -> tuple[int, dict[str, Any], Any]:
    request = Request({"type": "http", "path": "/x", "headers": [], "method": "GET", "query_string": b""})
    response = problem_of(request, error, language)
    assert response.headers["content-type"] == KIND
    return response.status_code, json.loads(response.body), response.headers


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("catalogue.size-wrong", "0", largest=1), 400),
        (NotPermitted("people.token-unknown"), 401),
        (NotPermitted("people.may-not", "x", duty="d", roles="r"), 403),
        (NotFound("cli.case-unknown", "x"), 404),
        (Conflict("api.key-under-way", "x"), 409),
        (Refused("api.key-of-another", "x"), 422),
        (NotIntact("catalogue.missing", "x"), 500),
        (ToolMissing("serve.web-missing", "x"), 501),
        (Busy("catalogue.busy", "x"), 503),
        (MediumProblem("serve.address-taken", "x"), 503),
    ],
)
def test_an_error_has_its_status_and_code(error: Any, status: int) -> None:
    answered, document, headers = _answer(error)
    assert (answered, document["status"], document["type"]) == (status, status, f"urn:preserve:{error.code}")
    assert document["title"] and document["title"] != error.code and document["request_id"]
    assert ("retry-after" in headers) == (status == 503)
    assert ("www-authenticate" in headers) == (status == 401)


def test_a_defect_says_its_number_and_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    status, document, _ = _answer(RuntimeError("SELECT secret FROM /srv/archive"))
    assert status == 500 and "secret" not in json.dumps(document) and "/srv" not in json.dumps(document)
    assert document["request_id"] in document["title"]
    assert document["request_id"] in caplog.text and "SELECT secret" in caplog.text


def test_the_code_is_the_same_in_every_language() -> None:
    (_, zh, _), (_, en, _) = (_answer(refuse(428, "api.match-missing"), language) for language in ("zh", "en"))
    assert zh["type"] == en["type"] and zh["title"] != en["title"] and zh["hint"] != en["hint"]


def test_a_name_that_is_no_text_is_answered() -> None:
    status, document, _ = _answer(NotFound("cli.case-unknown", "a\ud800b"))
    assert status == 404 and document["where"]


def test_a_place_of_the_host_is_not_told() -> None:
    _, document, _ = _answer(MediumProblem("serve.address-taken", "/srv/archive/store/x.mp4", path="/srv/archive/y"))
    assert "/srv" not in json.dumps(document) and document["where"] == "x.mp4" and document["values"]["path"] == "y"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nor_is_where_a_server_is_and_who_comes_to_it(language: str) -> None:
    where = "postgresql://worker@db.internal:5432/archive?sslmode=require#preserve_01"
    for reason in (
        'connection failed: connection to server at "10.1.2.3", port 5432 failed: Connection refused',
        'connection to server at "db.internal" (10.1.2.3), port 5432 failed: FATAL: role "worker" is not permitted',
    ):
        _, document, _ = _answer(MediumProblem("catalogue.unreachable", where, reason=reason), language)
        said = json.dumps(document)
        assert [word for word in ("db.internal", "10.1.2.3", "5432", "worker") if word in said] == []
    assert document["where"] == "archive"


def test_an_address_with_a_line_end_makes_no_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    scope = {"type": "http", "path": "/x\n2026-01-01 INFO forged", "headers": [], "method": "GET", "query_string": b""}
    for error in (ValueError("x"), Busy("catalogue.busy", "x")):
        problem_of(Request(scope), error, "en")
    assert len(caplog.records) == 2
    assert all("forged" not in record.getMessage() for record in caplog.records)
