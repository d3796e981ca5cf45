"""What people and programs act by: sessions in a browser, tokens made by a person, tokens given to programs.

Each is 256 random bits that are shown once. One that is limited to scopes never gives what people must do themselves:
examining, deciding, appointing, appraising, destroying, and saying who does so in their place.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection
from ulid import ULID

from preserve.administration.duties import Duty, Role, allows
from preserve.administration.passwords import enter
from preserve.administration.people import Person, existing, token_digest
from preserve.administration.people_profile import PeopleProfile
from preserve.administration.proving import Claim, Deed, prove
from preserve.administration.second_factor import wants_factor
from preserve.clock import stamp
from preserve.data_management import given_tokens, ledger, logins
from preserve.data_management.database import Catalogue
from preserve.data_management.given_tokens import TokenRow
from preserve.data_management.logins import CredentialRow
from preserve.errors import NotFound, NotPermitted, PreserveError, Refused, UsageError
from preserve.messages import say

PREFIX = "prs_"
"""What a token begins with, so that programs that look for secrets left lying about find it."""

NEVER = frozenset(
    {
        Duty.ANSWER,
        Duty.APPOINT,
        Duty.APPRAISE,
        Duty.DECIDE,
        Duty.DELEGATE,
        Duty.DISPOSE,
        Duty.EXAMINE,
        Duty.RELEASE_HOLD,
        Duty.SUPERVISE,
    }
)
"""What no token gives that has scopes: each is a person's own word."""

SCOPES = tuple(duty.value for duty in Duty if duty not in NEVER)
"""What a token may be limited to."""

_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Given:
    """A token, shown once, and what is kept of it."""

    token: str = field(repr=False)
    row: TokenRow


def _new(kind: given_tokens.Kind, account: str, moment: datetime, until: datetime) -> Given:
    token = PREFIX + secrets.token_urlsafe(32)
    made = stamp(moment)
    return Given(token, TokenRow(token_digest(token), account, made, stamp(until), str(ULID()), kind, used=made))


Prover = Callable[[Catalogue, Claim, datetime, Deed], None]
"""What does a deed where the claim is proved."""


def open_session(
    catalogue: Catalogue, claim: Claim, rules: PeopleProfile, moment: datetime, prover: Prover = prove
) -> Given:
    """A session in a browser; more than one may have at once end the oldest.

    Raises NotPermitted, Throttled; KeyWanted where a security key is to be asked for.

    Where a second factor is asked of the account and it has none, the session gives no duty: it is for setting one up.
    """
    given = _new("session", claim.account, moment, moment + timedelta(hours=rules.session.hours))
    row = replace(given.row, address=claim.address, idle=rules.session.idle_minutes * 60)

    def give(connection: Connection, known: CredentialRow) -> PreserveError | None:
        nonlocal row
        if known.must_change and not claim.provider:
            return NotPermitted("people.password-must-change", claim.account)
        roles = frozenset(map(Role, existing(connection, claim.account).roles))
        if wants_factor(connection, claim.account, roles, rules.second_factor.asked_of):
            row = replace(row, scopes=())
        _make_room(connection, claim.account, rules.session.most(roles), moment)
        enter(connection, row, known, moment, provider=claim.provider)
        return None

    prover(catalogue, claim, moment, give)
    return replace(given, row=row)


def _make_room(connection: Connection, account: str, most: int, moment: datetime) -> None:
    held = [row for row in given_tokens.listed(connection, moment, account) if row.kind == "session"]
    for row in held[most - 1 :]:
        _end(connection, row, account, moment)


def _end(connection: Connection, row: TokenRow, actor: str, moment: datetime) -> None:
    given_tokens.forget(connection, row)
    details = {"token": logins.commitment(row.digest), "kind": row.kind}
    action = logins.LOGGED_OUT if row.kind in ("login", "session") else given_tokens.ENDED
    ledger.append(connection, action=action, subject=row.account, actor=actor, details=details, moment=moment)


def end_token(catalogue: Catalogue, identifier: str, actor: Person, moment: datetime) -> TokenRow:
    """End one session or token: one's own, or anybody's by who appoints. Raises NotFound."""
    with catalogue.begin() as connection:
        for row in given_tokens.listed(connection, moment):
            if row.id == identifier and (row.account == actor.account or actor.may(Duty.APPOINT)):
                _end(connection, row, actor.account, moment)
                return row
    raise NotFound("people.token-not-there", identifier)


@dataclass(frozen=True, slots=True)
class Wish:
    """A token that is asked for: what it is called, the duties it is limited to, and for how many days."""

    name: str
    scopes: tuple[str, ...]
    days: int

    def duties(self, roles: Iterable[Role]) -> tuple[str, ...]:
        """The scopes in order. Raises UsageError for what is none, Refused for what these roles may not do."""
        if not self.name.strip() or len(self.name) > _LONGEST_NAME or not self.name.isprintable():
            raise UsageError("people.token-name", self.name[:_LONGEST_NAME])
        if not self.scopes:
            raise UsageError("people.token-without-scopes", self.name)
        held = tuple(roles)
        for scope in self.scopes:
            if scope not in SCOPES:
                raise UsageError("people.scope-unknown", scope, name=scope)
            if not allows(held, Duty(scope)):
                raise Refused("people.scope-not-held", scope, name=say(f"people.duty-{scope}"))
        return tuple(sorted(set(self.scopes)))


def make_personal(catalogue: Catalogue, claim: Claim, wish: Wish, rules: PeopleProfile, moment: datetime) -> Given:
    """A token for one's own programs; its scopes are duties one has. Raises NotPermitted, Refused, UsageError."""
    _check_days(wish.days, rules.token.personal_days)
    given = _new("personal", claim.account, moment, moment + timedelta(days=wish.days))
    row = given.row

    def give(connection: Connection, known: CredentialRow) -> PreserveError | None:
        nonlocal row
        roles = frozenset(map(Role, existing(connection, claim.account).roles))
        if wants_factor(connection, claim.account, roles, rules.second_factor.asked_of):
            return NotPermitted("people.factor-wanted", claim.account)
        try:
            scopes = wish.duties(roles)
        except PreserveError as error:
            return error
        row = replace(row, name=wish.name.strip(), scopes=scopes, address=claim.address)
        _give(connection, row, claim.account, moment)
        return None

    prove(catalogue, claim, moment, give, asks_code=False)
    return replace(given, row=row)


def give_program(
    catalogue: Catalogue, account: str, wish: Wish, rules: PeopleProfile, *, actor: Person, moment: datetime
) -> Given:
    """A token for the account of a program. Raises NotFound, Refused, UsageError."""
    _check_days(wish.days, rules.token.program_days)
    given = _new("program", account, moment, moment + timedelta(days=wish.days))
    with catalogue.begin() as connection:
        row = existing(connection, account)
        if row.kind != "program" or row.state != "active":
            raise Refused("people.no-program", account)
        kept = replace(given.row, name=wish.name.strip(), scopes=wish.duties(map(Role, row.roles)), used="")
        _give(connection, kept, actor.account, moment)
    return replace(given, row=kept)


def _check_days(days: int, most: int) -> None:
    if not 1 <= days <= most:
        raise UsageError("people.token-days", str(days), most=most)


def _give(connection: Connection, row: TokenRow, actor: str, moment: datetime) -> None:
    given_tokens.add(connection, row, moment)
    details = {**row.told(), "name": row.name}
    ledger.append(
        connection, action=given_tokens.MADE, subject=row.account, actor=actor, details=details, moment=moment
    )
