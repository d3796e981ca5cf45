"""Sessions in a browser and tokens of programs: opened, listed, used, and ended one by one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from preserve.administration import acting_tokens
from preserve.administration.acting_tokens import Wish
from preserve.administration.duties import Duty, Role, allows
from preserve.administration.news import news
from preserve.administration.people import token_digest
from preserve.administration.people_profile import PeopleProfile, read_people_profile
from preserve.administration.proving import Claim
from preserve.clock import parse, stamp
from preserve.data_management import accounts, given_tokens
from preserve.data_management.given_tokens import Kind, TokenRow
from preserve.errors import Busy, NotFound, NotPermitted
from preserve.services.documents import FindingShown
from preserve.services.operation import anybody, command, query
from preserve.services.session import Session, Token

SCOPES = acting_tokens.SCOPES
"""What a token may be limited to: duties by name."""

_LATELY = timedelta(days=7)
_ALARMING_TRIES = 3
_EVEN = 0.25  # seconds
_WRITTEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session: its token, when it ends whatever is done, and what was done with the account lately.

    `second_factor_wanted`: the profile asks for one and the account has none; it gives no duty until one is set up.
    `alarming`: the findings tell of tries of others, or of changes within the last week.
    """

    account: str
    token: str = field(repr=False)
    expires: str
    second_factor_wanted: bool
    alarming: bool
    findings: tuple[FindingShown, ...]


@command("session.open", open_to_all="who logs in is nobody yet")
def open_session(session: Session, account: str, password: str, *, code: str = "") -> Opened:
    """Log in. Raises NotPermitted, whatever was wrong, and where only a security key would do; Throttled."""
    return enter(session, Claim(account, password, code, session.address))


def enter(session: Session, claim: Claim) -> Opened:
    """Open a session for this claim. Raises NotPermitted, whatever was wrong; KeyWanted; Throttled."""
    archive = session.archive
    moment = archive.now()
    given = acting_tokens.open_session(archive.catalogue, claim, rules(session), moment)
    return opened_by(session, given, moment)


def opened_by(session: Session, given: acting_tokens.Given, moment: datetime) -> Opened:
    """A session that was opened, with what was done with the account lately."""
    account = given.row.account
    with session.archive.catalogue.read() as connection:
        findings = news(connection, account, moment)
    alarming = any(_is_alarming(one, stamp(moment - _LATELY)) for one in findings)
    return Opened(account, given.token, given.row.expires, given.row.scopes == (), alarming, findings)


def _is_alarming(finding: FindingShown, since: str) -> bool:
    """Whether somebody should see it before anything else: not a slip of their own fingers, nor what is long known."""
    if finding.code == "people.tries-since":
        return int(str(finding.values["count"])) >= _ALARMING_TRIES
    if finding.code == "people.new-head":
        return False  # that is about others, and stands on the auditor's first page
    return finding.severity == "warning" and str(finding.values.get("when", since)) >= since


def even_out(began: float) -> None:
    """Wait until a refusal has taken a whole number of quarter seconds since `began` (`time.monotonic`).

    What the ledger is told differs between an account that is there and one that is not, and so does its time.
    """
    taken = time.monotonic() - began
    time.sleep(_EVEN - taken % _EVEN)


def rules(session: Session) -> PeopleProfile:
    """The archive's rules for sessions, tokens and second factors."""
    return read_people_profile(session.home.profiles)


@dataclass(frozen=True, slots=True)
class TokenShown:
    """A session or token that holds; `own` where it is the one that asks, `ends` is when it ends if nobody uses it."""

    id: str
    account: str
    kind: Kind
    name: str
    scopes: tuple[str, ...]
    made: str
    expires: str
    ends: str
    used: str
    address: str
    own: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """Sessions and tokens that hold, the newest first."""

    tokens: tuple[TokenShown, ...]


def _shown(row: TokenRow, own: str) -> TokenShown:
    ends = row.expires
    if row.idle is not None:
        ends = min(ends, stamp(parse(row.used or row.made) + timedelta(seconds=row.idle)))
    return TokenShown(
        row.id,
        row.account,
        row.kind,
        row.name,
        row.scopes or (),
        row.made,
        row.expires,
        ends,
        row.used,
        row.address,
        row.id == own,
    )


def _listed(session: Session, account: str) -> Tokens:
    with session.archive.catalogue.read() as connection:
        rows = given_tokens.listed(connection, session.archive.now(), account)
    return Tokens(tuple(_shown(row, session.person.token) for row in rows))


@query("session.list_own", duty=anybody)
def list_own(session: Session) -> Tokens:
    """One's own sessions and tokens. Raises NotPermitted for a token with scopes."""
    require_whole(session)
    return _listed(session, session.person.account)


