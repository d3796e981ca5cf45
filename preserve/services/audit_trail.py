"""The ledger and the looks as an auditor reads them: by person, deed, subject and day, without any content.

Cases stand here by their identifiers. Of an entry's details only those are given that name duties, roles, counts and
moments: no title, no name of a file, no words that somebody searched for, no reason in somebody's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from preserve.administration.duties import Duty
from preserve.administration.index_check import last_proved
from preserve.clock import stamp
from preserve.data_management import accounts, given_tokens, ledger, log_search, logins, second_factors, security_keys
from preserve.data_management.accounts import AccountRow
from preserve.data_management.both_logs import LogPlace, place_of
from preserve.data_management.ledger import Entry
from preserve.data_management.log_search import Wanted, Which
from preserve.errors import NotFound, UsageError
from preserve.services.operation import Arguments, Look, of_archive, query
from preserve.services.session import Session

PAGE = 100
_SHOWN = frozenset(
    {
        "count",
        "deputy",
        "duty",
        "entries",
        "expires",
        "findings",
        "head",
        "kind",
        "locked",
        "os_user",
        "provider",
        "roles",
        "scopes",
        "since",
        "size",
        "state",
        "until",
    }
)
"""Keys of details that say nothing of what is in a case."""

_OF_PEOPLE = frozenset({"kind", "state"})
"""Keys that are words of their own elsewhere."""

REFUSED = ("access.denied", logins.LOGIN_REFUSED)
APPOINTED = (
    accounts.ADDED,
    accounts.CHANGED,
    accounts.DELEGATED,
    accounts.DELEGATION_ENDED,
    logins.PASSWORD_RESET,
    given_tokens.MADE,
    second_factors.ENDED,
    security_keys.REMOVED,
)
DECIDED = (
    "request.approved",
    "request.refused",
    "review.approved",
    "disposal.approved",
    "transfer.approved",
    "transfer.refused",
    "export.approved",
    "export.refused",
    "case.opened-to-all",
    "case.closed-to-all",
    "retention.rules-in-force",
    "hold.released",
)
DELIVERED = ("request.delivered", "request.returned", "transfer.handed-over", "export.written", "package.restored")
DESTROYED = ("disposal.executed", "case.destroyed", "case.reduced", "copy.destroyed")


@dataclass(frozen=True, slots=True)
class EntryShown:
    """One entry: `log` is `ledger` or `looks`, `details` are those that say nothing of a case's content."""

    log: str
    number: int
    time: str
    actor: str
    action: str
    subject: str
    details: Mapping[str, str]


def shown(entry: Entry) -> EntryShown:
    """An entry without any content."""
    of_person = entry.action.partition(".")[0] in ("person", "delegation")
    details = {
        name: _text(value)
        for name, value in sorted(entry.details.items())
        if name in _SHOWN and value not in ("", None) and (of_person or name not in _OF_PEOPLE)
    }
    if isinstance(entry.details.get("findings"), list):
        details["findings"] = str(len(entry.details["findings"]))
    return EntryShown(entry.log, entry.number, entry.time, entry.actor, entry.action, entry.subject, details)


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; what is empty does not matter. Days are the bureau's, the last one is within."""

    person: str = ""
    action: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    which: Which = ""


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries, the newest first; where the next page begins, empty at the end; and every deed there is to ask for."""

    entries: tuple[EntryShown, ...]
    next: str
    actions: tuple[str, ...]


def _filter_of(session: Session, arguments: Arguments) -> Mapping[str, object]:
    wanted: Filter = arguments["wanted"]
    given = {"by": wanted.person, "action": wanted.action, "about": wanted.subject}
    days = {"since": wanted.since and wanted.since.isoformat(), "until": wanted.until and wanted.until.isoformat()}
    return {name: value for name, value in {**given, **days}.items() if value}


def _once(session: Session, arguments: Arguments) -> str:
    return repr(arguments["wanted"])


@query("ledger.entries", duty=Duty.REPORT, look=Look("ledger.viewed", _filter_of, of_archive, once=_once))
def entries(session: Session, wanted: Filter, *, after: str = "", limit: int = PAGE) -> Entries:
    """Entries of both logs, the newest first. Raises UsageError for a place that is none, NotIntact."""
    try:
        before = place_of(after) if after else LogPlace()
    except ValueError as error:
        raise UsageError("audit.place-unknown", after) from error
    with session.archive.catalogue.read() as connection:
        found, more = log_search.newest(
            connection, _wanted(session, wanted), before=before, limit=max(1, min(limit, 200))
        )
        actions = log_search.actions(connection)
    return Entries(tuple(map(shown, found)), str(more) if more else "", actions)


def _wanted(session: Session, wanted: Filter) -> Wanted:
    actions = (wanted.action,) if wanted.action else ()
    since = _begin(session, wanted.since) if wanted.since else ""
    until = _begin(session, wanted.until + timedelta(days=1)) if wanted.until else ""
    return Wanted(wanted.person, actions, wanted.subject.strip(), since, until, wanted.which)


def _begin(session: Session, day: date) -> str:
    return stamp(datetime.combine(day, time(), session.archive.zone))


@dataclass(frozen=True, slots=True)
class Told:
    """Some of what was done since: how often, and the newest of it."""

    name: str
    count: int
    entries: tuple[EntryShown, ...]
    actions: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class PersonLooked:
    """How often somebody looked at something."""

    account: str
    person: str
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What was done since a moment; `proved` is up to which entry the ledger was proved last, and when."""

    since: str
    told: tuple[Told, ...]
    looks: tuple[PersonLooked, ...]
    entries: int
    proved: int
    proved_when: str


