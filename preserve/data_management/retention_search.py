"""What is kept, by what people ask for: until when, by which rule, cases or recordings, held or not; page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, tuple_

from preserve.data_management.disposal_holds import blocked_cases
from preserve.data_management.retention_index import RetentionRow
from preserve.data_management.tables import retention, tombstones

Span = Literal["due", "soon", "dated", "permanent", "unknown", "all"]
SPANS: tuple[Span, ...] = get_args(Span)
_DATED = ("due", "soon", "dated")


@dataclass(frozen=True, slots=True)
class Which:
    """What is asked for. `today` and `last` are days: what is due by the first, and what falls due by the second.

    `item`: cases, recordings, or both (empty). Empty fields hold of everything.
    """

    span: Span
    today: str
    last: str
    rule: str = ""
    item: Literal["", "case", "recording"] = ""
    held: bool = False


def found(connection: Connection, which: Which, after: tuple[str, str, str], size: int) -> list[RetentionRow]:
    """So many rows that follow the key `after`: day (empty where days do not count), objid, item.

    What has a day comes by its day, the rest by objid.
    """
    order = (retention.c.objid, retention.c.item)
    query = select(retention).where(*_conditions(which))
    if which.span in _DATED:
        query = query.where(tuple_(retention.c.due, *order) > tuple_(*after)).order_by(retention.c.due, *order)
    else:
        query = query.where(tuple_(*order) > tuple_(*after[1:])).order_by(*order)
    return [RetentionRow(*row) for row in connection.execute(query.limit(size))]


def count(connection: Connection, which: Which, most: int) -> int:
    """How many rows there are, counted no further than `most`."""
    few = select(retention.c.objid).where(*_conditions(which)).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(few)).scalar_one())


def _conditions(which: Which) -> list[ColumnElement[bool]]:
    conditions = list(_of_span(which))
    if which.rule:
        conditions.append(retention.c.rule == which.rule)
    if which.item:
        conditions.append(retention.c.item == "" if which.item == "case" else retention.c.item != "")
    if which.held:
        conditions.append(retention.c.objid.in_(blocked_cases()))
    return conditions


def _of_span(which: Which) -> list[ColumnElement[bool]]:
    gone = select(tombstones.c.objid).where(
        tombstones.c.objid == retention.c.objid, tombstones.c.item.in_(["", retention.c.item])
    )
    permanent = or_(retention.c.computed == "permanent", retention.c.decided == "permanent")
    match which.span:
        case "due":
            return [retention.c.due <= which.today, ~gone.exists()]
        case "soon":
            return [retention.c.due <= which.last, ~gone.exists()]
        case "dated":
            return [retention.c.due > "", ~gone.exists()]
        case "permanent":
            return [permanent]
        case "unknown":
            return [and_(retention.c.computed == "unknown", ~permanent)]
    return []
