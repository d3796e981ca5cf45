"""Setting up a second factor, and ending it: a secret for one's authenticator, which counts once a code confirms it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from preserve.administration.duties import Role
from preserve.administration.one_time_codes import new_secret, taken_step
from preserve.administration.people import Person, existing
from preserve.administration.proving import Claim, prove
from preserve.administration.second_steps import has_factor
from preserve.data_management import second_factors, security_keys
from preserve.data_management.database import Catalogue
from preserve.data_management.logins import CredentialRow
from preserve.errors import Conflict, NotFound, NotIntact, PreserveError, Refused


def wants_factor(connection: Connection, account: str, roles: Iterable[Role], asked_of: Iterable[Role]) -> bool:
    """Whether a second factor is asked of these roles, and the account has none."""
    if not set(roles) & set(asked_of):
        return False
    return not has_factor(connection, account)


def begin_factor(catalogue: Catalogue, account: str) -> str:
    """A new secret that no login asks for yet. Raises Conflict where a second factor is in use."""
    with catalogue.begin() as connection:
        row = second_factors.read(connection, account)
        if row is not None and row.confirmed:
            raise Conflict("people.factor-in-use", account)
        secret = new_secret()
        second_factors.begin(connection, account, secret)
    return secret


def confirm_factor(catalogue: Catalogue, account: str, code: str, moment: datetime) -> None:
    """From now on each login asks for a code. Raises NotFound, Conflict, Refused for a wrong one."""
    with catalogue.begin() as connection:
        row = second_factors.read(connection, account)
        if row is None:
            raise NotFound("people.no-factor", account)
        if row.confirmed:
            raise Conflict("people.factor-in-use", account)
        step = taken_step(row.secret, code, moment, row.step)
        if step is None:
            raise Refused("people.code-wrong", account)
        second_factors.confirm(connection, row, step, moment)


def end_own_factor(catalogue: Catalogue, claim: Claim, moment: datetime) -> None:
    """End one's own, by password and code. Raises NotPermitted, NotFound, Throttled."""

    def end(connection: Connection, known: CredentialRow) -> PreserveError | None:
        row = second_factors.read(connection, claim.account)
        if row is None or not row.confirmed:
            return NotFound("people.no-factor", claim.account)
        second_factors.end(connection, claim.account, actor=claim.account, moment=moment)
        return None

    prove(catalogue, claim, moment, end)


def end_factor_of(catalogue: Catalogue, account: str, *, actor: Person, moment: datetime) -> None:
    """End all that somebody has who has lost their device: codes and security keys. Raises NotFound."""
    with catalogue.begin() as connection:
        existing(connection, account)
        try:
            codes = second_factors.read(connection, account) is not None
        except NotIntact:
            codes = True  # what the ledger does not tell of as it stands lets nobody in: this is the way out
        if codes:
            second_factors.end(connection, account, actor=actor.account, moment=moment)
        if not security_keys.remove_all(connection, account, actor=actor.account, moment=moment) and not codes:
            raise NotFound("people.no-factor", account)
