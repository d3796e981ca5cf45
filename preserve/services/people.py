"""People: their accounts, passwords and tokens, and who decides in the head's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

from preserve.administration import appointing, passwords
from preserve.administration.duties import Duty, Role
from preserve.administration.news import news
from preserve.administration.people_profile import read_people_profile
from preserve.clock import stamp
from preserve.data_management import accounts, given_tokens, preferences
from preserve.data_management.accounts import AccountRow, DelegationRow
from preserve.errors import UsageError
from preserve.services.documents import FindingShown
from preserve.services.kept_session import keep
from preserve.services.operation import anybody, command, query
from preserve.services.session import Session, Token

ROLES = tuple(role.value for role in Role)
"""What a person may be, by name."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that something was done with."""

    account: str


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """An account, and the password of its next login, which is shown once and must be changed."""

    account: str
    password: str = field(repr=False)


@command("user.add", duty=Duty.APPOINT, subject="account", confirmed=True)
def add(session: Session, account: str, *, person: str, roles: Sequence[str], os_user: str = "") -> FirstPassword:
    """Make an account. Raises Refused where its name or its person looks like another's, UsageError."""
    archive = session.archive
    password = appointing.add_person(
        archive.catalogue,
        account,
        person=person,
        roles=_known(roles),
        os_user=os_user,
        actor=session.person,
        moment=archive.now(),
    )
    return FirstPassword(account, password)


def _known(roles: Sequence[str]) -> Sequence[str]:
    for role in roles:
        if role not in ROLES:
            raise UsageError("people.role-unknown", role)
    return roles


@dataclass(frozen=True, slots=True)
class People:
    """Every account in the order they were added, and the delegations that hold or will."""

    accounts: tuple[AccountRow, ...]
    delegations: tuple[DelegationRow, ...]


@command("user.add_program", duty=Duty.APPOINT, subject="account", confirmed=True)
def add_program(session: Session, account: str, *, person: str, roles: Sequence[str]) -> Account:
    """Make the account of a program, called `person`; it has no password and acts by tokens. Raises Refused."""
    archive = session.archive
    appointing.add_program(
        archive.catalogue, account, person=person, roles=_known(roles), actor=session.person, moment=archive.now()
    )
    return Account(account)


@query("user.list", duty=(Duty.REPORT, Duty.APPOINT))
def list_people(session: Session) -> People:
    """Accounts, and delegations that have not ended. Raises NotIntact where the tables contradict the ledger."""
    moment = stamp(session.archive.now())
    with session.archive.catalogue.read() as connection:
        rows = accounts.all_accounts(connection)
        delegations = accounts.all_delegations(connection)
    return People(tuple(rows), tuple(row for row in delegations if not row.ended and row.until > moment))


State = Literal["", "active", "suspended"]
"""What becomes of an account; empty: it stays as it is."""


@command("user.change", duty=Duty.APPOINT, subject="account", confirmed=True)
def change(
    session: Session, account: str, *, roles: Sequence[str] = (), os_user: str | None = None, state: State = ""
) -> Account:
    """Other roles, another user of the system; `suspended` for a time, and `active` again. Raises Refused."""
    archive = session.archive
    appointing.change_person(
        archive.catalogue,
        account,
        roles=_known(roles) or None,
        os_user=os_user,
        state=state,
        actor=session.person,
        moment=archive.now(),
    )
    return Account(account)


@command("user.reset", duty=Duty.APPOINT, subject="account", confirmed=True)
def reset(session: Session, account: str) -> FirstPassword:
    """A new first password for somebody who has lost theirs; their tokens end. Raises Refused."""
    archive = session.archive
    password = passwords.reset_password(archive.catalogue, account, actor=session.person, moment=archive.now())
    return FirstPassword(account, password)


