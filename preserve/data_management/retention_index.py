"""When each case, and each recording that has a period of its own, falls due: rows to be searched by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select, text

from preserve.data_management import ledger
from preserve.data_management.counted import count_up_to
from preserve.data_management.engines.dialect import is_sqlite
from preserve.data_management.tables import cases, retention, tombstones
from preserve.errors import NotIntact

DECIDED = "retention.decided"
RULES = "retention.rules-in-force"
NOT_COUNTED = 1
"""As a SQLite file's user version: an upgrade took rows away that are to be counted again."""

_UPDATE = text(
    "UPDATE retention SET rule = :rule, computed = :computed, due = :due WHERE objid = :objid AND item = :item"
)


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """One thing that has a period: a case (`item` empty) or a recording (PREMIS identifier). Days as 2026-01-31.

    `computed` is a day, `permanent` or `unknown`; `decided` a day or `permanent` by an approved appraisal, or empty;
    `due` is the first day on which it may be appraised, None: never.
    """

    objid: str
    item: str
    facts: str
    rule: str
    computed: str
    decided: str
    due: str | None


def due_day(computed: str, decided: str) -> str | None:
    """The later of what the rules and what people say; for ever and unknown never come."""
    if computed in ("permanent", "unknown") or decided == "permanent":
        return None
    return max(computed, decided)


def replace(connection: Connection, objid: str, rows: Iterable[RetentionRow]) -> None:
    """Enter the rows of one case in the place of those it had."""
    connection.execute(delete(retention).where(retention.c.objid == objid))
    if listed := [asdict(row) for row in rows]:
        connection.execute(retention.insert(), listed)


def rows_of(connection: Connection, objid: str) -> list[RetentionRow]:
    """The rows of one case, the case itself first."""
    query = select(retention).where(retention.c.objid == objid).order_by(retention.c.item)
    return [RetentionRow(*row) for row in connection.execute(query)]


def rows_of_many(connection: Connection, objids: Iterable[str]) -> list[RetentionRow]:
    """The rows of at most some thousand cases, in the order of cases, a case before its recordings."""
    query = select(retention).where(retention.c.objid.in_(list(objids))).order_by(retention.c.objid, retention.c.item)
    return [RetentionRow(*row) for row in connection.execute(query)]


def objids(connection: Connection) -> list[str]:
    """Every case that has rows."""
    return list(connection.execute(select(retention.c.objid).distinct()).scalars())


def facts_of(connection: Connection, objids: Iterable[str]) -> dict[str, str]:
    """By objid: the facts that the row of each case keeps, as JSON; at most some thousand cases at once."""
    wanted = sorted(set(objids))
    query = select(retention.c.objid, retention.c.facts).where(retention.c.objid.in_(wanted), retention.c.item == "")
    return {str(objid): str(facts) for objid, facts in connection.execute(query)}


def cases_after(connection: Connection, after: str, size: int) -> list[RetentionRow]:
    """The rows of so many cases, without their recordings, that follow the objid `after`; empty: from the first."""
    query = select(retention).where(retention.c.item == "", retention.c.objid > after)
    return [RetentionRow(*row) for row in connection.execute(query.order_by(retention.c.objid).limit(size))]


def all_rows(connection: Connection) -> Iterator[RetentionRow]:
    """Every row, in the order of cases, a case before its recordings."""
    query = text("SELECT objid, item, facts, rule, computed, decided, due FROM retention ORDER BY objid, item")
    for batch in connection.execute(query, execution_options={"yield_per": 5000}).partitions():
        for row in batch:
            yield RetentionRow(*row)


def update(connection: Connection, rows: Sequence[RetentionRow]) -> None:
    """Write what was computed again."""
    if rows:
        connection.execute(_UPDATE, [asdict(row) for row in rows])


def due_by(connection: Connection, first: str, last: str, limit: int | None = None) -> list[RetentionRow]:
    """What falls due from a day up to and with another, and is not gone; earliest first, all of it or so much."""
    query = select(retention).where(*_due(first, last))
    query = query.order_by(retention.c.due, retention.c.objid, retention.c.item).limit(limit)
    return [RetentionRow(*row) for row in connection.execute(query)]


def count_due(connection: Connection, first: str, last: str) -> int:
    """How much `due_by` finds."""
    return int(connection.execute(select(func.count()).select_from(retention).where(*_due(first, last))).scalar_one())


