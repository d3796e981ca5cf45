"""Tokens that somebody acts by: rows that only the catalogue has, each held to the entry of the ledger that gave it.

A token is 256 random bits, of which the SHA-256 is kept; the ledger gets a digest of that (see `logins`). When a token
was used last, and from where, only the catalogue knows: an entry for each use would make the ledger one of clicks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, select, update

from metadata.findings import Finding
from preserve.clock import parse, stamp
from preserve.data_management import ledger, one_view
from preserve.data_management.accounts import CHANGED
from preserve.data_management.comparing import contradictions
from preserve.data_management.logins import LOGGED_IN, LOGGED_OUT, PASSWORD_CHANGED, PASSWORD_RESET, commitment
from preserve.data_management.tables import tokens
from preserve.errors import NotIntact

MADE = "person.token-made"
ENDED = "person.token-ended"

Kind = Literal["login", "session", "personal", "program"]
"""How a token came: a login at the command line, one in a browser, made by its person, given to a program."""

_GIVE = (LOGGED_IN, MADE)
_OF_DIGEST = select(tokens).where(tokens.c.digest == bindparam("digest"))
_END_ALL = (LOGGED_OUT, PASSWORD_CHANGED, PASSWORD_RESET)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token. `scopes` are duties it is limited to, None where it has none; `idle` seconds unused end it."""

    digest: str
    account: str
    made: str
    expires: str
    id: str = ""
    kind: Kind = "login"
    name: str = ""
    scopes: tuple[str, ...] | None = None
    address: str = ""
    used: str = ""
    idle: int | None = None

    def told(self) -> dict[str, Any]:
        """What the entry that gives it says of it."""
        details: dict[str, Any] = {"expires": self.expires, "token": commitment(self.digest)}
        if self.kind != "login":
            details["kind"] = self.kind
        if self.scopes is not None:
            details["scopes"] = list(self.scopes)
        return details

    def ended(self, moment: datetime) -> bool:
        """Whether it has ended by itself: its time is over, or nobody used it for too long."""
        if self.expires <= stamp(moment):
            return True
        return self.idle is not None and parse(self.used or self.made) + timedelta(seconds=self.idle) <= moment


def add(connection: Connection, row: TokenRow, moment: datetime) -> None:
    """Keep a token; those that have expired are forgotten."""
    connection.execute(delete(tokens).where(tokens.c.expires <= stamp(moment)))
    scopes = None if row.scopes is None else json.dumps(row.scopes)
    connection.execute(tokens.insert(), {**asdict(row), "scopes": scopes})


def read(connection: Connection, digest: str, moment: datetime) -> TokenRow | None:
    """The token, where it still holds.

    Raises NotIntact where the ledger does not tell of this token, tells another end, or told of its end since. A token
    that an earlier release gave out has ended: its entry does not say which token it was for.
    """
    row = one_view.known(connection, ("token", digest), lambda: _row(connection, digest))
    if row is None or row.ended(moment):
        return None
    return one_view.known(connection, ("token given", digest), lambda: _given(connection, row))


def _given(connection: Connection, row: TokenRow) -> TokenRow | None:
    """The token, where the ledger tells of it as it stands."""
    for entry in ledger.newest(connection, row.account, *_GIVE, *_END_ALL, ENDED, CHANGED):
        details = entry.details
        if entry.action == CHANGED and "roles" in details:
            return None  # an earlier release did not forget it then
        if _ends(entry.action, details, row):
            break
        if entry.action not in _GIVE:
            continue
        if "token" not in details and details["expires"] == row.expires:
            return None
        if details.get("token") == commitment(row.digest):
            if any(details.get(name) != said for name, said in row.told().items()):
                break
            return row if ("scopes" in details) == (row.scopes is not None) else _wrong(row)
    return _wrong(row)


def _row(connection: Connection, digest: str) -> TokenRow | None:
    found = connection.execute(_OF_DIGEST, {"digest": digest}).first()
    return _read(found._mapping) if found is not None else None


def _read(values: Mapping[Any, Any]) -> TokenRow:
    """A row as it stands. Raises NotIntact where it can be none of ours."""
    try:
        scopes = None if values["scopes"] is None else tuple(map(str, json.loads(values["scopes"])))
        row = TokenRow(**{**values, "scopes": scopes})
        parse(row.expires)
        parse(row.used or row.made)
    except (TypeError, ValueError) as error:
        raise NotIntact("ledger.contradicts-index", str(values["account"]), table=tokens.name) from error
    return row


def _wrong(row: TokenRow) -> TokenRow:
    raise NotIntact("ledger.contradicts-index", row.account, table=tokens.name)


def _ends(action: str, details: Mapping[str, Any], row: TokenRow) -> bool:
    """Whether an entry ended this token: one that names none ends all of the account."""
    if action == CHANGED:
        return details.get("state") == "suspended"
    return action in (*_END_ALL, ENDED) and details.get("token") in (None, commitment(row.digest))


def listed(connection: Connection, moment: datetime, account: str = "") -> list[TokenRow]:
    """The tokens that have not ended by themselves, of one account or of all, the newest first."""
    query = select(tokens).order_by(tokens.c.made.desc(), tokens.c.id.desc())
    if account:
        query = query.where(tokens.c.account == account)
    rows = (_read(row._mapping) for row in connection.execute(query))
    return [row for row in rows if not row.ended(moment)]


def used(connection: Connection, digest: str, address: str, moment: datetime) -> None:
    """Write down that a token was used."""
    values = {"used": stamp(moment), "address": address}
    connection.execute(update(tokens).where(tokens.c.digest == digest).values(values))


def forget(connection: Connection, row: TokenRow) -> None:
    """End one token."""
    connection.execute(delete(tokens).where(tokens.c.digest == row.digest))


def forget_all(connection: Connection, account: str) -> None:
    """End every token of an account."""
    connection.execute(delete(tokens).where(tokens.c.account == account))


def compare(connection: Connection, moment: datetime) -> Iterator[Finding]:
    """Every token that still holds which the ledger does not tell of as it stands."""
    digests = list(connection.execute(select(tokens.c.digest)).scalars())
    yield from contradictions(lambda digest: read(connection, digest, moment), digests)
