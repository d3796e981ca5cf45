"""The password again for one deed on one object: a proof that holds for five minutes (issue 17, web.md 3.8 no. 8).

A proof is an HMAC (RFC 2104) under the stored hash of the password. So it is kept nowhere, no other process needs to
know of it, and it ends with the password. It names account, login, deed and object: in another session, for another
deed or on another object it proves nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from preserve.administration.passwords import check_password
from preserve.data_management import logins
from preserve.data_management.database import Catalogue
from preserve.errors import ConfirmNeeded, NotPermitted

HOLDS = timedelta(minutes=5)


class Deed(NamedTuple):
    """What is to be done: the operation's name, and the number or name of what it is about."""

    operation: str
    about: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Who gives the password again: the account, the digest of the token that they come with, and from where."""

    account: str
    login: str
    address: str = ""


def prove(
    catalogue: Catalogue, asker: Asker, password: str, deeds: Sequence[Deed], moment: datetime
) -> tuple[str, ...]:
    """A proof for each deed, in their order.

    A wrong password counts as a wrong login does. Raises NotPermitted, also for who has never set a password of ours:
    they came by the bureau's provider, and a decision is signed with what only they know here.
    """
    with catalogue.read() as connection:
        row = logins.read_credential(connection, asker.account)
    if row is None or row.must_change:
        raise NotPermitted("people.confirm-without-password", asker.account)
    known = check_password(catalogue, asker.account, password, moment, asker.address)
    until = int((moment + HOLDS).timestamp())
    return tuple(_proof(known, asker.account, asker.login, deed, until) for deed in deeds)


def require_proof(
    connection: Connection, account: str, login: str, deed: Deed, proofs: Collection[str], moment: datetime
) -> None:
    """Raises ConfirmNeeded unless one of these proofs is of this account, login, deed and object, and still holds."""
    row = logins.read_credential(connection, account)
    for proof in proofs:
        until = _until(proof)
        # One that says it holds longer than any is given for is nobody's.
        if row is None or not moment.timestamp() <= until <= (moment + HOLDS).timestamp():
            continue
        if hmac.compare_digest(_proof(row.password, account, login, deed, until), proof):
            return
    raise ConfirmNeeded("people.confirm-needed", deed.about)


def holds_until(proof: str) -> datetime:
    """When a proof ends."""
    return datetime.fromtimestamp(_until(proof), UTC)


def _proof(stored: str, account: str, login: str, deed: Deed, until: int) -> str:
    said = json.dumps(["preserve-confirm-1", account, login, *deed, until]).encode()
    return f"{until}.{hmac.new(stored.encode(), said, hashlib.sha256).hexdigest()}"


def _until(proof: str) -> int:
    digits = proof.partition(".")[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else 0
