"""One's own account: its language, what was done with it lately, and who decides in one's place."""

from __future__ import annotations

from dataclasses import dataclass

from preserve.administration.news import news
from preserve.clock import stamp
from preserve.data_management import accounts, preferences
from preserve.data_management.accounts import DelegationRow
from preserve.messages import Language
from preserve.services.documents import FindingShown
from preserve.services.operation import anybody, command, query
from preserve.services.people import Account
from preserve.services.session import Session
from preserve.services.sessions import require_whole


@command("user.prefer", duty=anybody)
def prefer(session: Session, language: Language) -> Account:
    """Keep the language of one's account: pages and sentences come in it wherever one logs in."""
    account = session.person.account
    with session.archive.catalogue.begin() as connection:
        preferences.prefer_language(connection, account, language)
    return Account(account)


@dataclass(frozen=True, slots=True)
class News:
    """What was done with an account lately, and who else was made a head."""

    findings: tuple[FindingShown, ...]


@query("user.news", duty=anybody)
def told(session: Session) -> News:
    """What a login tells, once more. Raises NotPermitted for a token with scopes."""
    require_whole(session)
    archive = session.archive
    with archive.catalogue.read() as connection:
        return News(news(connection, session.person.account, archive.now()))


@dataclass(frozen=True, slots=True)
class Deputies:
    """The delegations of who asks that hold or will."""

    delegations: tuple[DelegationRow, ...]


@query("user.deputies", duty=anybody)
def deputies(session: Session) -> Deputies:
    """Who decides in one's place, now or later; nobody in that of who is no head.

    Raises NotPermitted for a token with scopes.
    """
    require_whole(session)
    account, moment = session.person.account, stamp(session.archive.now())
    with session.archive.catalogue.read() as connection:
        rows = accounts.all_delegations(connection)
    return Deputies(tuple(row for row in rows if row.head == account and not row.ended and row.until > moment))
