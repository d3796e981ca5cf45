"""Moments that people read are by the bureau's clock, wherever they stand in a text."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from preserve.clock import CHINA
from preserve.services.local_times import clock_of, in_local_time, values_in_local_time


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-09-15T14:10:00Z", "2026-09-15 22:10"),
        ("2026-09-15T14:10:00.123Z", "2026-09-15 22:10"),
        ("2026-09-15T14:10:00+00:00", "2026-09-15 22:10"),
        ("王某 2026-09-15T16:00:00Z", "王某 2026-09-16 00:00"),
        (
            '{"from": "2026-09-15T14:10:00Z", "to": "2026-12-31T23:00:00Z"}',
            '{"from": "2026-09-15 22:10", "to": "2027-01-01 07:00"}',
        ),
        ("2026-09-15", "2026-09-15"),
        ("2026-13-45T14:10:00Z", "2026-13-45T14:10:00Z"),
        ("DSJ-2026-09-15T14:10:00Zx", "DSJ-2026-09-15T14:10:00Zx"),
        ("2026-09-15T14:10:00+08:00", "2026-09-15T14:10:00+08:00"),
    ],
)
def test_by_the_bureaus_clock(text: str, shown: str) -> None:
    assert in_local_time(text, CHINA) == shown


def test_another_clock_and_values_of_a_sentence() -> None:
    values = {"until": "2026-09-15T14:10:00Z", "count": 3}
    assert values_in_local_time(values, ZoneInfo("UTC")) == {"until": "2026-09-15 14:10", "count": 3}
    assert clock_of(None) == CHINA
