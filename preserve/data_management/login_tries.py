"""Tries to log in: from which addresses an account is known to come, and how many tries came from where lately.

These rows slow guessing down and are nobody's word on anything: they are in the catalogue alone, and a catalogue that
is made again without them only forgets how often somebody guessed.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from preserve.clock import parse, stamp
from preserve.data_management.tables import known_addresses, login_tries

KNOWN_FOR = timedelta(days=30)
_WINDOW = timedelta(minutes=10)
_FIRST_CLOSING = timedelta(minutes=1)
_LONGEST_CLOSING = timedelta(hours=1)
_FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class AddressRow:
    """An address from which an account logged in: wrong passwords from there are counted apart."""

    account: str
    address: str
    used: str
    failures: int
    locked_until: str | None


def known_address(connection: Connection, account: str, address: str, moment: datetime) -> AddressRow | None:
    """The address, where the account logged in from there within the last thirty days."""
    where = (known_addresses.c.account == account, known_addresses.c.address == address)
    row = connection.execute(select(known_addresses).where(*where)).first()
    if row is None or not address or row.used < stamp(moment - KNOWN_FOR):
        return None
    return AddressRow(**row._mapping)


def keep_address(connection: Connection, row: AddressRow) -> None:
    """Keep what is known of an address in place of what was."""
    where = (known_addresses.c.account == row.account, known_addresses.c.address == row.address)
    connection.execute(delete(known_addresses).where(*where))
    connection.execute(known_addresses.insert(), asdict(row))


@dataclass(frozen=True, slots=True)
class TriesRow:
    """How many tries were counted under a key since a moment; until when it is closed, and how often it was."""

    key: str
    since: str
    count: int
    closed_until: str | None
    closings: int


def _tries(connection: Connection, key: str, moment: datetime) -> TriesRow:
    row = connection.execute(select(login_tries).where(login_tries.c.key == key)).first()
    return TriesRow(**row._mapping) if row is not None else TriesRow(key, stamp(moment), 0, None, 0)


def _keep(connection: Connection, row: TriesRow) -> None:
    connection.execute(delete(login_tries).where(login_tries.c.key == row.key))
    connection.execute(login_tries.insert(), asdict(row))


def closed_for(connection: Connection, keys: tuple[str, ...], moment: datetime) -> int:
    """For how many seconds no try is taken under one of these keys; 0 where all are open."""
    ends = [row.closed_until for key in keys if (row := _tries(connection, key, moment)).closed_until]
    return max((0, *(math.ceil((parse(end) - moment).total_seconds()) for end in ends)))


def count(connection: Connection, key: str, most: int, moment: datetime) -> None:
    """Count a try; more than `most` within ten minutes close the key: a minute, then each time twice as long."""
    old = stamp(moment - _FORGOTTEN_AFTER)
    of_nobody = (UNKNOWN, UNKNOWN_PROVIDED)
    connection.execute(delete(login_tries).where(login_tries.c.since < old, login_tries.c.key.not_in(of_nobody)))
    row = _tries(connection, key, moment)
    if parse(row.since) + _WINDOW <= moment:
        row = replace(row, since=stamp(moment), count=0)
    row = replace(row, count=row.count + 1)
    if row.count >= most:
        closing = min(_FIRST_CLOSING * 2 ** min(row.closings, 10), _LONGEST_CLOSING)
        row = TriesRow(key, stamp(moment), 0, stamp(moment + closing), row.closings + 1)
    _keep(connection, row)


def uncount(connection: Connection, key: str, moment: datetime) -> None:
    """Take a try back: it was a right one."""
    row = _tries(connection, key, moment)
    _keep(connection, replace(row, count=max(0, row.count - 1)))


UNKNOWN = "unknown"
"""The key of tries at accounts that are none, all together: what was typed there may be a password."""
UNKNOWN_PROVIDED = "unknown-provided"
"""The key of tries by the bureau's provider that led to no account, all together."""
UNKNOWN_EVERY = timedelta(minutes=15)


def unknown_since(connection: Connection, moment: datetime, key: str = UNKNOWN) -> int:
    """Count a try at an account that is none; how many stand in no entry yet, once a quarter of an hour, else 0."""
    row = _tries(connection, key, moment)
    fresh = row.count == 0 and row.closings == 0
    row = replace(row, count=row.count + 1, closings=1)
    due = fresh or parse(row.since) + UNKNOWN_EVERY <= moment
    _keep(connection, replace(row, since=stamp(moment), count=0) if due else row)
    return row.count if due else 0
