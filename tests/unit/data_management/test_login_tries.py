"""Tries are counted in windows, close their key for longer each time, and an address is known for thirty days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from preserve.clock import stamp
from preserve.data_management import login_tries
from preserve.data_management.login_tries import AddressRow

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def _count(connection: Connection, times: int, moment: datetime) -> int:
    for _ in range(times):
        login_tries.count(connection, "address:a", 20, moment)
    return login_tries.closed_for(connection, ("address:a", "address:b"), moment)


def test_so_many_in_ten_minutes_close_a_key_for_longer_each_time(connection: Connection) -> None:
    assert _count(connection, 19, MOMENT) == 0
    assert _count(connection, 1, MOMENT) == 60
    moment = MOMENT + timedelta(seconds=60)
    closed = [_count(connection, 20, moment + timedelta(hours=n)) for n in range(1, 8)]
    assert closed == [120, 240, 480, 960, 1920, 3600, 3600]
    assert _count(connection, 19, moment + timedelta(days=2)) == 0


def test_tries_of_another_window_and_right_ones_do_not_count(connection: Connection) -> None:
    _count(connection, 19, MOMENT)
    assert _count(connection, 1, MOMENT + timedelta(minutes=10)) == 0
    for _ in range(30):
        _count(connection, 1, MOMENT)
        login_tries.uncount(connection, "address:a", MOMENT)
    assert _count(connection, 0, MOMENT) == 0


def test_an_address_is_known_for_thirty_days(connection: Connection) -> None:
    row = AddressRow("li", "10.0.0.7", stamp(MOMENT), 0, None)
    login_tries.keep_address(connection, row)
    assert login_tries.known_address(connection, "li", "10.0.0.7", MOMENT + timedelta(days=30)) == row
    assert login_tries.known_address(connection, "li", "10.0.0.7", MOMENT + timedelta(days=31)) is None
    assert login_tries.known_address(connection, "wang", "10.0.0.7", MOMENT) is None
    assert login_tries.known_address(connection, "li", "", MOMENT) is None


def test_tries_at_nobody_are_told_once_a_quarter_of_an_hour(connection: Connection) -> None:
    told = [login_tries.unknown_since(connection, MOMENT + timedelta(minutes=n)) for n in (0, 1, 2, 15, 16, 31)]
    assert told == [1, 0, 0, 3, 0, 2]
