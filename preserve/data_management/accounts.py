"""Accounts, delegations, passwords and tokens: the first two made again from the ledger, the others only here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from preserve.clock import stamp
from preserve.data_management import ledger
from preserve.data_management.tables import accounts, credentials, delegations, tokens

ADDED = "person.added"
CHANGED = "person.changed"
DELEGATED = "delegation.made"
DELEGATION_ENDED = "delegation.ended"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account: its name, the person's, roles by name, the operating-system user, `active` or `suspended`."""

    name: str
    person: str
    roles: tuple[str, ...]
    os_user: str
    state: str
    added: str


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """That `deputy` decides in place of `head` between two moments; `ended` where it was ended before."""

    id: str
    head: str
    deputy: str
    since: str
    until: str
    reason: str
    ended: str | None


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """A password's hash (argon2), whether it must be changed, and how often it was lately given wrongly."""

    account: str
    password: str
    must_change: bool
    failures: int
    locked_until: str | None


def add_account(
    connection: Connection, name: str, *, person: str, roles: tuple[str, ...], os_user: str, actor: str,
    moment: datetime,
) -> None:  # fmt: skip
    """Enter an account. An official is named in the ledger once, here; every other entry names the account."""
    details = {"person": person, "roles": sorted(roles), "os_user": os_user}
    ledger.append(connection, action=ADDED, subject=name, actor=actor, details=details, moment=moment)
    _apply_added(connection, name, details, stamp(moment))


def change_account(connection: Connection, name: str, *, actor: str, moment: datetime, **changes: Any) -> None:
    """Change person, roles, os_user or state."""
    ledger.append(connection, action=CHANGED, subject=name, actor=actor, details=changes, moment=moment)
    _apply_changed(connection, name, changes)


def read_account(connection: Connection, name: str) -> AccountRow | None:
    """The account of that name."""
    row = connection.execute(select(accounts).where(accounts.c.name == name)).first()
    return _account(row) if row else None


def account_of_user(connection: Connection, os_user: str) -> AccountRow | None:
    """The account that an operating-system user acts as."""
    row = connection.execute(select(accounts).where(accounts.c.os_user == os_user, accounts.c.os_user != "")).first()
    return _account(row) if row else None


def all_accounts(connection: Connection) -> list[AccountRow]:
    """Every account, in the order they were added."""
    return [_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.added, accounts.c.name))]


def _account(row: Any) -> AccountRow:
    return AccountRow(**{**row._mapping, "roles": tuple(json.loads(row.roles))})


def add_delegation(connection: Connection, row: DelegationRow, *, actor: str, moment: datetime) -> None:
    """Write down that a head lets another decide for a time."""
    details = {"head": row.head, "deputy": row.deputy, "since": row.since, "until": row.until, "reason": row.reason}
    ledger.append(connection, action=DELEGATED, subject=row.id, actor=actor, details=details, moment=moment)
    _apply_delegated(connection, row.id, details)


def end_delegation(connection: Connection, identifier: str, *, actor: str, moment: datetime) -> None:
    """End a delegation before its time."""
    ledger.append(connection, action=DELEGATION_ENDED, subject=identifier, actor=actor, details={}, moment=moment)
    _apply_ended(connection, identifier, stamp(moment))


def all_delegations(connection: Connection) -> list[DelegationRow]:
    """Every delegation, oldest first."""
    rows = connection.execute(select(delegations).order_by(delegations.c.since, delegations.c.id))
    return [DelegationRow(**row._mapping) for row in rows]


def delegated_by(connection: Connection, deputy: str, moment: datetime) -> DelegationRow | None:
    """The delegation under which this account decides at this moment."""
    here = stamp(moment)
    valid = (
        delegations.c.deputy == deputy, delegations.c.ended.is_(None), delegations.c.since <= here,
        delegations.c.until > here,
    )  # fmt: skip
    row = connection.execute(select(delegations).where(*valid).order_by(delegations.c.until.desc())).first()
    return DelegationRow(**row._mapping) if row else None


def read_credential(connection: Connection, account: str) -> CredentialRow | None:
    """What is known of an account's password."""
    row = connection.execute(select(credentials).where(credentials.c.account == account)).first()
    return CredentialRow(**row._mapping) if row else None


def write_credential(connection: Connection, row: CredentialRow) -> None:
    """Keep a password's hash in place of the one before."""
    connection.execute(delete(credentials).where(credentials.c.account == row.account))
    names = ("account", "password", "must_change", "failures", "locked_until")
    connection.execute(credentials.insert(), {name: getattr(row, name) for name in names})


def add_token(connection: Connection, digest: str, account: str, made: datetime, expires: datetime) -> None:
    """Keep the digest of a token; tokens that have expired are forgotten."""
    connection.execute(delete(tokens).where(tokens.c.expires <= stamp(made)))
    values = {"digest": digest, "account": account, "made": stamp(made), "expires": stamp(expires)}
    connection.execute(tokens.insert(), values)


def account_of_token(connection: Connection, digest: str, moment: datetime) -> AccountRow | None:
    """The account that a token which still holds was given to."""
    held = select(tokens.c.account).where(tokens.c.digest == digest, tokens.c.expires > stamp(moment))
    name = connection.execute(held).scalar()
    return read_account(connection, name) if name else None


def forget_tokens(connection: Connection, account: str) -> None:
    """End every token of an account."""
    connection.execute(delete(tokens).where(tokens.c.account == account))


def replay(connection: Connection) -> None:
    """Make accounts and delegations again from the ledger alone."""
    connection.execute(delete(delegations))
    connection.execute(delete(accounts))
    for entry in ledger.entries(connection):
        if entry.action not in (ADDED, CHANGED, DELEGATED, DELEGATION_ENDED):
            continue
        data = json.loads(entry.text)
        if entry.action == ADDED:
            _apply_added(connection, entry.subject, data["details"], data["time"])
        elif entry.action == CHANGED:
            _apply_changed(connection, entry.subject, data["details"])
        elif entry.action == DELEGATED:
            _apply_delegated(connection, entry.subject, data["details"])
        else:
            _apply_ended(connection, entry.subject, data["time"])


def _apply_added(connection: Connection, name: str, details: Mapping[str, Any], when: str) -> None:
    row = {**details, "roles": json.dumps(details["roles"]), "name": name, "state": "active", "added": when}
    connection.execute(accounts.insert(), row)


def _apply_changed(connection: Connection, name: str, changes: Mapping[str, Any]) -> None:
    values = dict(changes)
    if "roles" in values:
        values["roles"] = json.dumps(sorted(values["roles"]))
    connection.execute(update(accounts).where(accounts.c.name == name).values(**values))


def _apply_delegated(connection: Connection, identifier: str, details: Mapping[str, Any]) -> None:
    connection.execute(delegations.insert(), {**details, "id": identifier, "ended": None})


def _apply_ended(connection: Connection, identifier: str, when: str) -> None:
    connection.execute(update(delegations).where(delegations.c.id == identifier).values(ended=when))
