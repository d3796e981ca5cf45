"""People: who acts, what they may do, their accounts, passwords and tokens, and who decides in whose place."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection
from ulid import ULID

from preserve.administration.duties import ALONE, FOUNDER, Duty, Role, allows, check_together, roles_for
from preserve.clock import parse, stamp
from preserve.data_management import accounts, ledger
from preserve.data_management.accounts import AccountRow, CredentialRow, DelegationRow
from preserve.data_management.database import Catalogue
from preserve.errors import NotPermitted, Refused, UsageError
from preserve.messages import say

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_SHORTEST = 12  # characters of a password
_TRIES = 5
_LOCKED = timedelta(minutes=15)
_TOKEN_HOLDS = timedelta(hours=12)
_LONGEST_DELEGATION = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: the account, the official's name, and what they may do; `deputy_of` where they decide for a head."""

    account: str
    name: str
    roles: frozenset[Role]
    founder: bool = False
    deputy_of: str = ""
    delegation: str = ""

    def may(self, duty: Duty) -> bool:
        """Whether this person may do this."""
        return allows(self.roles, duty) or (duty is Duty.DECIDE and bool(self.deputy_of))


def recognise(connection: Connection, os_user: str, token: str, moment: datetime) -> Person:
    """The person behind a token, or else behind the operating-system user. Raises NotPermitted."""
    if token:
        row = accounts.account_of_token(connection, _digest(token), moment)
        if row is None:
            raise NotPermitted("people.token-unknown")
    else:
        row = accounts.account_of_user(connection, os_user)
    if row is None:
        if os_user == founder_of(connection) and accounts.read_account(connection, os_user) is None:
            return Person(os_user, os_user, FOUNDER, founder=True)
        raise NotPermitted("people.unknown", os_user)
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
        row.name, row.person, frozenset(map(Role, row.roles)), founder=row.name == founder_of(connection),
        deputy_of=found.head if found else "", delegation=found.id if found else "",
    )  # fmt: skip


def founder_of(connection: Connection) -> str:
    """The account that founded the archive, as its first entry says."""
    import json

    founded = ledger.of_action(connection, "archive.founded")
    return str(json.loads(founded[0].text)["actor"]) if founded else ""


def require(connection: Connection, person: Person, duty: Duty) -> None:
    """Raises NotPermitted unless this person may do this; says which roles may."""
    if person.may(duty):
        return
    if duty is Duty.APPOINT and person.founder and not _has_security_administrator(connection):
        return  # somebody must appoint the first ones
    wanted = say("cli.list-comma").join(say(f"people.role-{role.value}") for role in roles_for(duty))
    raise NotPermitted("people.may-not", person.account, duty=say(f"people.duty-{duty.value}"), roles=wanted)


def _has_security_administrator(connection: Connection) -> bool:
    return any(
        row.state == "active" and Role.SECURITY_ADMINISTRATOR in row.roles for row in accounts.all_accounts(connection)
    )


def note_refusal(catalogue: Catalogue, actor: str, duty: Duty | None, subject: str, moment: datetime) -> None:
    """An attempt that was not permitted stands in the ledger too."""
    with catalogue.begin() as connection:
        ledger.append(
            connection, action="access.denied", subject=subject, actor=actor, moment=moment,
            details={"duty": duty.value if duty else ""},
        )  # fmt: skip


def add_person(
    catalogue: Catalogue, name: str, *, person: str, roles: Iterable[str], os_user: str, actor: Person, moment: datetime
) -> str:
    """Make an account; return its first password, which is shown once and must be changed. Raises Refused."""
    held = _roles(roles)
    check_together(held)
    if not _NAME.fullmatch(name):
        raise UsageError("people.name-wrong", name)
    if not person.strip() or not person.isprintable():
        raise UsageError("people.name-wrong", person)
    password = secrets.token_urlsafe(15)
    with catalogue.begin() as connection:
        require(connection, actor, Duty.APPOINT)
        for row in accounts.all_accounts(connection):
            if row.name == name:
                raise Refused("people.exists", name)
            if row.person == person.strip() and row.state == "active":
                raise Refused("people.person-has-account", person, account=row.name)
            if os_user and row.os_user == os_user:
                raise Refused("people.user-taken", os_user, account=row.name)
        accounts.add_account(
            connection, name, person=person.strip(), roles=tuple(held), os_user=os_user, actor=actor.account,
            moment=moment,
        )  # fmt: skip
        accounts.write_credential(connection, CredentialRow(name, _hash(password), True, 0, None))
    return password


