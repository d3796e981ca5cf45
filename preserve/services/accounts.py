"""One account as who appoints sees it: what it may do, whether it is locked, and what was done with it."""

from __future__ import annotations

from dataclasses import dataclass

from preserve.administration.duties import Duty
from preserve.administration.people import existing
from preserve.administration.proving import is_locked
from preserve.administration.second_steps import has_factor
from preserve.data_management import accounts, ledger, logins
from preserve.data_management.accounts import AccountRow, DelegationRow
from preserve.services.audit_trail import EntryShown, shown
from preserve.services.operation import query
from preserve.services.session import Session

_MOST = 50


@dataclass(frozen=True, slots=True)
class AccountShown:
    """An account: its password and lock, its second factor, delegations of it and to it, and its newest entries."""

    account: AccountRow
    must_change: bool
    failures: int
    locked_until: str
    second_factor: bool
    delegations: tuple[DelegationRow, ...]
    entries: tuple[EntryShown, ...]


@query("user.show", duty=Duty.APPOINT, subject="account")
def show(session: Session, account: str) -> AccountShown:
    """One account. Raises NotFound, NotIntact."""
    archive = session.archive
    with archive.catalogue.read() as connection:
        row = existing(connection, account)
        credential = logins.read_credential(connection, account)
        has_one = has_factor(connection, account)
        delegations = [one for one in accounts.all_delegations(connection) if account in (one.head, one.deputy)]
        newest = ledger.newest_about(connection, account, limit=_MOST)
    locked = credential is not None and is_locked(credential, archive.now())
    return AccountShown(
        row,
        credential is not None and credential.must_change,
        credential.failures if credential else 0,
        str(credential.locked_until) if credential and locked else "",
        has_one,
        tuple(delegations),
        tuple(map(shown, newest)),
    )


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account in a list: whether it is locked, whether its first password was never changed."""

    account: AccountRow
    must_change: bool
    locked_until: str
    second_factor: bool


@dataclass(frozen=True, slots=True)
class AccountStates:
    """Every account, in the order they were added."""

    accounts: tuple[AccountState, ...]


@query("user.states", duty=Duty.APPOINT)
def states(session: Session) -> AccountStates:
    """Every account with its lock and password's state."""
    archive = session.archive
    moment = archive.now()
    with archive.catalogue.read() as connection:
        shown_all = []
        for row in accounts.all_accounts(connection):
            credential = logins.read_credential(connection, row.name)
            locked = credential is not None and is_locked(credential, moment)
            shown_all.append(
                AccountState(
                    row,
                    credential is not None and credential.must_change,
                    str(credential.locked_until) if credential and locked else "",
                    has_factor(connection, row.name),
                )
            )
    return AccountStates(tuple(shown_all))
