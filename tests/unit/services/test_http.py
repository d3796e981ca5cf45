"""The one table by which both doors of the network answer an error."""

from __future__ import annotations

import pytest

from preserve.errors import (
    Busy,
    Changed,
    Conflict,
    MediumProblem,
    NotFound,
    NotIntact,
    NotPermitted,
    PreserveError,
    Refused,
    Stopped,
    Throttled,
    ToolMissing,
    UsageError,
)
from preserve.services.http import http_status, nobody_was_recognised, retry_after
from storage_adapters.errors import MediumAbsent, MediumFull


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("x"), 400),
        (NotPermitted("people.nobody"), 401),
        (NotPermitted("people.token-unknown"), 401),
        (NotPermitted("people.may-not"), 403),
        (NotFound("x"), 404),
        (Conflict("x"), 409),
        (Changed("x"), 412),
        (Refused("x"), 422),
        (NotIntact("deposit.checksum"), 422),
        (Throttled("x", seconds=9), 429),
        (NotIntact("x"), 500),
        (PreserveError("x"), 500),
        (RuntimeError("x"), 500),
        (ToolMissing("x"), 501),
        (Busy("x"), 503),
        (Stopped("x"), 503),
        (MediumProblem("x"), 503),
        (MediumAbsent("x"), 503),
        (MediumProblem("storage.full"), 507),
        (MediumFull("x"), 507),
    ],
)
def test_an_error_has_its_status(error: BaseException, status: int) -> None:
    assert http_status(error) == status
    assert nobody_was_recognised(error) == (status == 401)


def test_it_is_said_when_to_ask_again() -> None:
    assert retry_after(Throttled("x", seconds=9)) == 9
    assert retry_after(Busy("x")) == 2 and retry_after(Conflict("x")) == 0
