"""Retention: until when things are kept and why, and what falls due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from preserve.administration.duties import Duty
from preserve.administration.retention.facts import calculate, paths_of
from preserve.administration.retention.notice import Falling, announce, count_falling_due, falling_due
from preserve.administration.retention.periods import Due, Period, decisive
from preserve.administration.retention.profile import RetentionProfile
from preserve.administration.retention.rules_in_force import applicable_rules
from preserve.administration.retention.wording import basis, due_words, period_words, rule_name
from preserve.data_management import cases, destroyed, retention_index
from preserve.data_management.cases import CaseName
from preserve.data_management.destroyed import Gone
from preserve.data_management.disposal_holds import Block, blocks, blocks_of
from preserve.data_management.retention_index import RetentionRow
from preserve.messages import say
from preserve.services.cases import of_case
from preserve.services.operation import Arguments, Look, command, of_archive, query
from preserve.services.pages import FIRST, MOST_COUNTED, Page
from preserve.services.session import Session

_MOST_DUE = 5_000


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that is kept: the day it falls due (None: never), the rule that decides, and what stands against it.

    `computed` is a day, `permanent` or `unknown`; `gone` is the state of its destruction by `disposal`, or empty.
    """

    objid: str
    item: str
    case_number: str
    due: str | None
    computed: str
    decided: str
    rule: str
    rule_name: str
    blocks: tuple[Block, ...]
    gone: str
    disposal: str


@dataclass(frozen=True, slots=True)
class KeptList:
    """A page of what is kept; `counts` are of all.

    `next` is where the following page begins, empty on a last one that is not full; `more` cases follow, up to 10,000.
    """

    rows: tuple[Kept, ...]
    counts: dict[str, int]
    rules_sha256: str
    next: str
    more: int = 0


def _rows(session: Session, page: Page, case: str) -> list[RetentionRow]:
    def read(connection: Connection) -> list[RetentionRow]:
        if case:
            return retention_index.rows_of(connection, cases.objid_of(connection, case))
        return retention_index.cases_after(connection, page.after, page.size)

    return session.once("rows", read)


def _rows_listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"rows": len(_rows(session, arguments["page"], arguments["case"]))}


def _case_or_archive(session: Session, arguments: Arguments) -> str:
    return str(arguments["case"]) or of_archive(session, arguments)


@query("retention.list", duty=Duty.FIND, subject="case", look=Look("retention.listed", _rows_listed, _case_or_archive))
def list_kept(session: Session, page: Page = FIRST, *, case: str = "") -> KeptList:
    """Cases with the day on which each falls due and the rule that decides, a page at a time, by objid.

    Of one `case` the whole, with its recordings. Raises Refused where there is no such case.
    """
    rows = _rows(session, page, case)
    objids = {row.objid for row in rows}
    with session.archive.catalogue.read() as connection:
        rules = applicable_rules(session.home, connection)
        names = cases.names_of(connection, objids)
        gone = destroyed.listed(connection, objids)
        blocked = blocks_of(connection, objids)
        counts = retention_index.counts(connection)
        following = rows[-1].objid if not case and len(rows) == page.size else ""
        more = retention_index.count_cases_after(connection, following, MOST_COUNTED) if following else 0
    kept = []
    for row in rows:
        lost = gone.get((row.objid, row.item)) or gone.get((row.objid, ""))
        kept.append(
            Kept(
                objid=row.objid,
                item=row.item,
                case_number=names[row.objid].case_number if row.objid in names else row.objid,
                due=row.due,
                computed=row.computed,
                decided=row.decided,
                rule=row.rule,
                rule_name=rule_name(rules.profile, row.rule),
                blocks=tuple(blocked.get(row.objid, ())),
                gone=lost.state if lost else "",
                disposal=lost.disposal if lost else "",
            )
        )
    return KeptList(tuple(kept), counts, rules.sha256, following, more)


