"""Proving who somebody is: a password, and a one-time code or a security key where the account has a second factor.

One answer, and one amount of work, for a wrong password, a wrong code, an unknown or suspended account and a locked
one, to whoever asks. A try is counted before it is verified. Five wrong ones lock an account for a quarter of an hour;
from an address that the account came from within the last thirty days they are counted apart, so that a stranger
cannot lock anybody out. Where a security key is asked for after the right password, the try stays counted until the
key has answered. Verifying takes memory and time by intention, so few are verified at once (`gate`, `hashing`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from preserve.administration.gate import GATE
from preserve.administration.hashing import HASHING
from preserve.administration.second_steps import Given, by_code
from preserve.clock import parse, stamp
from preserve.data_management import accounts, ledger, login_tries, logins, security_keys
from preserve.data_management.accounts import AccountRow
from preserve.data_management.database import Catalogue
from preserve.data_management.login_tries import AddressRow
from preserve.data_management.logins import CredentialRow
from preserve.errors import NotPermitted, PreserveError, Throttled
from preserve.home import acting_person

_TRIES = 5
_LOCKED = timedelta(minutes=15)
_TRIES_BEFORE_CLOSING = 20
_SALT = secrets.token_bytes(16)

NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$bdHgKkKrlunVJaJnD9VjSQ$B8e5zLb+JwNwr/tlS8VJ+nl/IUq5PtvhUpyqY/LkCes"
"""The hash of a password that was thrown away: what a try on a name without an account is held against.

Made once, with the parameters of `hash_password`: hashing anew at each try would take twice as long as a verification.
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are, and by what; `address` is where they ask from, empty at the command line.

    `provider` is the issuer whose word, verified before (`preserve.administration.provider`), stands for the password.
    """

    account: str
    password: str = field(repr=False)
    code: str = field(default="", repr=False)
    address: str = ""
    provider: str = ""


def _refusal(claim: Claim) -> str:
    if not claim.provider:
        return "people.password-wrong"
    return "people.provider-code-wrong" if claim.code else "people.provider-no-entry"


Deed = Callable[[Connection, CredentialRow], PreserveError | None]
"""What the right password permits; it returns what is to be raised although the password was right."""


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was counted before its password was looked at."""

    account: str  # empty: there is no such account
    password: str = field(repr=False)  # the stored hash that it is held against
    open: bool  # whether the right password lets anybody in
    count: int  # tries up to and with this one
    locks: str | None  # until when this try locked the account, if it was the last one allowed
    known_address: bool  # whether it was counted for the address, and not for the account


class KeyWanted(NotPermitted):
    """The password was right, and a security key is to be asked for; what came of the try is still open."""

    def __init__(self, tried: Try) -> None:
        super().__init__("people.key-wanted", tried.account)
        self.tried = tried


Second = Callable[[Connection], Given]
"""What is asked beside the password, in the same transaction."""


def prove(catalogue: Catalogue, claim: Claim, moment: datetime, deed: Deed, *, asks_code: bool = True) -> None:
    """Do what the right password permits, in the transaction in which it is found to be still the right one.

    A try is counted first and verified afterwards: however many run at once, five of them are verified for an account
    that stays open, and a process that is killed has used its try. Raises NotPermitted; KeyWanted where the account has
    security keys and no code was given; Throttled where too many tries came from that address or at that account
    lately, or wait to be verified.
    """
    if claim.address:
        with catalogue.read() as connection:  # a flood from an address that is closed takes no turn of anybody's
            _require_open(connection, (f"address:{claim.address}",), moment)
    with GATE.entered():
        tried = _count(catalogue, claim, moment)
        right = bool(claim.provider) or HASHING.verify(tried.password, _bytes(claim.password))

    def second(connection: Connection) -> Given:
        return by_code(connection, tried.account, claim.code, moment) if asks_code else "right"

    conclude(catalogue, replace(tried, open=tried.open and right), claim, moment, deed, second)


def conclude(catalogue: Catalogue, tried: Try, claim: Claim, moment: datetime, deed: Deed, second: Second) -> None:
    """Do what a counted try permits whose password was right, where the second step is too. Raises NotPermitted."""
    with catalogue.begin() as connection:
        known = _still_right(connection, tried, claim, moment) if tried.open else None
        given = second(connection) if known is not None else "wrong"
        answer: PreserveError | None
        if known is None or given == "wrong":
            _note_refused(connection, tried, claim, moment)
            answer = NotPermitted(_refusal(claim), claim.account)
        elif given == "wanted":
            locked = tried.locks is not None
            security_keys.asked(connection, tried.account, actor=_actor(claim), locked=locked, moment=moment)
            answer = KeyWanted(tried)
        else:
            _forgive(connection, tried, claim, moment)
            answer = deed(connection, known)
    if answer is not None:
        raise answer


_Counter = CredentialRow | AddressRow


def _keys(claim: Claim, known_address: bool) -> tuple[str, ...]:
    """Under what a try is counted besides: not the name as it was typed, which may be a password."""
    if not claim.address:
        return ()
    if known_address:
        return (f"address:{claim.address}",)
    name = hashlib.sha256(_SALT + _bytes(claim.account)).hexdigest()
    return f"address:{claim.address}", f"account:{name}"


