"""The password again for one deed on one object as it was seen: a proof that holds for five minutes, and once.

A proof is an HMAC (RFC 2104) under the stored hash of the password. So it is kept nowhere, no other process needs to
know of it, and it ends with the password. It names account, login, deed, object and the digest of the record that was
seen: for anything else it proves nothing. The deed spends it, in the transaction that does the deed: one that was
refused did nothing and leaves the proof as it was; of two at once one is done.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from preserve.administration.passwords import check_password
from preserve.clock import stamp
from preserve.data_management import logins, spent_proofs
from preserve.data_management.database import Catalogue
from preserve.errors import ConfirmNeeded, NotPermitted

HOLDS = timedelta(minutes=5)


class Deed(NamedTuple):
    """What is to be done: the operation's name, the number or name of what it is about, and the digest it was seen by.

    `seen` is empty where the operation asks for none.
    """

    operation: str
    about: str
    seen: str = ""


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
    heads = (f"{until}.{secrets.token_hex(8)}" for _ in deeds)  # two that are given within one second are two
    return tuple(_proof(known, asker.account, asker.login, deed, head) for deed, head in zip(deeds, heads, strict=True))


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that was found to be of a deed, and which attempt at the deed spends it."""

    text: str = field(repr=False)
    deed: Deed
    attempt: str

    def spend(self, connection: Connection) -> None:
        """Spend it, in the transaction that does the deed; an attempt with several spends it once.

        Raises ConfirmNeeded where another attempt did.
        """
        if not spent_proofs.spend(connection, _digest(self.text), self.attempt, stamp(holds_until(self.text))):
            raise ConfirmNeeded("people.confirm-needed", self.deed.about)


def require_proof(
    connection: Connection, account: str, login: str, deed: Deed, proofs: Collection[str], moment: datetime
) -> Proof:
    """The one of these proofs that is of this account, login and deed, still holds and was not spent.

    Raises ConfirmNeeded where there is none.
    """
    row = logins.read_credential(connection, account)
    for proof in proofs:
        until = _until(proof)
        # One that says it holds longer than any is given for is nobody's.
        if row is None or not moment.timestamp() <= until <= (moment + HOLDS).timestamp():
            continue
        right = _proof(row.password, account, login, deed, proof.rpartition(".")[0])
        if hmac.compare_digest(right.encode(), proof.encode()) and not spent_proofs.spent(connection, _digest(proof)):
            return Proof(proof, deed, secrets.token_hex(8))
    raise ConfirmNeeded("people.confirm-needed", deed.about)


def holds_until(proof: str) -> datetime:
    """When a proof ends."""
    return datetime.fromtimestamp(_until(proof), UTC)


def _proof(stored: str, account: str, login: str, deed: Deed, head: str) -> str:
    said = json.dumps(["preserve-confirm-2", account, login, *deed, head]).encode()
    return f"{head}.{hmac.new(stored.encode(), said, hashlib.sha256).hexdigest()}"


def _digest(proof: str) -> str:
    return hashlib.sha256(proof.encode()).hexdigest()


def _until(proof: str) -> int:
    digits = proof.partition(".")[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else 0
