"""Which fonds a case is filed in, and archival numbers (档号): what the ledger says of them, and the tables of it.

A number is kept without its 全宗号, which comes first in it and may be given years later. It belongs to its case for
good: one that a case lost, by going into another fonds or by being destroyed, stays in the table and is given to none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, delete, func, literal, select

from metadata.findings import Finding
from preserve.data_management import ledger
from preserve.data_management.fonds import BETWEEN, require
from preserve.data_management.fonds import replay as replay_fonds
from preserve.data_management.ledger import Entry
from preserve.data_management.tables import archival_numbers, cases, filings, fonds, ingest_files, ingests, versions
from preserve.errors import Conflict, NotIntact

FILED = "case.filed"
How = Literal["given", "described"]


@dataclass(frozen=True, slots=True)
class Number:
    """An archival number without its 全宗号; `series` is what it is counted in, `sequence` 0 where no rule tells it."""

    local: str
    series: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Filing:
    """That a case is filed in a fonds, under a number or none."""

    objid: str
    fonds: str
    local: str
    how: How


def _filing(entry: Entry) -> tuple[Filing, Number]:
    details = entry.details
    filing = Filing(entry.subject, details["fonds"], details["number"], details["how"])
    return filing, Number(details["number"], details["series"], details["sequence"])


def file(
    connection: Connection, filing: Filing, number: Number, *, actor: str, moment: datetime, reason: str = ""
) -> None:
    """File a case in a fonds. Raises Conflict where another case has or had the number."""
    if filing.local and (holder := holder_of(connection, filing.fonds, filing.local)) not in (None, filing.objid):
        raise Conflict("numbering.taken", filing.local, objid=str(holder))
    details = {
        "fonds": filing.fonds,
        "number": number.local,
        "series": number.series,
        "sequence": number.sequence,
        "how": filing.how,
        "reason": reason,
    }
    entry = ledger.add(connection, action=FILED, subject=filing.objid, actor=actor, details=details, moment=moment)
    _list_filing(connection, entry)


def _list_filing(connection: Connection, entry: Entry) -> None:
    filing, number = _filing(entry)
    connection.execute(delete(filings).where(filings.c.objid == filing.objid))
    connection.execute(filings.insert(), asdict(filing))
    if number.local and holder_of(connection, filing.fonds, number.local) is None:
        row = {"fonds": filing.fonds, "objid": filing.objid, **asdict(number)}
        connection.execute(archival_numbers.insert(), row)


def filing_of(connection: Connection, objid: str) -> Filing | None:
    """Where a case is filed, as the ledger says. Raises NotIntact where the table says something else."""
    entry = next(iter(ledger.newest(connection, objid, FILED)), None)
    said = _filing(entry)[0] if entry else None
    row = connection.execute(select(filings).where(filings.c.objid == objid)).first()
    if (Filing(**row._mapping) if row else None) != said:
        raise NotIntact("ledger.contradicts-index", objid, table=filings.name)
    return said


def ever_had(connection: Connection, objid: str) -> frozenset[str]:
    """Every archival number that the ledger ever gave a case, with the number of its fonds and without it."""
    numbers = set()
    for entry in ledger.about(connection, objid, FILED):
        filing, _ = _filing(entry)
        numbers |= {filing.local, require(connection, filing.fonds).whole(filing.local)}
    return frozenset(numbers - {""})


def holder_of(connection: Connection, code: str, local: str) -> str | None:
    """The case that has or had a number in a fonds."""
    column = archival_numbers.c
    query = select(column.objid).where(column.fonds == code, column.local == local)
    return connection.execute(query).scalar()


def described_by(connection: Connection, *numbers: str) -> str | None:
    """A case whose own description, or that of an ingest under way, has one of these archival numbers."""
    known = connection.execute(select(cases.c.objid).where(cases.c.archival_number.in_(numbers))).scalar()
    if known is not None:
        return str(known)
    from preserve.description.stored import case_of  # only to register a case

    running = select(ingests.c.objid, ingests.c.description).where(ingests.c.state == "running")
    for objid, text in connection.execute(running):
        if case_of(text).archival_number in numbers:
            return str(objid)
    return None


def next_sequence(connection: Connection, code: str, series: str) -> int:
    """The lowest sequence that was never given: what was described ahead of the others is passed over when it comes.

    Nothing is given twice, since no row of the table is ever taken out.
    """
    column = archival_numbers.c
    here = (column.fonds == code, column.series == series, column.sequence > 0)
    count, top = connection.execute(select(func.count(), func.max(column.sequence)).where(*here)).one()
    if count == (top or 0):
        return int(count) + 1
    taken = connection.execute(select(column.sequence).where(*here).order_by(column.sequence)).scalars()
    expected = 1
    for sequence in taken:
        if sequence > expected:
            break
        expected = sequence + 1
    return expected


@dataclass(frozen=True, slots=True)
class Series:
    """One series of numbers in a fonds: how many were given, the highest, and those that no case has (空号).

    `empty` are sequences: numbers of cases that left the fonds or were destroyed; `skipped` those never given below
    the highest.
    """

    series: str
    count: int
    highest: int
    empty: tuple[int, ...]
    skipped: tuple[int, ...]


def series_of(connection: Connection, code: str, gone: frozenset[str]) -> list[Series]:
    """Every series of a fonds in the order of its name; `gone` are the cases that were destroyed."""
    number, filing = archival_numbers.c, filings.c
    held = and_(filing.objid == number.objid, filing.fonds == number.fonds, filing.local == number.local)
    query = (
        select(number.series, number.sequence, number.objid, filing.objid.label("holder"))
        .select_from(archival_numbers.outerjoin(filings, held))
        .where(number.fonds == code, number.sequence > 0)
        .order_by(number.series, number.sequence)
    )
    found: dict[str, dict[int, bool]] = {}
    for row in connection.execute(query):
        found.setdefault(row.series, {})[row.sequence] = row.holder is not None and row.objid not in gone
    return [
        Series(
            name,
            len(sequences),
            max(sequences),
            tuple(number for number, is_held in sequences.items() if not is_held),
            tuple(number for number in range(1, max(sequences)) if number not in sequences),
        )
        for name, sequences in found.items()
    ]


def cases_in(connection: Connection) -> dict[str, int]:
    """How many cases are filed in each fonds, by its code."""
    query = select(filings.c.fonds, func.count()).group_by(filings.c.fonds)
    return {str(code): int(count) for code, count in connection.execute(query)}


def in_fonds(code: str) -> Select[Any]:
    """As a condition of a query: the cases that are filed in a fonds."""
    return select(filings.c.objid).where(filings.c.fonds == code)


def fonds_code() -> ColumnElement[str]:
    """As a column of a query over `cases`: the code of the fonds in which a case is filed, empty for none."""
    filed = select(filings.c.fonds).where(filings.c.objid == cases.c.objid).correlate(cases)
    return func.coalesce(filed.scalar_subquery(), "").label("fonds_code")


def fonds_of(connection: Connection, objids: Iterable[str]) -> dict[str, str]:
    """By objid the code of the fonds in which each of these cases, some hundred at most, is filed; for lists."""
    query = select(filings.c.objid, filings.c.fonds).where(filings.c.objid.in_(tuple(objids)))
    return {str(objid): str(code) for objid, code in connection.execute(query)}


def bytes_kept(connection: Connection) -> int:
    """How many bytes the packages of the archive take in the server store, every version of every case."""
    query = select(func.coalesce(func.sum(versions.c.size), 0))
    return int(connection.execute(query).scalar_one())


def bytes_arriving(connection: Connection) -> int:
    """How many bytes the deposits have that are being taken in: they are not counted among packages yet."""
    running = select(ingests.c.id).where(ingests.c.state == "running")
    query = select(func.coalesce(func.sum(ingest_files.c.size), 0)).where(ingest_files.c.ingest.in_(running))
    return int(connection.execute(query).scalar_one())


def unfiled(connection: Connection) -> int:
    """How many cases are filed in no fonds."""
    query = select(func.count()).select_from(cases).where(cases.c.objid.not_in(select(filings.c.objid)))
    return int(connection.execute(query).scalar_one())


# --- the number of a case, for lists


def whole_number() -> ColumnElement[str]:
    """As a column of a query over `cases`: the number in its fonds, else the one that its description has."""
    given: Select[Any] = (
        select(case((fonds.c.number == "", filings.c.local), else_=fonds.c.number + literal(BETWEEN) + filings.c.local))
        .join(fonds, fonds.c.code == filings.c.fonds)
        .where(filings.c.objid == cases.c.objid, filings.c.local != "")
        .correlate(cases)
    )
    return func.coalesce(given.scalar_subquery(), cases.c.archival_number).label("archival_number")


def find(connection: Connection, whole: str) -> str | None:
    """The case that has this archival number in its fonds; of a fonds without a 全宗号 the rest is the whole."""
    head, _, rest = whole.partition(BETWEEN)
    for known, local in ((head, rest), ("", whole)):
        if not local:
            continue
        # The fonds first: with both in one question the planner reads every filing.
        for code in connection.execute(select(fonds.c.code).where(fonds.c.number == known)).scalars().all():
            here = select(filings.c.objid).where(filings.c.fonds == code, filings.c.local == local)
            objid = connection.execute(here).scalar()
            if objid is not None:
                return str(objid)
    return None


# --- the tables and the ledger


def replay(connection: Connection) -> None:
    """Make both tables and the register of fonds again from the ledger alone."""
    replay_fonds(connection)
    for table in (filings, archival_numbers):
        connection.execute(delete(table))
    for entry in ledger.of_action(connection, FILED):
        _list_filing(connection, entry)


def compare(connection: Connection) -> Iterator[Finding]:
    """Every row of the two tables that is not what the ledger says, and every one that is wanting."""
    told: dict[Table, dict[Any, tuple[Any, ...]]] = {archival_numbers: {}, filings: {}}
    for entry in ledger.of_action(connection, FILED):
        filing, number = _filing(entry)
        told[filings][filing.objid] = tuple(asdict(filing).values())
        if number.local:
            key = (filing.fonds, number.local)
            row = (*key, number.series, number.sequence, filing.objid)
            told[archival_numbers].setdefault(key, row)
    for table, said in told.items():
        keys = len(table.primary_key.columns)
        for row in connection.execute(select(table)):
            key = row[0] if keys == 1 else tuple(row[:keys])
            if said.pop(key, None) != tuple(row):
                yield _differs(table, key)
        for key in said:
            yield _differs(table, key)


def _differs(table: Table, key: object) -> Finding:
    where = BETWEEN.join(map(str, key)) if isinstance(key, tuple) else str(key)
    return Finding("ledger.contradicts-index", where, "error", {"table": table.name})