def _require_open(connection: Connection, keys: tuple[str, ...], moment: datetime) -> None:
    """Raises Throttled where no try is taken under one of these keys now."""
    if seconds := login_tries.closed_for(connection, keys, moment):
        raise Throttled("people.too-many-tries", seconds=seconds)


def _count(catalogue: Catalogue, claim: Claim, moment: datetime) -> Try:
    with catalogue.begin() as connection:
        account = accounts.read_account(connection, claim.account) if claim.account.isascii() else None
        known = logins.read_credential(connection, claim.account) if account else None
        credential = known or CredentialRow("", NOBODYS, True, 0, None)  # no account has an empty name
        place = login_tries.known_address(connection, credential.account, claim.address, moment)
        keys = _keys(claim, place is not None)
        _require_open(connection, keys, moment)
        for key in keys:
            login_tries.count(connection, key, _TRIES_BEFORE_CLOSING, moment)
        counter: _Counter = place or credential
        locked = is_locked(counter, moment)
        count = counter.failures if locked else counter.failures + 1
        locks = None
        if count >= _TRIES and not locked:
            locks = stamp(moment + _LOCKED)
            counter = replace(counter, failures=0, locked_until=locks)
        else:
            counter = replace(counter, failures=count)
        _keep(connection, counter)  # also where nothing changes: each kind of try costs the same
        is_open = _is_active(account) and known is not None and not locked
        return Try(credential.account, credential.password, is_open, count, locks, place is not None)


def _keep(connection: Connection, counter: _Counter) -> None:
    if isinstance(counter, AddressRow):
        login_tries.keep_address(connection, counter)
    else:
        logins.write_credential(connection, counter)


def _is_active(account: AccountRow | None) -> bool:
    return account is not None and account.state == "active" and account.kind == "person"


def _still_right(connection: Connection, tried: Try, claim: Claim, moment: datetime) -> CredentialRow | None:
    """What is known now of the account, unless the password, the account or its lock has changed meanwhile."""
    account = accounts.read_account(connection, tried.account)
    known = logins.read_credential(connection, tried.account)
    if not _is_active(account) or known is None or known.password != tried.password:
        return None
    counter = _counter(connection, tried, claim, known, moment)
    if is_locked(counter, moment) and counter.locked_until != tried.locks:
        return None  # others have locked it: only the end of the lock opens it again
    return known


def _counter(connection: Connection, tried: Try, claim: Claim, known: CredentialRow, moment: datetime) -> _Counter:
    place = login_tries.known_address(connection, tried.account, claim.address, moment)
    return place if tried.known_address and place is not None else known


def _forgive(connection: Connection, tried: Try, claim: Claim, moment: datetime) -> None:
    """The try was right. Tries that were counted after it stay counted, as if they had come after it."""
    known = logins.read_credential(connection, tried.account)
    assert known is not None, "it was read in this transaction"
    counter = _counter(connection, tried, claim, known, moment)
    _keep(connection, replace(counter, failures=max(0, counter.failures - tried.count), locked_until=None))
    for key in _keys(claim, tried.known_address):
        login_tries.uncount(connection, key, moment)
    if claim.address:
        place = login_tries.known_address(connection, tried.account, claim.address, moment)
        here = place or AddressRow(tried.account, claim.address, "", 0, None)
        login_tries.keep_address(connection, replace(here, used=stamp(moment)))


def _note_refused(connection: Connection, tried: Try, claim: Claim, moment: datetime) -> None:
    """A refused try stands in the ledger; those at accounts that are none together, once a quarter of an hour."""
    details: dict[str, object] = {"locked": tried.locks is not None}
    if not tried.account:
        key = login_tries.UNKNOWN_PROVIDED if claim.provider else login_tries.UNKNOWN
        count = login_tries.unknown_since(connection, moment, key)
        if not count:
            return
        details = {"locked": False, "count": count}
    if claim.provider:
        details["provider"] = claim.provider
    ledger.append(
        connection,
        action=logins.LOGIN_REFUSED,
        subject=tried.account,
        actor=_actor(claim),
        details=details,
        moment=moment,
    )


def _actor(claim: Claim) -> str:
    return "" if claim.address else acting_person()  # who asks from elsewhere is nobody yet


def note_unproven(catalogue: Catalogue, provider: str, address: str, reason: str, moment: datetime) -> None:
    """Write that a login by this provider was refused before anybody was named, and why: together, as with nobody's.

    It counts as a try from that address. Raises Throttled.
    """
    key = f"address:{address}"
    with catalogue.begin() as connection:
        if address:
            _require_open(connection, (key,), moment)
            login_tries.count(connection, key, _TRIES_BEFORE_CLOSING, moment)
        if count := login_tries.unknown_since(connection, moment, login_tries.UNKNOWN_PROVIDED):
            details = {"locked": False, "count": count, "provider": provider, "reason": reason}
            ledger.append(connection, action=logins.LOGIN_REFUSED, subject="", actor="", details=details, moment=moment)


def is_locked(row: _Counter, moment: datetime) -> bool:
    """Whether wrong passwords have closed it for now."""
    return bool(row.locked_until) and parse(str(row.locked_until)) > moment


def _bytes(text: str) -> bytes:
    # What a keyboard of another encoding sent comes as surrogates, and goes back to the bytes that it was.
    return text.encode("utf-8", "surrogateescape")
