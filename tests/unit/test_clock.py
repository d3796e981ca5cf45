"""The one clock: led by a simulation for a while, and never for longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from preserve import clock


def test_a_simulation_leads_the_clock_and_gives_it_back() -> None:
    day = datetime(2056, 2, 29, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=8)))
    with clock.running_on(lambda: day):
        assert clock.now() == datetime(2056, 2, 29, 15, 59, 59, tzinfo=UTC)
        with clock.running_on(lambda: day + timedelta(days=1)):
            assert clock.stamp(clock.now()) == "2056-03-01T15:59:59Z"
        assert clock.now().year == 2056
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_clock_is_given_back_after_an_error_and_wants_a_zone() -> None:
    with pytest.raises(ZeroDivisionError), clock.running_on(lambda: datetime(2056, 1, 1, tzinfo=UTC)):
        raise ZeroDivisionError
    assert clock.now().year < 2056
    with pytest.raises(ValueError, match="zone"), clock.running_on(lambda: datetime(2056, 1, 1)):
        pass
