"""What falls due in the next months and what is due already: said well before anybody appraises or destroys it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from preserve.clock import zone
from preserve.data_management import cases, retention_index
from preserve.data_management.cases import CaseName
from preserve.data_management.disposal_holds import Block, blocks_of
from preserve.home import Home
from preserve.messages import say, speaking
from preserve.visible_text import visible

_MOST_IN_A_MAIL = 500


@dataclass(frozen=True, slots=True)
class Falling:
    """A case, or a recording of it, and the first day on which it may be appraised."""

    objid: str
    item: str
    case_number: str
    title: str
    due: str
    rule: str
    blocks: tuple[Block, ...]


def months_on(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError


def count_falling_due(home: Home, connection: Connection, months: int, moment: datetime) -> int:
    """How much `falling_due` finds."""
    return retention_index.count_due(connection, "", last_day(home, months, moment))


def last_day(home: Home, months: int, moment: datetime) -> str:
    """The last day of so many months from the bureau's today, as 2026-01-31."""
    return months_on(moment.astimezone(zone(home.settings.time_zone)).date(), months).isoformat()


def falling_due(
    home: Home, connection: Connection, months: int, moment: datetime, most: int | None = None
) -> list[Falling]:
    """What is due by the same day in so many months, earliest first, what is due already included: all, or so much."""
    rows = retention_index.due_by(connection, "", last_day(home, months, moment), most)
    blocked = blocks_of(connection, (row.objid for row in rows))
    names = cases.names_of(connection, (row.objid for row in rows))
    falling = []
    for row in rows:
        name = names.get(row.objid, CaseName(row.objid, ""))
        blocks = tuple(blocked.get(row.objid, ()))
        falling.append(Falling(row.objid, row.item, name.case_number, name.title, row.due or "", row.rule, blocks))
    return falling


def announce(home: Home, falling: Sequence[Falling], months: int) -> list[str]:
    """Tell those whom the audit profile names, by mail or webhook, in the archive's language; cases by number.

    Returns what could not be sent.
    """
    from preserve.archival_storage.notify import notify  # only who tells others needs mail and what it rests on
    from preserve.archival_storage.policy import read_audit_profile

    settings = read_audit_profile(home.profiles).notify
    with speaking(home.settings.language):
        subject = say(
            "retention.mail-subject", institution=home.settings.institution, count=len(falling), months=months
        )
        lines = [f"{thing.due}  {visible(thing.case_number)}" for thing in falling[:_MOST_IN_A_MAIL]]
        document = {
            "retention": [
                {"objid": thing.objid, "case_number": thing.case_number, "due": thing.due} for thing in falling
            ]
        }
        return notify(settings, subject, "\n".join([subject, *lines]), document)