def _due(first: str, last: str) -> tuple[ColumnElement[bool], ...]:
    gone = select(tombstones.c.objid).where(
        tombstones.c.objid == retention.c.objid, tombstones.c.item.in_(["", retention.c.item])
    )
    return retention.c.due >= first, retention.c.due <= last, ~gone.exists()


def count_cases_after(connection: Connection, after: str, most: int | None = None) -> int:
    """How many cases have rows and follow the objid `after`; `most` where there are as many or more."""
    following = select(retention.c.objid).where(retention.c.item == "", retention.c.objid > after)
    return count_up_to(connection, following, most)


def counts(connection: Connection) -> dict[str, int]:
    """How many rows are due some day, kept for ever, or never due because something is not known."""
    query = select(retention.c.computed, func.count()).where(retention.c.computed.in_(["permanent", "unknown"]))
    special = {str(name): int(count) for name, count in connection.execute(query.group_by(retention.c.computed))}
    total = int(connection.execute(select(func.count()).select_from(retention)).scalar_one())
    return {"rows": total, "permanent": 0, "unknown": 0, **special}


def to_be_counted(connection: Connection) -> bool:
    """Whether an upgrade left rows to be counted again."""
    return is_sqlite(connection) and bool(connection.exec_driver_sql("PRAGMA user_version").scalar() == NOT_COUNTED)


def counted(connection: Connection) -> None:
    """They were."""
    if is_sqlite(connection):
        connection.exec_driver_sql("PRAGMA user_version=0")


def without_rows(connection: Connection) -> list[str]:
    """Cases that were entered before periods were kept here, and are not gone."""
    lost = select(tombstones.c.objid).where(tombstones.c.objid == cases.c.objid, tombstones.c.item == "")
    known = select(retention.c.objid).where(retention.c.objid == cases.c.objid, retention.c.item == "")
    return list(connection.execute(select(cases.c.objid).where(~known.exists(), ~lost.exists())).scalars())


def decide(
    connection: Connection, objid: str, item: str, decided: str, *, review: str, actor: str, moment: datetime
) -> None:
    """Write down what an approved appraisal says: kept until the day before `decided`, or `permanent`."""
    details = {"item": item, "decided": decided, "review": review}
    ledger.append(connection, action=DECIDED, subject=objid, actor=actor, details=details, moment=moment)
    row = connection.execute(select(retention).where(retention.c.objid == objid, retention.c.item == item)).first()
    if row is not None:
        values = {"decided": decided, "due": due_day(row.computed, decided)}
        connection.execute(
            retention.update().where(retention.c.objid == objid, retention.c.item == item).values(**values)
        )


def require_decided(connection: Connection, objid: str) -> None:
    """Raises NotIntact where rows of a case do not say what appraisals decided, or their day does not follow from it.

    What the rules make of the facts is computed again by who knows the rules (`rules_in_force.require_rows`).
    """
    said = {entry.details["item"]: str(entry.details["decided"]) for entry in ledger.about(connection, objid, DECIDED)}
    for row in rows_of(connection, objid):
        if row.decided != said.get(row.item, "") or row.due != due_day(row.computed, row.decided):
            raise NotIntact("ledger.contradicts-index", objid, table="retention")


def decided_of(connection: Connection, objids: Iterable[str]) -> dict[tuple[str, str], str]:
    """Every decision that stands on these cases, at most some thousand, from the ledger. Raises NotIntact."""
    return {
        (entry.subject, entry.details["item"]): str(entry.details["decided"])
        for entry in ledger.about_any(connection, objids, (DECIDED,))
    }


def decisions(connection: Connection) -> dict[tuple[str, str], str]:
    """Every decision that stands, the last of each thing, from the ledger."""
    return {
        (entry.subject, entry.details["item"]): str(entry.details["decided"])
        for entry in ledger.of_action(connection, DECIDED)
    }


@dataclass(frozen=True, slots=True)
class InForce:
    """A profile that was put in force: since when (RFC 3339), by whom, its digest and its text."""

    since: str
    actor: str
    sha256: str
    text: str


def rules_in_force(connection: Connection) -> list[InForce]:
    """The rules that were in force, oldest first."""
    entries = ledger.of_action(connection, RULES)
    return [InForce(entry.time, entry.actor, entry.details["sha256"], entry.details["text"]) for entry in entries]
