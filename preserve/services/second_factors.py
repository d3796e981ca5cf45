"""The second factor of an account: a code from a device, or a security key, beside the password."""

from __future__ import annotations

from dataclasses import dataclass, field

from preserve.administration import second_factor
from preserve.administration.duties import Duty
from preserve.administration.one_time_codes import address_of
from preserve.administration.proving import Claim
from preserve.data_management import second_factors, security_keys
from preserve.services.operation import anybody, command, query
from preserve.services.people import Account
from preserve.services.session import Session
from preserve.services.sessions import require_whole, rules


@dataclass(frozen=True, slots=True)
class KeyShown:
    """A security key: what its owner calls it, where it answers, since when, and when it was used last."""

    id: str
    name: str
    host: str
    added: str
    used: str


@dataclass(frozen=True, slots=True)
class Factor:
    """Whether an account has one-time codes, its security keys, and whether the profile asks one of its roles."""

    account: str
    set_up: bool
    asked: bool
    keys: tuple[KeyShown, ...]


@query("factor.show", duty=anybody)
def show(session: Session) -> Factor:
    """Whether one has a second factor."""
    person = session.person
    with session.archive.catalogue.read() as connection:
        row = second_factors.read(connection, person.account)
        keys = security_keys.of(connection, person.account)
    asked = bool(person.roles & set(rules(session).second_factor.asked_of))
    shown = tuple(KeyShown(key.id, key.name, key.host, key.added, key.used) for key in keys)
    return Factor(person.account, row is not None and row.confirmed, asked, shown)


@dataclass(frozen=True, slots=True)
class FactorBegun:
    """A new secret, shown once: as it is typed, and as an authenticator reads it from a QR code."""

    account: str
    secret: str = field(repr=False)
    uri: str = field(repr=False)


@command("factor.begin", duty=anybody)
def begin(session: Session) -> FactorBegun:
    """A secret for one's authenticator; no login asks for it before a code confirms it. Raises Conflict."""
    require_whole(session)
    account = session.person.account
    secret = second_factor.begin_factor(session.archive.catalogue, account)
    return FactorBegun(account, secret, address_of(secret, account, session.home.settings.institution))


@command("factor.confirm", duty=anybody)
def confirm(session: Session, code: str) -> Account:
    """From now on every login asks for a code. Raises Refused for a wrong one, NotFound, Conflict."""
    require_whole(session)
    account = session.person.account
    second_factor.confirm_factor(session.archive.catalogue, account, code, session.archive.now())
    return Account(account)


@command("factor.end", duty=anybody)
def end(session: Session, *, password: str, code: str) -> Account:
    """End one's own second factor, by password and code. Raises NotPermitted, NotFound."""
    require_whole(session)
    claim = Claim(session.person.account, password, code, session.address)
    second_factor.end_own_factor(session.archive.catalogue, claim, session.archive.now())
    return Account(claim.account)


@command("factor.end_of", duty=Duty.APPOINT, subject="account", confirmed=True)
def end_of(session: Session, account: str) -> Account:
    """End the second factor of somebody who has lost their device. Raises NotFound."""
    archive = session.archive
    second_factor.end_factor_of(archive.catalogue, account, actor=session.person, moment=archive.now())
    return Account(account)
