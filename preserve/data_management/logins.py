"""Passwords and tokens: rows that only the catalogue has, each held to the entry of the ledger that brought it.

The ledger gets a digest of what is stored and never the thing itself. A password is stored as an argon2 string, in
which sixteen random bytes are the salt; a token as the SHA-256 of 256 random bits. Whoever has the ledger alone would
have to guess those before any password, so its digests (SHA-256 of what is stored) tell nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from metadata.findings import Finding
from preserve.clock import parse, stamp
from preserve.data_management import ledger
from preserve.data_management.accounts import ADDED, CHANGED
from preserve.data_management.comparing import contradictions
from preserve.data_management.tables import credentials, tokens
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


def add_token(connection: Connection, digest: str, account: str, made: datetime, expires: datetime) -> None:
    """Keep the digest of a token; tokens that have expired are forgotten."""
    connection.execute(delete(tokens).where(tokens.c.expires <= stamp(made)))
    values = {"digest": digest, "account": account, "made": stamp(made), "expires": stamp(expires)}
    connection.execute(tokens.insert(), values)


def account_of_token(connection: Connection, digest: str, moment: datetime) -> str | None:
    """The account that a token which still holds was given to.

    Raises NotIntact where the ledger does not tell of this token, tells another end, or told of its end since. A token
    that an earlier release gave out has ended: its entry does not say which token it was for.
    """
    row = connection.execute(select(tokens).where(tokens.c.digest == digest)).first()
    if row is not None and not (isinstance(row.expires, str) and isinstance(row.account, str)):
        raise NotIntact("ledger.contradicts-index", str(row.account), table=tokens.name)
    if row is None or row.expires <= stamp(moment):
        return None
    ends = (LOGGED_OUT, PASSWORD_CHANGED, PASSWORD_RESET, CHANGED)
    for entry in ledger.newest(connection, row.account, LOGGED_IN, *ends):
        details = entry.details
        if entry.action == CHANGED and details.get("state") != "suspended":
            continue
        if entry.action != LOGGED_IN:
            break
        if "token" not in details and details["expires"] == row.expires:
            return None
        if details.get("token") == commitment(digest):
            if details["expires"] != row.expires:
                break
            return str(row.account)
    raise NotIntact("ledger.contradicts-index", str(row.account), table=tokens.name)


def compare(connection: Connection, moment: datetime) -> Iterator[Finding]:
    """Every password and every token that still holds which the ledger does not tell of as it stands."""
    named = select(credentials.c.account).where(credentials.c.account != "")  # whose name is empty is nobody
    accounts = list(connection.execute(named).scalars())
    yield from contradictions(lambda account: read_credential(connection, account), accounts)
    digests = list(connection.execute(select(tokens.c.digest)).scalars())
    yield from contradictions(lambda digest: account_of_token(connection, digest, moment), digests)


def forget_tokens(connection: Connection, account: str) -> None:
    """End every token of an account."""
    connection.execute(delete(tokens).where(tokens.c.account == account))
