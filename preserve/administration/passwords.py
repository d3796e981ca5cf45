"""Passwords and what they give: logging in, locking, changing and resetting, each in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from preserve.administration.people import Person, existing, token_digest
from preserve.clock import parse, stamp
from preserve.data_management import accounts, ledger, logins
from preserve.data_management.database import Catalogue
from preserve.data_management.logins import CredentialRow
from preserve.errors import NotPermitted, PreserveError, Refused
from preserve.home import acting_person

_SHORTEST = 12  # characters of a password
_TRIES = 5
_LOCKED = timedelta(minutes=15)
_TOKEN_HOLDS = timedelta(hours=12)

NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$bdHgKkKrlunVJaJnD9VjSQ$B8e5zLb+JwNwr/tlS8VJ+nl/IUq5PtvhUpyqY/LkCes"
"""The hash of a password that was thrown away: what a try on a name without an account is held against.

Made once, with the parameters of `hash_password`: hashing anew at each try would take twice as long as a verification.
"""


def hash_password(password: str) -> str:
    """A password as it is stored: argon2id with the second recommended parameters (RFC 9106 §4)."""
    from argon2 import PasswordHasher
    from argon2.profiles import RFC_9106_LOW_MEMORY

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY).hash(_bytes(password))


def first_password() -> tuple[str, str]:
    """A password for somebody's first login, and how it is stored."""
    password = secrets.token_urlsafe(15)
    return password, hash_password(password)


def reset_password(catalogue: Catalogue, name: str, *, actor: Person, moment: datetime) -> str:
    """A new first password for someone who has lost theirs; all their tokens end. Raises NotPermitted, Refused."""
    password, stored = first_password()
    with catalogue.begin() as connection:
        existing(connection, name)
        _replace_password(connection, CredentialRow(name, stored, True, 0, None), actor.account, moment)
    return password


def set_password(catalogue: Catalogue, name: str, old: str, new: str, moment: datetime) -> None:
    """Change one's own password. Raises NotPermitted, Refused."""
    weak = len(new) < _SHORTEST or new == old or name in new.casefold()
    stored = "" if weak else hash_password(new)

    def change(connection: Connection, known: CredentialRow) -> PreserveError | None:
        if weak:
            return Refused("people.password-weak", name, shortest=_SHORTEST)
        _replace_password(connection, CredentialRow(name, stored, False, 0, None), name, moment)
        return None

    _prove(catalogue, name, old, moment, change)


def log_in(catalogue: Catalogue, name: str, password: str, moment: datetime) -> tuple[str, datetime]:
    """A token that acts as this account for half a day, and when it ends. Raises NotPermitted.

    One answer, and one amount of work, for a wrong password, an unknown or suspended account and a locked one, to
    whoever asks: also to who gives the right password while the account is locked.
    """
    token, expires = secrets.token_urlsafe(32), moment + _TOKEN_HOLDS

    def give(connection: Connection, known: CredentialRow) -> PreserveError | None:
        if known.must_change:
            return NotPermitted("people.password-must-change", name)
        digest = token_digest(token)
        logins.add_token(connection, digest, name, moment, expires)
        details = {
            "expires": stamp(expires),
            "token": logins.commitment(digest),
            "credential": logins.commitment(known.password),
        }
        ledger.append(connection, action=logins.LOGGED_IN, subject=name, actor=name, details=details, moment=moment)
        return None

    _prove(catalogue, name, password, moment, give)
    return token, expires


def check_password(catalogue: Catalogue, name: str, password: str, moment: datetime) -> str:
    """The stored hash of an account whose password is given once more. Raises NotPermitted, as `log_in`."""
    stored: list[str] = []

    def keep(connection: Connection, known: CredentialRow) -> PreserveError | None:
        stored.append(known.password)
        return NotPermitted("people.password-must-change", name) if known.must_change else None

    _prove(catalogue, name, password, moment, keep)
    return stored[0]


