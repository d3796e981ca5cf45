"""People: who acts, as the ledger tells of them, and what they may do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from preserve.administration.duties import FOUNDER, Duty, Role, allows, roles_for
from preserve.data_management import accounts, given_tokens, ledger
from preserve.data_management.accounts import AccountRow
from preserve.data_management.database import Catalogue
from preserve.data_management.given_tokens import TokenRow
from preserve.errors import NotFound, NotPermitted
from preserve.messages import known, say


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: the account, the official's name, and what they may do; `deputy_of` where they decide for a head.

    `scopes` are the duties that the token limits them to, None where nothing does; `token` names it where they act by
    one.
    """

    account: str
    name: str
    roles: frozenset[Role]
    founder: bool = False
    deputy_of: str = ""
    delegation: str = ""
    scopes: frozenset[Duty] | None = None
    token: str = ""

    def may(self, duty: Duty) -> bool:
        """Whether this person may do this."""
        if self.scopes is not None and duty not in self.scopes:
            return False
        return allows(self.roles, duty) or (duty in (Duty.DECIDE, Duty.ANSWER) and bool(self.deputy_of))


def recognise(connection: Connection, os_user: str, token: str | None, moment: datetime) -> Person:
    """The person behind a token, or else behind the operating-system user.

    A token that is given and empty is the token of nobody. Raises NotPermitted, and NotIntact where the tables of
    accounts, delegations or tokens say of this person what the ledger does not.
    """
    row: AccountRow | None
    given: TokenRow | None = None
    if token is None:
        row = accounts.account_of_user(connection, os_user)
    elif not token.strip():
        raise NotPermitted("people.token-empty")
    else:
        given = given_tokens.read(connection, token_digest(token), moment)
        if given is None:
            raise NotPermitted("people.token-unknown")
        row = accounts.read_account(connection, given.account)
    if row is None:
        if token is None and _founded(connection, os_user) and accounts.read_account(connection, os_user) is None:
            return Person(os_user, os_user, FOUNDER, founder=True)
        raise NotPermitted("people.unknown", os_user)
    if row.state != "active":
        raise NotPermitted("people.suspended", row.name)
    person = _person(connection, row, moment)
    return person if given is None else _by_token(person, given)


def _by_token(person: Person, given: TokenRow) -> Person:
    if given.scopes is None:
        return replace(person, token=given.id)
    return replace(person, token=given.id, scopes=frozenset(map(Duty, given.scopes)))


def recognise_account(connection: Connection, account: str, moment: datetime) -> Person:
    """The person of an account that is known to have asked: for work that goes on after who asked has left.

    Raises NotPermitted where the account is not known any more or suspended; NotIntact as `recognise`.
    """
    row = accounts.read_account(connection, account)
    if row is None and _founded(connection, account):
        return Person(account, account, FOUNDER, founder=True)
    if row is None:
        raise NotPermitted("people.unknown", account)
    if row.state != "active":
        raise NotPermitted("people.suspended", row.name)
    return _person(connection, row, moment)


def _person(connection: Connection, row: AccountRow, moment: datetime) -> Person:
    found = accounts.delegated_by(connection, row.name, moment)
    if found is not None:
        head = accounts.read_account(connection, found.head)
        if head is None or head.state != "active" or Role.HEAD not in head.roles:
            found = None  # nobody decides for a head who is none any more
    return Person(
        row.name,
        row.person,
        frozenset(map(Role, row.roles)),
        founder=row.name == founder_of(connection),
        deputy_of=found.head if found else "",
        delegation=found.id if found else "",
    )


def founder_of(connection: Connection) -> str:
    """The account that founded the archive, as its first entry says."""
    founded = ledger.of_action(connection, "archive.founded")
    return founded[0].actor if founded else ""


OF_HOUSE = "house:"
"""How the name begins as which somebody of a house acts in the archive of a fonds: who founded it, who asks it."""


def _founded(connection: Connection, name: str) -> bool:
    """Whether this is who founded the archive, and may act in it without an account; nobody of a house may."""
    return name == founder_of(connection) and not name.startswith(OF_HOUSE)


def require(connection: Connection, person: Person, duty: Duty, deed: str = "") -> None:
    """Raises NotPermitted unless this person may do this now; says which roles may. Raises NotIntact as `recognise`.

    `deed` is the operation that was tried: heads decide about many things, and the refusal names the one.

    A deed may come long after its person was recognised: the account is read again, in the deed's transaction.
    """
    row = accounts.read_account(connection, person.account)
    if row is not None and row.state != "active":
        raise NotPermitted("people.suspended", row.name)
    if row is not None:
        person = replace(person, roles=frozenset(map(Role, row.roles)))
    require_of(connection, person, duty, deed)


def require_of(connection: Connection, person: Person, duty: Duty, deed: str = "") -> None:
    """As `require`, of a person who was recognised in this transaction."""
    if person.may(duty):
        return
    if (
        duty is Duty.APPOINT
        and person.founder
        and person.scopes is None
        and not _has_security_administrator(connection)
    ):
        return  # somebody must appoint the first ones
    if person.scopes is not None and not person.scopes:
        raise NotPermitted("people.factor-wanted", person.account)
    if person.scopes is not None and duty not in person.scopes:
        raise NotPermitted("people.token-may-not", person.account, duty=say(f"people.duty-{duty.value}"))
    wanted = say("words.list-comma").join(say(f"people.role-{role.value}") for role in roles_for(duty))
    named = bool(deed) and known(f"people.deed-{deed}")
    what = say(f"people.deed-{deed}") if named else say(f"people.duty-{duty.value}")
    raise NotPermitted("people.may-not", person.account, duty=what, roles=wanted)


def require_any(
    connection: Connection, person: Person, duties: tuple[Duty, ...], deed: str, *, fresh: bool = False
) -> None:
    """Raises NotPermitted unless the person has one of these duties now, where there are any.

    `fresh`: the person was recognised in this transaction, so that the account is not read again.
    """
    asked = require_of if fresh else require
    for duty in duties[1:]:
        if person.may(duty):
            asked(connection, person, duty, deed)
            return
    for duty in duties[:1]:
        asked(connection, person, duty, deed)


def may_answer(connection: Connection, person: Person) -> bool:
    """Whether this person may let errors in: a head, who decides in the place of one, or the founder before any is."""
    if person.may(Duty.ANSWER):
        return True
    if not person.founder or person.scopes is not None:
        return False
    heads = any(row.state == "active" and Role.HEAD in row.roles for row in accounts.all_accounts(connection))
    return not heads


def _has_security_administrator(connection: Connection) -> bool:
    return any(
        row.state == "active" and Role.SECURITY_ADMINISTRATOR in row.roles for row in accounts.all_accounts(connection)
    )


def note_refusal(catalogue: Catalogue, actor: str, duty: Duty | None, subject: str, moment: datetime) -> None:
    """An attempt that was not permitted stands in the ledger too."""
    details = {"duty": duty.value if duty else ""}
    ledger.append_alone(catalogue, action="access.denied", subject=subject, actor=actor, details=details, moment=moment)


def existing(connection: Connection, name: str) -> AccountRow:
    """The account of that name. Raises Refused where there is none, NotIntact where table and ledger differ in it."""
    row = accounts.read_account(connection, name) if name.isascii() else None
    if row is None:
        raise NotFound("people.no-account", name)
    return row


def token_digest(token: str) -> str:
    """How a token is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