@command("user.password", open_to_all="whoever knows the old password is the person, also before the first login")
def set_password(session: Session, account: str, old: str, new: str) -> Account:
    """Change one's own password; its tokens end. Raises NotPermitted for a wrong one, Refused for a weak one.

    Raises Throttled where too many tries came from the address that it is asked from.
    """
    archive = session.archive
    passwords.set_password(archive.catalogue, account, old, new, archive.now(), address=session.address)
    return Account(account)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A token, when it ends, and what was done with the account lately."""

    account: str
    token: str = field(repr=False)
    expires: str
    findings: tuple[FindingShown, ...]


@command("user.login", open_to_all="who logs in is nobody yet")
def log_in(session: Session, account: str, password: str, *, code: str = "") -> LoggedIn:
    """A token that acts as the account for half a day. Raises NotPermitted, whatever was wrong.

    `code` is the one of a second factor; where one is asked and there is none, the token gives no duty.
    """
    archive = session.archive
    asked_of = read_people_profile(session.home.profiles).second_factor.asked_of
    token, expires = passwords.log_in(archive.catalogue, account, password, archive.now(), code, asked_of)
    with archive.catalogue.read() as connection:
        findings = news(connection, account, archive.now())
    return LoggedIn(account, token, stamp(expires), findings)


@command("user.logout", duty=anybody)
def log_out(session: Session) -> Account:
    """End every token of who asks."""
    passwords.log_out(session.archive.catalogue, session.person.account, session.archive.now())
    return Account(session.person.account)


@dataclass(frozen=True, slots=True)
class WhoActs:
    """Who acts, what they may do, and for whom they decide; `expires` is empty where no login ends.

    `duties` are all that they may do now, be it by role, as a deputy or within a token's scopes. `token` names the
    session or token that they act by, and `language` is the one that they chose for their account.
    """

    account: str
    person: str
    roles: tuple[str, ...]
    deputy_of: str
    founder: bool
    by: Literal["login", "system-user"]
    expires: str
    duties: tuple[str, ...]
    token: str
    kind: Literal["", "login", "session", "personal", "program"]
    since: str
    language: str


@query("user.whoami", duty=anybody)
def who_am_i(session: Session) -> WhoActs:
    """Who acts in this session, as the ledger tells of them now."""
    person, archive = session.person, session.archive
    with archive.catalogue.read() as connection:
        held = given_tokens.listed(connection, archive.now(), person.account) if person.token else []
        language = preferences.language_of(connection, person.account)
    mine = next((row for row in held if row.id == person.token), None)
    return WhoActs(
        person.account,
        person.name,
        tuple(sorted(role.value for role in person.roles)),
        person.deputy_of,
        person.founder,
        "login" if isinstance(session.credentials, Token) else "system-user",
        mine.expires if mine else "",
        tuple(duty.value for duty in Duty if person.may(duty)),
        person.token,
        mine.kind if mine else "",
        mine.made if mine else "",
        language,
    )


def keep_login(session: Session, entered: LoggedIn) -> bool:
    """Keep a login for the next commands of this user; False where that is not safe, or not possible."""
    return keep(session.archive.home, entered.account, entered.token, entered.expires)


@dataclass(frozen=True, slots=True)
class Delegated:
    """A delegation and its two moments, in UTC."""

    delegation: str
    deputy: str
    since: str
    until: str


@command("user.delegate", duty=Duty.DELEGATE, subject="deputy", confirmed=True)
def delegate(session: Session, deputy: str, *, until: date, reason: str, since: date | None = None) -> Delegated:
    """Let somebody decide in one's place, from now or the day `since` through the whole of the day `until`."""
    archive = session.archive
    moment = archive.now()
    delegation = appointing.delegate(
        archive.catalogue,
        deputy,
        since=_begin(session, since) if since else moment,
        until=_begin(session, until + timedelta(days=1)),
        reason=reason,
        actor=session.person,
        moment=moment,
    )
    return Delegated(delegation.id, deputy, delegation.since, delegation.until)


def _begin(session: Session, day: date) -> datetime:
    """When a day begins in the bureau."""
    return datetime.combine(day, time(), session.archive.zone)


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who decided in the head's place."""

    deputy: str


@command("user.end-delegation", duty=Duty.DELEGATE, subject="deputy")
def end_delegation(session: Session, deputy: str) -> Deputy:
    """Decide oneself again before the time. Raises Refused where nothing was delegated."""
    archive = session.archive
    appointing.end_delegations(archive.catalogue, deputy, actor=session.person, moment=archive.now())
    return Deputy(deputy)