def log_out(catalogue: Catalogue, name: str, moment: datetime) -> None:
    """End every token of an account."""
    with catalogue.begin() as connection:
        logins.forget_tokens(connection, name)
        ledger.append(connection, action=logins.LOGGED_OUT, subject=name, actor=name, details={}, moment=moment)


def _replace_password(connection: Connection, row: CredentialRow, actor: str, moment: datetime) -> None:
    """Another password; every token that the one before gave ends with it."""
    logins.write_credential(connection, row)
    logins.forget_tokens(connection, row.account)
    action = logins.PASSWORD_RESET if row.must_change else logins.PASSWORD_CHANGED
    details = {"credential": logins.commitment(row.password)}
    ledger.append(connection, action=action, subject=row.account, actor=actor, details=details, moment=moment)


@dataclass(frozen=True, slots=True)
class _Try:
    """A try that was counted before its password was looked at."""

    account: str  # empty: there is no such account
    password: str  # the stored hash that it is held against
    open: bool  # whether the right password lets anybody in
    count: int  # tries up to and with this one
    locks: str | None  # until when this try locked the account, if it was the last one allowed


def _prove(
    catalogue: Catalogue,
    name: str,
    password: str,
    moment: datetime,
    deed: Callable[[Connection, CredentialRow], PreserveError | None],
) -> None:
    """Do what the right password permits, in the transaction in which it is found to be still the right one.

    A try is counted first and verified afterwards: however many run at once, five of them are verified for an account
    that stays open, and a process that is killed has used its try. `deed` returns what is to be raised although the
    password was right. Raises NotPermitted.
    """
    tried = _count(catalogue, name, moment)
    right = _verify(tried.password, password)
    with catalogue.begin() as connection:
        known = _still_right(connection, tried, moment) if right and tried.open else None
        if known is None:
            ledger.append(
                connection,
                action=logins.LOGIN_REFUSED,
                subject=tried.account,
                actor=acting_person(),
                details={"locked": tried.locks is not None},
                moment=moment,
            )
            answer: PreserveError | None = NotPermitted("people.password-wrong", name)
        else:
            # Tries that were counted after this one stay counted, as if they had come after it.
            known = replace(known, failures=max(0, known.failures - tried.count), locked_until=None)
            logins.write_credential(connection, known)
            answer = deed(connection, known)
    if answer is not None:
        raise answer


def _count(catalogue: Catalogue, name: str, moment: datetime) -> _Try:
    with catalogue.begin() as connection:
        account = accounts.read_account(connection, name) if name.isascii() else None
        known = logins.read_credential(connection, name) if account else None
        row = known or CredentialRow("", NOBODYS, True, 0, None)  # no account has an empty name
        locked = _is_locked(row, moment)
        count = row.failures if locked else row.failures + 1
        locks = None
        if count >= _TRIES and not locked:
            locks = stamp(moment + _LOCKED)
            row = replace(row, failures=0, locked_until=locks)
        else:
            row = replace(row, failures=count)
        logins.write_credential(connection, row)  # also where nothing changes: each kind of try costs the same
        is_open = account is not None and account.state == "active" and known is not None and not locked
        return _Try(row.account, row.password, is_open, count, locks)


def _still_right(connection: Connection, tried: _Try, moment: datetime) -> CredentialRow | None:
    """What is known now of the account, unless the password, the account or its lock has changed meanwhile."""
    account = accounts.read_account(connection, tried.account)
    known = logins.read_credential(connection, tried.account)
    if account is None or account.state != "active" or known is None or known.password != tried.password:
        return None
    if _is_locked(known, moment) and known.locked_until != tried.locks:
        return None  # others have locked it: only the end of the lock opens it again
    return known


def _is_locked(row: CredentialRow, moment: datetime) -> bool:
    return bool(row.locked_until) and parse(str(row.locked_until)) > moment


def _verify(stored: str, password: str) -> bool:
    """Whether it is the password. Every try goes through here once, whatever is known of the account."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(stored, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    # What a keyboard of another encoding sent comes as surrogates, and goes back to the bytes that it was.
    return password.encode("utf-8", "surrogateescape")
