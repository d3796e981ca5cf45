"""Security keys: adding and removing one's own, and logging in by one. A browser speaks with them, and no program."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from preserve.administration import adding_keys, login_keys
from preserve.administration.challenges import Relying
from preserve.administration.login_keys import Answer
from preserve.administration.passwords import check_password
from preserve.administration.proving import Claim, KeyWanted
from preserve.errors import Refused
from preserve.services.operation import anybody, command
from preserve.services.session import Session
from preserve.services.sessions import Opened, enter, opened_by, require_whole, rules


@dataclass(frozen=True, slots=True)
class KeyBegun:
    """What a browser is to ask of a new key (WebAuthn's creation options, as JSON)."""

    account: str
    name: str
    options: str = field(repr=False)


@command("factor.begin_key", duty=anybody)
def begin(session: Session, name: str, *, password: str, origin: str) -> KeyBegun:
    """Begin adding a security key; `origin` is the browser's address of this archive.

    Raises NotPermitted for a wrong password; Refused where keys do not work at that address; UsageError, Conflict.
    """
    require_whole(session)
    account, archive = session.person.account, session.archive
    here = _relying(session, origin)
    check_password(archive.catalogue, account, password, archive.now(), session.address)
    options = adding_keys.begin_key(
        archive.catalogue,
        account,
        name,
        here,
        institution=session.home.settings.institution,
        asker=session.login,
        moment=archive.now(),
    )
    return KeyBegun(account, name.strip(), options)


@dataclass(frozen=True, slots=True)
class KeyAdded:
    """A key that was added; `first`: from now on the password alone is not enough, as it was before."""

    account: str
    id: str
    name: str
    first: bool


@command("factor.add_key", duty=anybody)
def add(session: Session, answer: str) -> KeyAdded:
    """Add the key that has signed what was asked; `answer` is the browser's JSON. Raises Refused, Conflict."""
    require_whole(session)
    archive, account = session.archive, session.person.account
    row, first = adding_keys.add_key(archive.catalogue, account, answer, asker=session.login, moment=archive.now())
    return KeyAdded(account, row.id, row.name, first)


@dataclass(frozen=True, slots=True)
class KeyRemoved:
    """A key that lets nobody in any more."""

    account: str
    id: str
    name: str


@command("factor.remove_key", duty=anybody)
def remove(session: Session, identifier: str, *, password: str) -> KeyRemoved:
    """Remove one of one's own keys, by password. Raises NotPermitted, NotFound."""
    require_whole(session)
    archive, account = session.archive, session.person.account
    check_password(archive.catalogue, account, password, archive.now(), session.address)
    row = adding_keys.remove_key(archive.catalogue, account, identifier, archive.now())
    return KeyRemoved(account, row.id, row.name)


@dataclass(frozen=True, slots=True)
class KeyAsked:
    """What is asked of who gave the right password: a security key, or a code where the account has codes too.

    `options` are for the browser (WebAuthn's request options, as JSON); empty where no key of the account answers at
    this address. `elsewhere` names where others do. `number` stands for this try.
    """

    options: str = field(repr=False)
    number: str = field(repr=False)
    code: bool
    elsewhere: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """A login: the session, or what is asked before there is one."""

    opened: Opened | None = None
    asked: KeyAsked | None = None


@command("session.begin", open_to_all="who logs in is nobody yet")
def begin_session(session: Session, account: str, password: str, *, code: str = "", origin: str = "") -> Begun:
    """Log in from a browser at `origin`. Raises NotPermitted, whatever was wrong; Throttled."""
    return entered_or_asked(session, Claim(account, password, code, session.address), origin)


def entered_or_asked(session: Session, claim: Claim, origin: str) -> Begun:
    """Open a session for this claim, or ask for what is wanted beside it. Raises NotPermitted; Throttled."""
    try:
        return Begun(enter(session, claim))
    except KeyWanted as wanted:
        try:
            here: Relying | None = _relying(session, origin)
        except Refused:
            here = None  # a code may do, and the page says where the keys answer
        archive = session.archive
        asked = login_keys.ask(archive.catalogue, wanted, claim, here, archive.now())
        return Begun(asked=KeyAsked(asked.options, asked.number, asked.code, asked.elsewhere))


@command("session.open_by_key", open_to_all="who logs in is nobody yet; the right password was given before")
def open_by_key(session: Session, number: str, *, answer: str = "", code: str = "") -> Opened:
    """Go on with a login: by what the key signed, as JSON, or by a code. Each try has one answer, within five minutes.

    Raises NotPermitted; Throttled.
    """
    archive = session.archive
    moment = archive.now()
    answered = Answer(number, answer, code, session.address)
    given = login_keys.open_by_answer(archive.catalogue, answered, rules(session), moment)
    return opened_by(session, given, moment)


def _relying(session: Session, origin: str) -> Relying:
    web = session.home.settings.web
    own = "" if web.listen.startswith("unix:") else urlsplit(f"//{web.listen}").hostname or ""
    return adding_keys.relying(origin, (*web.hosts, own))
