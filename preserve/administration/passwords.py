"""Passwords and what they give: logging in, locking, changing and resetting, each in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection
from ulid import ULID

from preserve.administration.duties import Role
from preserve.administration.gate import GATE
from preserve.administration.hashing import HASHING
from preserve.administration.people import Person, existing, token_digest
from preserve.administration.proving import Claim, prove
from preserve.administration.second_factor import wants_factor
from preserve.clock import stamp
from preserve.data_management import given_tokens, ledger, logins
from preserve.data_management.database import Catalogue
from preserve.data_management.given_tokens import TokenRow
from preserve.data_management.logins import CredentialRow
from preserve.errors import NotPermitted, PreserveError, Refused

_SHORTEST = 12  # characters of a password
_TOKEN_HOLDS = timedelta(hours=12)


def hash_password(password: str) -> str:
    """A password as it is stored: argon2id with the second recommended parameters (RFC 9106 §4)."""
    return HASHING.hash(_bytes(password))


def first_password() -> tuple[str, str]:
    """A password for somebody's first login, and how it is stored."""
    password = secrets.token_urlsafe(15)
    return password, hash_password(password)


def reset_password(catalogue: Catalogue, name: str, *, actor: Person, moment: datetime) -> str:
    """A new first password for someone who has lost theirs; all their tokens end. Raises NotPermitted, Refused."""
    password, stored = first_password()
    with catalogue.begin() as connection:
        if existing(connection, name).kind != "person":
            raise Refused("people.program-has-no-password", name)
        _replace_password(connection, CredentialRow(name, stored, True, 0, None), actor.account, moment)
    return password


def set_password(catalogue: Catalogue, name: str, old: str, new: str, moment: datetime, *, address: str = "") -> None:
    """Change one's own password; `address` is where that is asked from. Raises NotPermitted, Refused, Throttled.

    No one-time code is asked for: the next login asks for it.
    """
    weak = len(new) < _SHORTEST or new == old or name in new.casefold()
    stored = ""
    if not weak:
        with GATE.entered():
            stored = hash_password(new)

    def change(connection: Connection, known: CredentialRow) -> PreserveError | None:
        if weak:
            return Refused("people.password-weak", name, shortest=_SHORTEST)
        _replace_password(connection, CredentialRow(name, stored, False, 0, None), name, moment)
        return None

    prove(catalogue, Claim(name, old, address=address), moment, change, asks_code=False)


def log_in(
    catalogue: Catalogue, name: str, password: str, moment: datetime, code: str = "", asked_of: Collection[Role] = ()
) -> tuple[str, datetime]:
    """A token that acts as this account for half a day, and when it ends. Raises NotPermitted.

    A second factor is `asked_of` these roles: without one they get a token that gives no duty.

    One answer, and one amount of work, for a wrong password, an unknown or suspended account and a locked one, to
    whoever asks: also to who gives the right password while the account is locked.
    """
    token, expires = secrets.token_urlsafe(32), moment + _TOKEN_HOLDS

    def give(connection: Connection, known: CredentialRow) -> PreserveError | None:
        if known.must_change:
            return NotPermitted("people.password-must-change", name)
        row = TokenRow(token_digest(token), name, stamp(moment), stamp(expires))
        roles = map(Role, existing(connection, name).roles)
        if wants_factor(connection, name, roles, asked_of):
            row = replace(row, scopes=())
        enter(connection, row, known, moment)
        return None

    prove(catalogue, Claim(name, password, code), moment, give)
    return token, expires


def check_password(catalogue: Catalogue, name: str, password: str, moment: datetime, address: str = "") -> str:
    """The stored hash of an account whose password is given once more. Raises NotPermitted where it is not that.

    A wrong one counts as a wrong login, and the account may be locked by it; but who is logged in stays so.
    """
    stored: list[str] = []

    def keep(connection: Connection, known: CredentialRow) -> PreserveError | None:
        stored.append(known.password)
        return NotPermitted("people.password-must-change", name) if known.must_change else None

    try:
        prove(catalogue, Claim(name, password, address=address), moment, keep, asks_code=False)
    except NotPermitted as error:
        if error.code != "people.password-wrong":
            raise
        raise NotPermitted("people.confirm-wrong", name) from error
    return stored[0]


def enter(connection: Connection, row: TokenRow, known: CredentialRow, moment: datetime, *, provider: str = "") -> None:
    """Give a token to who gave the right password, or for whom a `provider` vouches, and write that down."""
    given_tokens.add(connection, replace(row, id=row.id or str(ULID()), used=row.made), moment)
    # Who comes by a provider has given no password: the entry vouches for none.
    by = {"provider": provider} if provider else {"credential": logins.commitment(known.password)}
    details = {**row.told(), **by}
    ledger.append(
        connection, action=logins.LOGGED_IN, subject=row.account, actor=row.account, details=details, moment=moment
    )


def log_out(catalogue: Catalogue, name: str, moment: datetime) -> None:
    """End every token of an account."""
    with catalogue.begin() as connection:
        given_tokens.forget_all(connection, name)
        ledger.append(connection, action=logins.LOGGED_OUT, subject=name, actor=name, details={}, moment=moment)


def _replace_password(connection: Connection, row: CredentialRow, actor: str, moment: datetime) -> None:
    """Another password; every token that the one before gave ends with it."""
    logins.write_credential(connection, row)
    given_tokens.forget_all(connection, row.account)
    action = logins.PASSWORD_RESET if row.must_change else logins.PASSWORD_CHANGED
    details = {"credential": logins.commitment(row.password)}
    ledger.append(connection, action=action, subject=row.account, actor=actor, details=details, moment=moment)


def _bytes(password: str) -> bytes:
    # What a keyboard of another encoding sent comes as surrogates, and goes back to the bytes that it was.
    return password.encode("utf-8", "surrogateescape")