def change_person(
    catalogue: Catalogue, name: str, *, roles: Iterable[str] | None, os_user: str | None, state: str, actor: Person,
    moment: datetime,
) -> None:  # fmt: skip
    """Give an account other roles or another user of the system, suspend it, or let it in again. Raises Refused."""
    with catalogue.begin() as connection:
        require(connection, actor, Duty.APPOINT)
        row = _existing(connection, name)
        changes: dict[str, object] = {}
        if roles is not None:
            held = _roles(roles)
            check_together(held)
            changes["roles"] = sorted(role.value for role in held)
        if os_user is not None:
            taken = accounts.account_of_user(connection, os_user)
            if taken is not None and taken.name != name:
                raise Refused("people.user-taken", os_user, account=taken.name)
            changes["os_user"] = os_user
        if state:
            changes["state"] = state
        if name == actor.account and "roles" in changes:
            raise NotPermitted("people.own-roles", name)
        left = replace(row, **changes)  # type: ignore[arg-type]
        if _is_last_appointer(connection, left):
            raise Refused("people.last-administrator", name)
        accounts.change_account(connection, name, actor=actor.account, moment=moment, **changes)
        if state == "suspended":
            accounts.forget_tokens(connection, name)


def _is_last_appointer(connection: Connection, changed: AccountRow) -> bool:
    if changed.state == "active" and Role.SECURITY_ADMINISTRATOR in changed.roles:
        return False
    others = [row for row in accounts.all_accounts(connection) if row.name != changed.name]
    was = accounts.read_account(connection, changed.name)
    is_one = was is not None and Role.SECURITY_ADMINISTRATOR in was.roles and was.state == "active"
    return is_one and not any(row.state == "active" and Role.SECURITY_ADMINISTRATOR in row.roles for row in others)


def reset_password(catalogue: Catalogue, name: str, *, actor: Person, moment: datetime) -> str:
    """A new first password for someone who has lost theirs; all their tokens end."""
    password = secrets.token_urlsafe(15)
    with catalogue.begin() as connection:
        require(connection, actor, Duty.APPOINT)
        _existing(connection, name)
        accounts.write_credential(connection, CredentialRow(name, _hash(password), True, 0, None))
        accounts.forget_tokens(connection, name)
        ledger.append(
            connection, action="person.password-reset", subject=name, actor=actor.account, details={}, moment=moment
        )
    return password


def set_password(catalogue: Catalogue, name: str, old: str, new: str, moment: datetime) -> None:
    """Change one's own password. Raises NotPermitted, Refused."""
    _check_password(catalogue, name, old, moment)
    if len(new) < _SHORTEST or new == old or name in new.casefold():
        raise Refused("people.password-weak", name, shortest=_SHORTEST)
    with catalogue.begin() as connection:
        accounts.write_credential(connection, CredentialRow(name, _hash(new), False, 0, None))
        accounts.forget_tokens(connection, name)
        ledger.append(connection, action="person.password-changed", subject=name, actor=name, details={}, moment=moment)


def log_in(catalogue: Catalogue, name: str, password: str, moment: datetime) -> tuple[str, datetime]:
    """A token that acts as this account for half a day, and when it ends. Raises NotPermitted."""
    if _check_password(catalogue, name, password, moment).must_change:
        raise NotPermitted("people.password-must-change", name)
    token = secrets.token_urlsafe(32)
    expires = moment + _TOKEN_HOLDS
    with catalogue.begin() as connection:
        accounts.add_token(connection, _digest(token), name, moment, expires)
        details = {"expires": stamp(expires)}
        ledger.append(connection, action="person.logged-in", subject=name, actor=name, details=details, moment=moment)
    return token, expires


