"""Appointing: accounts made, changed, suspended; and who decides in whose place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection
from ulid import ULID

from preserve.administration.alike import look_alike
from preserve.administration.duties import ALONE, Role, check_together
from preserve.administration.passwords import first_password
from preserve.administration.people import Person, existing, founder_of
from preserve.clock import parse, stamp
from preserve.data_management import accounts, given_tokens, logins
from preserve.data_management.accounts import AccountRow, DelegationRow
from preserve.data_management.database import Catalogue
from preserve.data_management.logins import CredentialRow
from preserve.errors import Conflict, NotFound, NotPermitted, Refused, UsageError
from preserve.messages import say

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_LONGEST_DELEGATION = timedelta(days=366)
_OF_PROGRAMS = frozenset({Role.DEPOSITOR, Role.ARCHIVIST})
"""What a program may be: what is left are people's own words, or what looks after the others."""


def add_person(
    catalogue: Catalogue, name: str, *, person: str, roles: Iterable[str], os_user: str, actor: Person, moment: datetime
) -> str:
    """Make an account; return its first password, which is shown once and must be changed.

    Raises Refused also where the name of account or person looks like that of another, suspended ones included.
    """
    held = _roles(roles)
    check_together(held)
    _check_user(os_user)
    if not _NAME.fullmatch(name):
        raise UsageError("people.name-wrong", name)
    person = person.strip()
    password, stored = first_password()
    with catalogue.begin() as connection:
        _check_new(connection, name, person, os_user)
        account = accounts.NewAccount(name, person, tuple(held), os_user, logins.commitment(stored))
        accounts.add_account(connection, account, actor=actor.account, moment=moment)
        logins.write_credential(connection, CredentialRow(name, stored, True, 0, None))
    return password


def add_program(
    catalogue: Catalogue, name: str, *, person: str, roles: Iterable[str], actor: Person, moment: datetime
) -> None:
    """Make the account of a program, which has no password: it acts by tokens. `person` is what it is called.

    Raises Refused, as `add_person`, and for roles that no program may have.
    """
    held = _roles(roles)
    check_together(held)
    _check_program(held)
    if not _NAME.fullmatch(name):
        raise UsageError("people.name-wrong", name)
    person = person.strip()
    with catalogue.begin() as connection:
        _check_new(connection, name, person, "")
        account = accounts.NewAccount(name, person, tuple(held), "", "", "program")
        accounts.add_account(connection, account, actor=actor.account, moment=moment)


def _check_program(roles: frozenset[Role]) -> None:
    for role in sorted(roles - _OF_PROGRAMS):
        raise Refused("people.program-role", role.value, name=say(f"people.role-{role.value}"))


def _check_new(connection: Connection, name: str, person: str, os_user: str) -> None:
    others = accounts.all_accounts(connection)
    for row in others:
        if row.name == name:
            raise Conflict("people.exists", name)
        if row.person == person:
            raise Conflict("people.person-has-account", person, account=row.name)
        if os_user and row.os_user == os_user:
            raise Conflict("people.user-taken", os_user, account=row.name)
    _check_alike(connection, name, person, others)
    if not person or not person.isprintable():
        raise UsageError("people.name-wrong", person)


def _check_alike(connection: Connection, name: str, person: str, others: Iterable[AccountRow]) -> None:
    for row in others:
        if look_alike(name, row.name):
            raise Refused("people.name-alike", name, account=row.name)
        if look_alike(person, row.person):
            raise Refused("people.name-alike", person, account=row.name)
    founder = founder_of(connection)
    if name != founder and look_alike(name, founder):
        raise Refused("people.name-alike", name, account=founder)


def _check_user(os_user: str) -> None:
    """What holds a blank, a control or a colon is no user's name (passwd(5)), but for a user without an entry."""
    fine = os_user.isprintable() and not re.search(r"[\s:]", os_user)
    if not fine and not re.fullmatch(r"uid:[0-9]+", os_user):
        raise UsageError("people.user-wrong", os_user)


def change_person(
    catalogue: Catalogue,
    name: str,
    *,
    roles: Iterable[str] | None,
    os_user: str | None,
    state: str,
    actor: Person,
    moment: datetime,
) -> None:
    """Give an account other roles or another user of the system, suspend it, or let it in again.

    Raises Refused; also where an earlier release let in two whose names look alike: one of them is suspended first.
    """
    _check_user(os_user or "")
    with catalogue.begin() as connection:
        others = [row for row in accounts.all_accounts(connection) if row.name != name]
        row = existing(connection, name)
        changes = _changes(roles, os_user, state)
        if os_user and (taken := next((other for other in others if other.os_user == os_user), None)):
            raise Conflict("people.user-taken", os_user, account=taken.name)
        if name == actor.account and "roles" in changes:
            raise NotPermitted("people.own-roles", name)
        left = replace(row, **changes)  # type: ignore[arg-type]
        if left.kind == "program":
            _check_program(_roles(left.roles))
            if left.os_user:
                raise Refused("people.program-user", name)
        if left.state == "active":
            _check_alike(connection, name, row.person, [other for other in others if other.state == "active"])
        if _appoints(row) and not any(_appoints(one) for one in (left, *others)):
            raise Refused("people.last-administrator", name)
        accounts.change_account(connection, name, actor=actor.account, moment=moment, **changes)
        if state == "suspended" or "roles" in changes:
            given_tokens.forget_all(connection, name)


def _changes(roles: Iterable[str] | None, os_user: str | None, state: str) -> dict[str, object]:
    changes: dict[str, object] = {}
    if roles is not None:
        held = _roles(roles)
        check_together(held)
        changes["roles"] = sorted(role.value for role in held)
    if os_user is not None:
        changes["os_user"] = os_user
    if state:
        changes["state"] = state
    return changes


def _appoints(row: AccountRow) -> bool:
    return row.state == "active" and Role.SECURITY_ADMINISTRATOR in row.roles


def delegate(
    catalogue: Catalogue, deputy: str, *, since: datetime, until: datetime, reason: str, actor: Person, moment: datetime
) -> DelegationRow:
    """The head lets another decide about requests for a period. Raises Refused, NotPermitted."""
    if until <= since or until <= moment or until - since > _LONGEST_DELEGATION:
        raise UsageError("people.delegation-period", f"{stamp(since)} – {stamp(until)}")
    if not reason.strip():
        raise UsageError("people.delegation-reason")
    with catalogue.begin() as connection:
        row = existing(connection, deputy)
        if (
            deputy == actor.account
            or row.state != "active"
            or row.kind != "person"
            or ALONE & set(map(Role, row.roles))
        ):
            raise Refused("people.deputy-wrong", deputy)
        made = DelegationRow(
            str(ULID()).lower(), actor.account, deputy, stamp(since), stamp(until), reason.strip(), None
        )
        accounts.add_delegation(connection, made, actor=actor.account, moment=moment)
    return made


def end_delegations(catalogue: Catalogue, deputy: str, *, actor: Person, moment: datetime) -> int:
    """End what this head delegated to someone; how many there were."""
    with catalogue.begin() as connection:
        held = [
            row
            for row in accounts.all_delegations(connection)
            if row.head == actor.account and row.deputy == deputy and row.ended is None and parse(row.until) > moment
        ]
        if not held:
            raise NotFound("people.no-delegation", deputy)
        for row in held:
            accounts.end_delegation(connection, row.id, actor=actor.account, moment=moment)
    return len(held)


def _roles(names: Iterable[str]) -> frozenset[Role]:
    return frozenset(Role(name) for name in names)
