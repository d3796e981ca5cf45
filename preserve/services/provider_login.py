"""Logging in by the bureau's OpenID Connect provider: the way there, the way back, and the one-time code after it.

The provider says who somebody is, and nothing else: the account must be there, and its roles are ours. Whatever a login
with a password is held to, the one by a provider is: locks, second factor, number and length of sessions, the ledger.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from preserve.administration import provider
from preserve.administration.provider import Answer as Answer
from preserve.administration.provider import Asking, Unproven
from preserve.administration.provider_flows import FLOWS, Flow
from preserve.administration.proving import Claim, note_unproven
from preserve.administration.second_steps import has_codes
from preserve.data_management import security_keys
from preserve.errors import NotFound
from preserve.services.operation import command
from preserve.services.security_keys import KeyAsked, entered_or_asked
from preserve.services.session import Session
from preserve.services.sessions import Opened, enter
from preserve.settings import Oidc

_NOBODY = "who logs in is nobody yet"


@dataclass(frozen=True, slots=True)
class AtProvider:
    """Where the browser is sent, and the secret that it keeps meanwhile and shows when it comes back."""

    address: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who came back: the session; or none yet, and the ticket with which the one-time code is given.

    `asked`: a security key, or a code, is asked for as after a password.
    """

    opened: Opened | None
    ticket: str = field(repr=False)
    carried: str = field(repr=False)
    asked: KeyAsked | None = None


@command("session.ask_provider", open_to_all=_NOBODY)
def ask_provider(session: Session, back: str, carried: str = "") -> AtProvider:
    """Begin a login at the provider, which sends the browser to `back`; `carried` comes back with it.

    Raises NotFound where no provider is set, Busy where it does not answer, ToolMissing, NotPermitted.
    """
    settings = _settings(session)
    asking = Asking(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back)
    address = provider.address_of(session.home, settings, asking)
    browser = secrets.token_urlsafe(32)
    flow = Flow(browser, asking.nonce, asking.verifier, back, carried)
    FLOWS.keep(asking.state, flow, session.archive.now())
    return AtProvider(address, browser)


@command("session.open_by_provider", open_to_all=_NOBODY)
def open_by_provider(session: Session, answer: Answer, browser: str) -> Arrived:
    """Log in with what the provider sent the browser back with. Raises NotPermitted, Throttled, Busy, ToolMissing."""
    settings, moment = _settings(session), session.archive.now()
    flow = _taken(session, answer.state, browser)
    if flow.account:  # a ticket is no state: it has no nonce
        raise Unproven(settings.issuer, "state", "people.provider-stale")
    asking = Asking(answer.state, flow.nonce, flow.verifier, flow.back)
    try:
        account = provider.account_of(session.home, settings, asking, answer, moment)
    except Unproven as error:
        _note(session, settings, error.reason)
        raise
    if _gives_code(session, account):
        ticket = secrets.token_urlsafe(32)
        FLOWS.keep(ticket, Flow(browser, carried=flow.carried, account=account), moment)
        return Arrived(None, ticket, flow.carried)
    claim = Claim(account, "", address=session.address, provider=settings.issuer)
    back = urlsplit(flow.back)
    begun = entered_or_asked(session, claim, f"{back.scheme}://{back.netloc}")
    return Arrived(begun.opened, "", flow.carried, begun.asked)


@command("session.open_by_code", open_to_all=_NOBODY)
def open_by_code(session: Session, ticket: str, browser: str, code: str) -> Arrived:
    """Give the one-time code after the provider; a wrong one uses the ticket up. Raises NotPermitted, Throttled."""
    settings = _settings(session)
    flow = _taken(session, ticket, browser)
    if not flow.account:
        raise Unproven(settings.issuer, "state", "people.provider-stale")
    claim = Claim(flow.account, "", code, session.address, settings.issuer)
    return Arrived(enter(session, claim), "", flow.carried)


def _settings(session: Session) -> Oidc:
    settings = session.home.settings.web.oidc
    if settings is None:
        raise NotFound("people.no-provider")
    return settings


def _taken(session: Session, state: str, browser: str) -> Flow:
    """The login on its way. Raises NotPermitted, and notes it, where there is none for this browser."""
    flow = FLOWS.take(state, browser, session.archive.now())
    if flow is None:
        settings = _settings(session)
        _note(session, settings, "state")
        raise Unproven(settings.issuer, "state", "people.provider-stale")
    return flow


def _note(session: Session, settings: Oidc, reason: str) -> None:
    note_unproven(session.archive.catalogue, settings.issuer, session.address, reason, session.archive.now())


def _gives_code(session: Session, account: str) -> bool:
    """Whether the account has one-time codes and no security key: where it has keys, it is asked for either."""
    if not account.isascii():
        return False
    with session.archive.catalogue.read() as connection:
        return has_codes(connection, account) and not security_keys.of(connection, account)
