"""Accounts and delegations: what the ledger's entries say of them, and the tables that list it and are held to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, bindparam, delete, select

from metadata.findings import Finding
from preserve.clock import stamp
from preserve.data_management import ledger, one_view
from preserve.data_management.ledger import Entry
from preserve.data_management.tables import accounts, delegations
from preserve.errors import NotIntact

ADDED = "person.added"
CHANGED = "person.changed"
DELEGATED = "delegation.made"
DELEGATION_ENDED = "delegation.ended"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account: its name, the person's, roles by name, the operating-system user, `active` or `suspended`.

    `kind` is `program` where no person logs in by it: a program acts by tokens that are given to it.
    """

    name: str
    person: str
    roles: tuple[str, ...]
    os_user: str
    state: str
    added: str
    kind: str = "person"


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


Row = TypeVar("Row", AccountRow, DelegationRow)


# --- what an entry makes of what stood before


def step(before: AccountRow | None, entry: Entry) -> AccountRow | None:
    """The account after an entry; nothing where an entry changes what no entry has added.

    Raises NotIntact where the entry is not the one that its row in the ledger says.
    """
    details = entry.details
    if entry.action == ADDED:
        roles = tuple(sorted(details["roles"]))
        kind = details.get("kind", "person")
        return AccountRow(entry.subject, details["person"], roles, details["os_user"], "active", entry.time, kind)
    if before is None or entry.action != CHANGED:
        return before
    changes = {name: details[name] for name in ("person", "os_user", "state") if name in details}
    return replace(before, **changes, roles=tuple(sorted(details.get("roles", before.roles))))


def step_delegation(before: DelegationRow | None, entry: Entry) -> DelegationRow | None:
    """The delegation after an entry, likewise."""
    if entry.action == DELEGATED:
        words = {name: entry.details[name] for name in ("head", "deputy", "since", "until", "reason")}
        return DelegationRow(id=entry.subject, ended=None, **words)
    if before is None or entry.action != DELEGATION_ENDED:
        return before
    return replace(before, ended=entry.time)


def _fold(steps: Callable[[Row | None, Entry], Row | None], entries: Iterable[Entry]) -> dict[str, Row]:
    """What entries in their order make, by subject."""
    rows: dict[str, Row] = {}
    for entry in entries:
        after = steps(rows.get(entry.subject), entry)
        if after is not None:
            rows[entry.subject] = after
    return rows


def _accounts_told(connection: Connection) -> dict[str, AccountRow]:
    return _fold(step, ledger.of_action(connection, ADDED, CHANGED))


def _delegations_told(connection: Connection) -> dict[str, DelegationRow]:
    return _fold(step_delegation, ledger.of_action(connection, DELEGATED, DELEGATION_ENDED))


# --- what the tables list, and whether it is the same


# Made once: every request asks these of whoever it comes from.
_ACCOUNTS, _DELEGATIONS = select(accounts), select(delegations)
_NAMED = select(accounts).where(accounts.c.name == bindparam("name"))
_OF_USER = select(accounts).where(accounts.c.os_user == bindparam("os_user"))
_DELEGATED_TO = select(delegations).where(delegations.c.deputy == bindparam("deputy"))


def _accounts_listed(connection: Connection, query: Select[Any] = _ACCOUNTS, **values: str) -> Iterator[AccountRow]:
    for row in connection.execute(query, values, execution_options=_streamed(values)):
        yield AccountRow(**{**row._mapping, "roles": _roles(row.roles)})


def _streamed(values: Mapping[str, str]) -> dict[str, Any]:
    """Who asks for all takes them some at a time; few come at once: for a server a stream is three questions more."""
    return {} if values else {"yield_per": 1000}


def _roles(text: object) -> tuple[str, ...]:
    """The roles of a row; what is no list of them is kept as it is, and so never equals what the ledger says."""
    try:
        return tuple(json.loads(text))  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return (str(text),)


def _delegations_listed(
    connection: Connection, query: Select[Any] = _DELEGATIONS, **values: str
) -> Iterator[DelegationRow]:
    for row in connection.execute(query, values, execution_options=_streamed(values)):
        yield DelegationRow(**row._mapping)


def _differ(said: Mapping[str, Row], listed: Iterable[Row], key: Callable[[Row], str]) -> Iterator[str]:
    """Where a table and the ledger differ: a row changed, a row that no entry made, an entry without its row."""
    rest = dict(said)
    for row in listed:
        if rest.pop(key(row), None) != row:
            yield key(row)
    yield from rest


def _name(row: AccountRow) -> str:
    return row.name


def _id(row: DelegationRow) -> str:
    return row.id


def _agree(table: Table, differences: Iterator[str]) -> None:
    for where in differences:
        raise NotIntact("ledger.contradicts-index", str(where), table=table.name)


def compare(connection: Connection) -> Iterator[Finding]:
    """Every row of accounts and delegations that is not what the ledger says, and every one that is wanting."""
    listings: tuple[tuple[Table, Iterator[str]], ...] = (
        (accounts, _differ(_accounts_told(connection), _accounts_listed(connection), _name)),
        (delegations, _differ(_delegations_told(connection), _delegations_listed(connection), _id)),
    )
    for table, differences in listings:
        for where in differences:
            yield Finding("ledger.contradicts-index", str(where), "error", {"table": table.name})


