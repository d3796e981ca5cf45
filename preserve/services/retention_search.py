"""Retention searched: what falls due when, of which rule, held or not, a page at a time by its day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from preserve.administration.duties import Duty
from preserve.administration.retention.notice import last_day
from preserve.administration.retention.rules_in_force import applicable_rules
from preserve.administration.retention.wording import rule_name
from preserve.data_management import cases, destroyed, retention_search
from preserve.data_management.cases import CaseName
from preserve.data_management.disposal_holds import blocks_of
from preserve.data_management.retention_index import RetentionRow
from preserve.data_management.retention_search import SPANS as SPANS
from preserve.data_management.retention_search import Span, Which
from preserve.errors import UsageError
from preserve.services.operation import Arguments, Look, of_archive, query
from preserve.services.pages import FIRST, Page
from preserve.services.retention import Kept
from preserve.services.session import Session

_MOST_COUNTED = 10_000
_BUILT_IN = ("declared", "floor-case", "floor-long-term", "floor-recording")


@dataclass(frozen=True, slots=True)
class RetentionWish:
    """What is asked for: due already, due within so many `months` (those of the profile where none are named), with a
    day at all, permanent, unknown, or all; of one rule; cases, recordings or both; only what something stands against.
    """

    span: Span = "soon"
    months: int | None = None
    rule: str = ""
    item: Literal["", "case", "recording"] = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class RetentionFound:
    """A page of what was asked for. `titles` by objid; `rules` are the names of all rules in force.

    `count` is of all that was asked for, no higher than 10,000; `next` is where the following page begins, or empty.
    """

    rows: tuple[Kept, ...]
    titles: dict[str, str]
    rules: dict[str, str]
    today: str
    months: int
    count: int
    next: str


def _which(session: Session, wish: RetentionWish) -> tuple[Which, int]:
    with session.archive.catalogue.read() as connection:
        months = applicable_rules(session.home, connection).profile.notice.months
    months = months if wish.months is None else wish.months
    if not 0 <= months <= 1200:
        raise UsageError("retention.months-wrong", str(months))
    last = last_day(session.home, months, session.archive.now())
    return Which(wish.span, session.archive.today().isoformat(), last, wish.rule, wish.item, wish.held), months


def _rows(session: Session, page: Page, wish: RetentionWish) -> list[RetentionRow]:
    def read(connection: Connection) -> list[RetentionRow]:
        after = (*page.after.split("|"), "", "", "")[:3]
        return retention_search.found(connection, _which(session, wish)[0], (after[0], after[1], after[2]), page.size)

    return session.once("rows", read)


def _listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"rows": len(_rows(session, arguments["page"], arguments["wish"]))}


@query("retention.find", duty=Duty.FIND, look=Look("retention.listed", _listed, of_archive))
def find(session: Session, wish: RetentionWish = RetentionWish(), page: Page = FIRST) -> RetentionFound:
    """What is kept and fits the wish, earliest first. Raises UsageError for a number of months that is none."""
    rows = _rows(session, page, wish)
    which, months = _which(session, wish)
    objids = {row.objid for row in rows}
    with session.archive.catalogue.read() as connection:
        profile = applicable_rules(session.home, connection).profile
        names = cases.names_of(connection, objids)
        gone = destroyed.listed(connection, objids)
        blocked = blocks_of(connection, objids)
        count = retention_search.count(connection, which, _MOST_COUNTED)
    kept = []
    for row in rows:
        lost = gone.get((row.objid, row.item)) or gone.get((row.objid, ""))
        kept.append(
            Kept(
                objid=row.objid,
                item=row.item,
                case_number=names.get(row.objid, CaseName(row.objid, "")).case_number,
                due=row.due,
                computed=row.computed,
                decided=row.decided,
                rule=row.rule,
                rule_name=rule_name(profile, row.rule),
                blocks=tuple(blocked.get(row.objid, ())),
                gone=lost.state if lost else "",
                disposal=lost.disposal if lost else "",
            )
        )
    following = "|".join((rows[-1].due or "", rows[-1].objid, rows[-1].item)) if len(rows) == page.size else ""
    return RetentionFound(
        tuple(kept),
        {objid: name.title for objid, name in names.items()},
        {name: rule_name(profile, name) for name in (*(rule.name for rule in profile.classes), *_BUILT_IN)},
        which.today,
        months,
        count,
        following,
    )