def log_out(catalogue: Catalogue, name: str) -> None:
    """End every token of an account."""
    with catalogue.begin() as connection:
        accounts.forget_tokens(connection, name)


def _check_password(catalogue: Catalogue, name: str, password: str, moment: datetime) -> CredentialRow:
    """Five wrong passwords lock an account for a quarter of an hour; an unknown account takes as long to refuse."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    with catalogue.read() as connection:
        account = accounts.read_account(connection, name)
        known = accounts.read_credential(connection, name)
    if known is not None and known.locked_until and parse(known.locked_until) > moment:
        raise NotPermitted("people.locked", name, until=known.locked_until)
    try:
        PasswordHasher().verify(known.password if known else _hash(secrets.token_hex()), password)
        if account is None or account.state != "active" or known is None:
            raise NotPermitted("people.password-wrong", name)
    except (VerificationError, InvalidHashError) as error:
        if known is not None:
            _count_failure(catalogue, name, moment)
        raise NotPermitted("people.password-wrong", name) from error
    if known.failures:
        with catalogue.begin() as connection:
            accounts.write_credential(connection, replace(known, failures=0, locked_until=None))
    return known


def _count_failure(catalogue: Catalogue, name: str, moment: datetime) -> None:
    with catalogue.begin() as connection:
        known = accounts.read_credential(connection, name)
        if known is None:
            return
        failures = known.failures + 1
        locked = failures >= _TRIES
        accounts.write_credential(
            connection,
            replace(
                known, failures=0 if locked else failures, locked_until=stamp(moment + _LOCKED) if locked else None
            ),
        )
        ledger.append(
            connection, action="person.login-refused", subject=name, actor=name, details={"locked": locked},
            moment=moment,
        )  # fmt: skip


def delegate(
    catalogue: Catalogue, deputy: str, *, since: datetime, until: datetime, reason: str, actor: Person, moment: datetime
) -> DelegationRow:
    """The head lets another decide about requests for a period. Raises Refused, NotPermitted."""
    if until <= since or until <= moment or until - since > _LONGEST_DELEGATION:
        raise UsageError("people.delegation-period", f"{stamp(since)} – {stamp(until)}")
    if not reason.strip():
        raise UsageError("people.delegation-reason")
    with catalogue.begin() as connection:
        require(connection, actor, Duty.DELEGATE)
        row = _existing(connection, deputy)
        if deputy == actor.account or row.state != "active" or ALONE & set(map(Role, row.roles)):
            raise Refused("people.deputy-wrong", deputy)
        made = DelegationRow(
            str(ULID()).lower(), actor.account, deputy, stamp(since), stamp(until), reason.strip(), None
        )
        accounts.add_delegation(connection, made, actor=actor.account, moment=moment)
    return made


def end_delegations(catalogue: Catalogue, deputy: str, *, actor: Person, moment: datetime) -> int:
    """End what this head delegated to someone; how many there were."""
    with catalogue.begin() as connection:
        require(connection, actor, Duty.DELEGATE)
        held = [
            row for row in accounts.all_delegations(connection)
            if row.head == actor.account and row.deputy == deputy and row.ended is None and parse(row.until) > moment
        ]  # fmt: skip
        if not held:
            raise Refused("people.no-delegation", deputy)
        for row in held:
            accounts.end_delegation(connection, row.id, actor=actor.account, moment=moment)
    return len(held)


def _existing(connection: Connection, name: str) -> AccountRow:
    row = accounts.read_account(connection, name)
    if row is None:
        raise Refused("people.no-account", name)
    return row


def _roles(names: Iterable[str]) -> frozenset[Role]:
    return frozenset(Role(name) for name in names)


def _hash(password: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
