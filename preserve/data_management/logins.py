"""Passwords: rows that only the catalogue has, each held to the entry of the ledger that brought it.

The ledger gets a digest of what is stored and never the thing itself. A password is stored as an argon2 string, in
which sixteen random bytes are the salt; a token as the SHA-256 of 256 random bits. Whoever has the ledger alone would
have to guess those before any password, so its digests (SHA-256 of what is stored) tell nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, select

from metadata.findings import Finding
from preserve.clock import parse
from preserve.data_management import ledger
from preserve.data_management.accounts import ADDED
from preserve.data_management.comparing import contradictions
from preserve.data_management.tables import credentials
from preserve.errors import NotIntact

LOGGED_IN = "person.logged-in"
LOGGED_OUT = "person.logged-out"
LOGIN_REFUSED = "person.login-refused"
PASSWORD_CHANGED = "person.password-changed"
PASSWORD_RESET = "person.password-reset"


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """A password's hash (argon2), whether it must be changed, and how often it was lately given wrongly."""

    account: str
    password: str
    must_change: bool
    failures: int
    locked_until: str | None


def commitment(stored: str) -> str:
    """What the ledger is told of a stored hash or digest."""
    return hashlib.sha256(stored.encode()).hexdigest()


def read_credential(connection: Connection, account: str) -> CredentialRow | None:
    """What is known of an account's password. Raises NotIntact where it is not the one that the ledger tells of.

    An earlier release told the ledger nothing of it: such a password holds as it is until the next login, which does.
    """
    row = connection.execute(select(credentials).where(credentials.c.account == account)).first()
    if row is None:
        return None
    credential = CredentialRow(**row._mapping)
    if not _is_sound(credential):
        raise NotIntact("ledger.contradicts-index", account, table=credentials.name)
    for entry in ledger.newest(connection, account, ADDED, PASSWORD_CHANGED, PASSWORD_RESET, LOGGED_IN):
        details = entry.details
        if "credential" in details:
            must_change = entry.action in (ADDED, PASSWORD_RESET)
            if (details["credential"], must_change) != (commitment(str(credential.password)), credential.must_change):
                raise NotIntact("ledger.contradicts-index", account, table=credentials.name)
            return credential
        if entry.action != LOGGED_IN:
            return credential
    raise NotIntact("ledger.contradicts-index", account, table=credentials.name)


def _is_sound(row: CredentialRow) -> bool:
    """Whether count and lock can be read at all: they are in the catalogue alone."""
    try:
        return isinstance(row.failures, int) and (row.locked_until is None or bool(parse(row.locked_until)))
    except (TypeError, ValueError):
        return False


def write_credential(connection: Connection, row: CredentialRow) -> None:
    """Keep a password's hash in place of the one before."""
    connection.execute(delete(credentials).where(credentials.c.account == row.account))
    connection.execute(credentials.insert(), asdict(row))


def compare(connection: Connection) -> Iterator[Finding]:
    """Every password that the ledger does not tell of as it stands."""
    named = select(credentials.c.account).where(credentials.c.account != "")  # whose name is empty is nobody
    accounts = list(connection.execute(named).scalars())
    yield from contradictions(lambda account: read_credential(connection, account), accounts)