@dataclass(frozen=True, slots=True)
class PeriodShown:
    """One period: its rule with name and legal basis, from which day, how long, until when; `words` is how it counts.

    `start` and `last` are days, or empty where they are not known; `decides` for the longest, which counts.
    """

    rule: str
    name: str
    basis: str
    event: str
    start: str
    years: int
    count: str
    last: str
    never: str
    words: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """A case, or one of its recordings: until when it is kept, in one sentence, and every period that applies."""

    item: str
    what: str
    due: str | None
    computed: str
    decided: str
    words: str
    periods: tuple[PeriodShown, ...]
    gone: Gone | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a case and each of its recordings is kept, and until when; what stands against disposing of it.

    `whole_gone` where the case itself is being destroyed or was.
    """

    objid: str
    rules_sha256: str
    things: tuple[Explained, ...]
    blocks: tuple[Block, ...]
    case_number: str
    title: str
    whole_gone: bool


def _explained(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"what": "retention"}


@query("retention.explain", duty=Duty.FIND, subject="case", look=Look("case.viewed", _explained, of_case))
def explain(session: Session, case: str) -> Explanation:
    """Why a case and each of its recordings is kept, and until when, with the calculation."""
    with session.archive.catalogue.read() as connection:
        objid = cases.objid_of(connection, case)
        rules = applicable_rules(session.home, connection)
        rows = retention_index.rows_of(connection, objid)
        paths = paths_of(connection, objid, [row.item for row in rows if row.item])
        standing = blocks(connection, objid)
        gone = {thing.item: thing for thing in destroyed.of_case(connection, objid)}
        name = cases.names_of(connection, [objid]).get(objid, CaseName(objid, ""))
    things = []
    for row in rows:
        due = calculate(rules.profile, row, rows[0].facts)
        things.append(
            Explained(
                item=row.item,
                what=paths.get(row.item, row.item) or say("retention.the-case"),
                due=row.due,
                computed=row.computed,
                decided=row.decided,
                words=due_words(due, row.decided, row.due),
                periods=tuple(_shown(rules.profile, due, period) for period in due.periods),
                gone=gone.get(row.item),
            )
        )
    return Explanation(
        objid, rules.sha256, tuple(things), tuple(standing), name.case_number, name.title, whole_gone="" in gone
    )


def _shown(profile: RetentionProfile, due: Due, period: Period) -> PeriodShown:
    return PeriodShown(
        rule=period.rule,
        name=rule_name(profile, period.rule),
        basis=basis(profile, period.rule),
        event=period.event,
        start=str(period.start or ""),
        years=period.years,
        count=period.count,
        last=str(period.last or ""),
        never=period.never,
        words=period_words(period),
        decides=period == decisive(due),
    )


@dataclass(frozen=True, slots=True)
class DueList:
    """What is due within so many months, earliest first, with the names of the rules; `more` later ones are not listed.

    `not_sent` is what could not be sent to whom; `status` is 5 then, else 0.
    """

    status: int
    months: int
    due: tuple[Falling, ...]
    more: int
    rule_names: dict[str, str]
    not_sent: tuple[str, ...]


class _Falling(NamedTuple):
    """What falls due within so many months, by which rules; `total` with what was not read."""

    profile: RetentionProfile
    months: int
    things: list[Falling]
    total: int


def _falling(session: Session, months: int | None, *, mail: bool) -> _Falling:
    def read(connection: Connection) -> _Falling:
        profile = applicable_rules(session.home, connection).profile
        span = profile.notice.months if months is None else months
        now = session.archive.now()
        told = mail or profile.notice.mail  # they are told of everything
        things = falling_due(session.home, connection, span, now, None if told else _MOST_DUE)
        few = len(things) < _MOST_DUE
        total = len(things) if told or few else count_falling_due(session.home, connection, span, now)
        return _Falling(profile, span, things, total)

    return session.once("falling", read)


def _rows_due(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"rows": _falling(session, arguments["months"], mail=arguments["mail"]).total}


@command("retention.due", duty=Duty.FIND, look=Look("retention.listed", _rows_due, of_archive))
def due(session: Session, *, months: int | None = None, mail: bool = False) -> DueList:
    """What is due, and what falls due in the next months, by the profile where none are named.

    With `mail`, or where the profile says so, those whom the audit profile names are told.
    """
    profile, span, falling, total = _falling(session, months, mail=mail)
    not_sent = announce(session.home, falling, span) if falling and (mail or profile.notice.mail) else []
    listed = tuple(falling[:_MOST_DUE])
    names = {thing.rule: rule_name(profile, thing.rule) for thing in listed}
    return DueList(5 if not_sent else 0, span, listed, total - len(listed), names, tuple(not_sent))