@query("ledger.overview", duty=Duty.REPORT, look=Look("ledger.viewed", about=of_archive))
def overview(session: Session, *, since: date | None = None) -> Overview:
    """What an auditor wants to know first: since a day, or since their visit before this one."""
    groups = (
        ("refused", REFUSED),
        ("appointed", APPOINTED),
        ("decided", DECIDED),
        ("delivered", DELIVERED),
        ("destroyed", DESTROYED),
    )
    with session.archive.catalogue.read() as connection:
        begin = _begin(session, since) if since else _visit_before(session)
        counts = log_search.count_by_action(connection, begin)
        told = tuple(
            Told(
                name,
                sum(counts[action] for action in actions),
                tuple(
                    map(
                        shown,
                        log_search.newest(
                            connection, Wanted(actions=actions, since=begin, which="deeds"), before=LogPlace(), limit=10
                        )[0],
                    )
                ),
                actions,
            )
            for name, actions in groups
        )
        looked = log_search.looks_by_person(connection, begin)
        names = {row.name: row.person for row in accounts.all_accounts(connection)}
        proved, when = last_proved(connection)
        size = ledger.size(connection)
    looks = tuple(PersonLooked(name, names.get(name, ""), count) for name, count in looked.most_common())
    return Overview(begin, told, looks, size, proved.size, when)


def _visit_before(session: Session) -> str:
    """When who asks logged in before this time; a week ago where they never did."""
    with session.archive.catalogue.read() as connection:
        visits = ledger.newest(connection, session.person.account, logins.LOGGED_IN)
        next(visits, None)
        before = next(visits, None)
    return before.time if before is not None else stamp(session.archive.now() - timedelta(days=7))


@dataclass(frozen=True, slots=True)
class PersonAudited:
    """An account as an auditor sees it, and what it did: the newest first.

    `account` is None where the ledger names somebody who has none, as who founded the archive.
    """

    name: str
    account: AccountRow | None
    entries: tuple[EntryShown, ...]
    next: str


def _of_person(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"by": arguments["account"]}


@query(
    "ledger.by_person",
    duty=Duty.REPORT,
    subject="account",
    look=Look("ledger.viewed", _of_person, of_archive, once=lambda session, arguments: str(arguments["account"])),
)
def person(
    session: Session, account: str, *, which: Which = "looks", after: str = "", limit: int = PAGE
) -> PersonAudited:
    """What one person looked at, or did, the newest first. Raises NotFound, UsageError."""
    try:
        before = place_of(after) if after else LogPlace()
    except ValueError as error:
        raise UsageError("audit.place-unknown", after) from error
    with session.archive.catalogue.read() as connection:
        row = accounts.read_account(connection, account) if account.isascii() else None
        wanted = Wanted(actor=account, which=which)
        found, more = log_search.newest(connection, wanted, before=before, limit=max(1, min(limit, 200)))
        if (
            row is None
            and not found
            and not log_search.newest(connection, Wanted(account), before=LogPlace(), limit=1)[0]
        ):
            raise NotFound("people.no-account", account)
    return PersonAudited(account, row, tuple(map(shown, found)), str(more) if more else "")