def read_account(connection: Connection, name: str) -> AccountRow | None:
    """The account of that name, as the ledger tells of it. Raises NotIntact where the table lists another."""
    return one_view.known(connection, ("account", name), lambda: _read_account(connection, name))


def _read_account(connection: Connection, name: str) -> AccountRow | None:
    said = _fold(step, ledger.about(connection, name, ADDED, CHANGED))
    _agree(accounts, _differ(said, _accounts_listed(connection, _NAMED, name=name), _name))
    return said.get(name)


def account_of_user(connection: Connection, os_user: str) -> AccountRow | None:
    """The account that an operating-system user acts as. Raises NotIntact where the table lists another."""
    if not os_user:
        return None
    said = {name: row for name, row in _accounts_told(connection).items() if row.os_user == os_user}
    _agree(accounts, _differ(said, _accounts_listed(connection, _OF_USER, os_user=os_user), _name))
    for name in said:
        return read_account(connection, name)
    return None


def all_accounts(connection: Connection) -> list[AccountRow]:
    """Every account, in the order they were added. Raises NotIntact where table and ledger differ in any."""
    said = _accounts_told(connection)
    _agree(accounts, _differ(said, _accounts_listed(connection), _name))
    return sorted(said.values(), key=lambda row: (row.added, row.name))


def all_delegations(connection: Connection) -> list[DelegationRow]:
    """Every delegation, oldest first. Raises NotIntact where table and ledger differ in any."""
    said = _delegations_told(connection)
    _agree(delegations, _differ(said, _delegations_listed(connection), _id))
    return sorted(said.values(), key=lambda row: (row.since, row.id))


def delegated_by(connection: Connection, deputy: str, moment: datetime) -> DelegationRow | None:
    """The delegation under which this account decides at this moment; of several, the one that holds longest.

    Raises NotIntact where the table lists other delegations of this account than the ledger tells of.
    """
    here = stamp(moment)
    said = {key: row for key, row in _delegations_told(connection).items() if row.deputy == deputy}
    _agree(delegations, _differ(said, _delegations_listed(connection, _DELEGATED_TO, deputy=deputy), _id))
    valid = [row for row in said.values() if row.ended is None and row.since <= here < row.until]
    return max(valid, key=lambda row: row.until, default=None)


# --- writing: the entry first, then the row that it makes


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is to be entered; `credential` is the digest of the first password's hash (see `logins`).

    That of a program has no password, and `credential` is empty.
    """

    name: str
    person: str
    roles: tuple[str, ...]
    os_user: str
    credential: str
    kind: str = "person"


def add_account(connection: Connection, account: NewAccount, *, actor: str, moment: datetime) -> None:
    """Enter an account. An official is named in the ledger once, here; every other entry names the account."""
    details = {
        "person": account.person,
        "roles": sorted(account.roles),
        "os_user": account.os_user,
        "credential": account.credential,
    }
    if account.kind != "person":
        details["kind"] = account.kind
    ledger.append(connection, action=ADDED, subject=account.name, actor=actor, details=details, moment=moment)
    _list_account(connection, account.name)


def change_account(connection: Connection, name: str, *, actor: str, moment: datetime, **changes: Any) -> None:
    """Change person, roles, os_user or state."""
    ledger.append(connection, action=CHANGED, subject=name, actor=actor, details=changes, moment=moment)
    _list_account(connection, name)


def add_delegation(connection: Connection, row: DelegationRow, *, actor: str, moment: datetime) -> None:
    """Write down that a head lets another decide for a time."""
    details = {"head": row.head, "deputy": row.deputy, "since": row.since, "until": row.until, "reason": row.reason}
    ledger.append(connection, action=DELEGATED, subject=row.id, actor=actor, details=details, moment=moment)
    _list_delegation(connection, row.id)


def end_delegation(connection: Connection, identifier: str, *, actor: str, moment: datetime) -> None:
    """End a delegation before its time."""
    ledger.append(connection, action=DELEGATION_ENDED, subject=identifier, actor=actor, details={}, moment=moment)
    _list_delegation(connection, identifier)


def replay(connection: Connection) -> None:
    """Make both tables again from the ledger alone."""
    connection.execute(delete(delegations))
    connection.execute(delete(accounts))
    for account in _accounts_told(connection).values():
        connection.execute(accounts.insert(), _listing(account))
    for delegation in _delegations_told(connection).values():
        connection.execute(delegations.insert(), asdict(delegation))


def _list_account(connection: Connection, name: str) -> None:
    connection.execute(delete(accounts).where(accounts.c.name == name))
    for row in _fold(step, ledger.about(connection, name, ADDED, CHANGED)).values():
        connection.execute(accounts.insert(), _listing(row))


def _list_delegation(connection: Connection, identifier: str) -> None:
    connection.execute(delete(delegations).where(delegations.c.id == identifier))
    for row in _fold(step_delegation, ledger.about(connection, identifier, DELEGATED, DELEGATION_ENDED)).values():
        connection.execute(delegations.insert(), asdict(row))


def _listing(row: AccountRow) -> dict[str, Any]:
    return {**asdict(row), "roles": json.dumps(row.roles)}
