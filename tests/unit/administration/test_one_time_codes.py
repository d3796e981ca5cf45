"""One-time codes: the vectors of RFC 6238, a window of half a minute each way, and none taken twice."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from preserve.administration.one_time_codes import address_of, code_at, new_secret, step_of, taken_step

_RFC = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert code_at(_RFC, step_of(moment), 8) == code
    assert code_at(_RFC, step_of(moment)) == code[2:]


def test_a_code_is_taken_around_its_moment_and_once() -> None:
    secret, moment = new_secret(), datetime(2026, 11, 23, 8, tzinfo=UTC)
    step = step_of(moment)
    code = code_at(secret, step)
    for seconds in (-30, 0, 29, 59):
        assert taken_step(secret, f"{code[:3]} {code[3:]}", moment + timedelta(seconds=seconds), 0) == step
    assert taken_step(secret, code, moment, step) is None
    assert taken_step(secret, code, moment + timedelta(seconds=60), 0) is None
    assert taken_step(secret, "", moment, 0) is None
    assert taken_step(secret, "１２３\udc80", moment, 0) is None


def test_what_an_authenticator_reads() -> None:
    assert address_of("ABC", "li", "文旅局") == (
        "otpauth://totp/%E6%96%87%E6%97%85%E5%B1%80:li?secret=ABC&issuer=%E6%96%87%E6%97%85%E5%B1%80"
    )