@query("session.list_all", duty=Duty.APPOINT)
def list_all(session: Session, account: str = "") -> Tokens:
    """The sessions and tokens of one account, or of all."""
    return _listed(session, account)


@dataclass(frozen=True, slots=True)
class Ended:
    """The session or token that was ended, and whose it was."""

    id: str
    account: str
    kind: Kind


@command("session.close", duty=anybody)
def close_session(session: Session) -> Ended:
    """Log out here: end the session or token that asks, and no other. Raises NotFound where nobody asks by one."""
    return _end(session, session.person.token)


@command("session.end", duty=anybody)
def end(session: Session, identifier: str) -> Ended:
    """End one of one's own sessions or tokens; who appoints, anybody's. Raises NotFound, NotPermitted."""
    require_whole(session)
    return _end(session, identifier)


def _end(session: Session, identifier: str) -> Ended:
    row = acting_tokens.end_token(session.archive.catalogue, identifier, session.person, session.archive.now())
    return Ended(row.id, row.account, row.kind)


def require_whole(session: Session) -> None:
    """Raises NotPermitted where who asks does so by a token with scopes.

    Such a one looks after no account, and reads nothing about its owner.
    """
    if session.person.scopes:
        raise NotPermitted("people.token-may-not-manage", session.person.account)


def note_use(session: Session, *, browser: bool = False) -> None:
    """Write down that the token of this session was used, once a minute; where nobody can write, it goes without.

    This is no operation: it belongs to each request, and no ledger tells of clicks. Raises NotPermitted in a `browser`
    for a token that was given to a program: what found its way into a cookie was stolen.
    """
    if not isinstance(session.credentials, Token) or not session.credentials.text.strip():
        return
    archive = session.archive
    digest, moment = token_digest(session.credentials.text), archive.now()
    with archive.catalogue.read() as connection:
        row = given_tokens.read(connection, digest, moment)
    if browser and row is not None and row.kind in ("personal", "program"):
        raise NotPermitted("people.token-not-here", row.account)
    if row is None or (row.used and parse(row.used) + _WRITTEN_EVERY > moment and row.address == session.address):
        return
    try:
        with archive.catalogue.begin() as connection:
            given_tokens.used(connection, digest, session.address, moment)
    except Busy as error:
        session.aside(error)


@dataclass(frozen=True, slots=True)
class TokenGiven:
    """A token that is shown once, and what it is limited to."""

    id: str
    account: str
    token: str = field(repr=False)
    name: str
    scopes: tuple[str, ...]
    expires: str


def _given(given: acting_tokens.Given) -> TokenGiven:
    row = given.row
    return TokenGiven(row.id, row.account, given.token, row.name, row.scopes or (), row.expires)


@command("token.make", duty=anybody)
def make(session: Session, name: str, *, scopes: Sequence[str], days: int, password: str) -> TokenGiven:
    """A token for one's own programs, for as many days; one's password is asked again. Raises NotPermitted, Refused."""
    require_whole(session)
    claim = Claim(session.person.account, password, address=session.address)
    wish = Wish(name, tuple(scopes), days)
    archive = session.archive
    return _given(acting_tokens.make_personal(archive.catalogue, claim, wish, rules(session), archive.now()))


@command("token.give", duty=Duty.APPOINT, subject="account", confirmed=True)
def give(session: Session, account: str, name: str, *, scopes: Sequence[str], days: int) -> TokenGiven:
    """A token for the account of a program. Raises NotFound, Refused, UsageError."""
    archive = session.archive
    wish = Wish(name, tuple(scopes), days)
    return _given(
        acting_tokens.give_program(
            archive.catalogue, account, wish, rules(session), actor=session.person, moment=archive.now()
        )
    )


@dataclass(frozen=True, slots=True)
class Scopes:
    """The duties that a token of an account can be limited to, and for how many days it can be given at most."""

    account: str
    scopes: tuple[str, ...]
    days: int


@query("token.scopes", duty=anybody)
def scopes_of(session: Session, account: str = "") -> Scopes:
    """What a token of one's own account can be given; or of a program's, to who appoints. Raises NotFound."""
    name = account or session.person.account
    if name != session.person.account and not session.person.may(Duty.APPOINT):
        raise NotFound("people.no-account", name)
    with session.archive.catalogue.read() as connection:
        row = accounts.read_account(connection, name)
    roles = [Role(role) for role in row.roles] if row is not None else []
    given = rules(session).token
    days = given.program_days if row is not None and row.kind == "program" else given.personal_days
    return Scopes(name, tuple(scope for scope in SCOPES if allows(roles, Duty(scope))), days)
