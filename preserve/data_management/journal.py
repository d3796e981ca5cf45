"""The state of running ingests: what was intended, which files are done, what was found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

from sqlalchemy import Connection, delete, func, select, union_all, update
from sqlalchemy.exc import IntegrityError

from metadata.findings import Finding
from preserve.data_management.tables import cases, ingest_files, ingests
from preserve.errors import Conflict

_UNFINISHED = ("running", "waiting", "refused", "abandoned")
STEPS = ("copied", "identified", "characterised", "normalised")


@dataclass(frozen=True, slots=True)
class IngestRow:
    """One ingest as the journal keeps it; times are RFC 3339 text, description and findings JSON."""

    id: str
    objid: str
    case_number: str
    source: str
    source_kind: str
    fingerprint: str
    state: str
    step: str
    policy: str
    description: str
    findings: str
    started: str
    ended: str | None
    boot: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of a deposit; each fact is JSON, None while its step is not done."""

    number: int
    path: bytes
    stored: str
    size: int
    modified_ns: int | None
    copied: str | None
    identified: str | None
    characterised: str | None
    normalised: str | None


_FILE_COLUMNS = [ingest_files.c[name] for name in FileRow.__dataclass_fields__]


def create(connection: Connection, row: IngestRow) -> None:
    """Begin an ingest. Raises Refused when the case is known or another ingest of it is alive."""
    # A rebuilt catalogue knows the case from its package, not from the journal of its ingest.
    there = connection.execute(select(cases.c.objid).where(cases.c.case_number == row.case_number)).scalar()
    if there is not None:
        raise Conflict("ingest.case-known", row.case_number, objid=str(there))
    try:
        connection.execute(ingests.insert(), asdict(row))
    except IntegrityError as error:
        raise Conflict("ingest.case-known", row.case_number, objid="—") from error


def add_files(connection: Connection, ingest: str, files: Iterable[tuple[int, bytes, str, int, int | None]]) -> None:
    """Enter the inventory: number, name's own bytes, stored name, size, time."""
    remaining = iter(files)
    while rows := list(islice(remaining, 2000)):
        connection.execute(
            ingest_files.insert(),
            [
                {"ingest": ingest, "number": n, "path": p, "stored": s, "size": z, "modified_ns": m}
                for n, p, s, z, m in rows
            ],
        )


def live(connection: Connection, case_number: str) -> IngestRow | None:
    """The ingest of this case that is running, waiting or done."""
    row = connection.execute(
        select(ingests).where(ingests.c.case_number == case_number, ingests.c.state.in_(["running", "waiting", "done"]))
    ).first()
    return IngestRow(**row._mapping) if row else None


def of_case(connection: Connection, objid: str) -> IngestRow | None:
    """The ingest that made the case of this identifier, or tried to; None where the journal has none."""
    row = connection.execute(select(ingests).where(ingests.c.objid == objid)).first()
    return IngestRow(**row._mapping) if row else None


def of_cases(connection: Connection, objids: Iterable[str]) -> dict[str, IngestRow]:
    """The same of each of these cases, at most some thousand, that the journal has an ingest of."""
    rows: dict[str, IngestRow] = {}
    for row in connection.execute(select(ingests).where(ingests.c.objid.in_(list(objids)))):
        rows.setdefault(row.objid, IngestRow(**row._mapping))
    return rows


def unfinished(connection: Connection, *, newest: int | None = None) -> list[IngestRow]:
    """The ingests that are not done (running, waiting, refused), oldest first: all of them, or the newest so many."""
    # Each state from its index; what is done, which is nearly all, is not read.
    newest_first = select(ingests).order_by(ingests.c.started.desc()).limit(newest)
    each = [newest_first.where(ingests.c.state == state).subquery().select() for state in _UNFINISHED]
    rows = [IngestRow(**row._mapping) for row in connection.execute(union_all(*each))]
    rows.sort(key=lambda row: row.started, reverse=True)
    return rows[:newest][::-1]


def files_after(
    connection: Connection, ingest: str, number: int, count: int, *, lacking: str = "", having: str = ""
) -> list[FileRow]:
    """One page of files after `number`, so that a long pass needs no transaction that stays open."""
    query = select(*_FILE_COLUMNS).where(ingest_files.c.ingest == ingest, ingest_files.c.number > number)
    if lacking:
        query = query.where(ingest_files.c[lacking].is_(None))
    if having:
        query = query.where(ingest_files.c[having].isnot(None))
    return [FileRow(*row) for row in connection.execute(query.order_by(ingest_files.c.number).limit(count)).all()]


def totals(connection: Connection, ingest: str, *, lacking: str = "") -> tuple[int, int]:
    """How many files, and how many bytes, are in the inventory (or lack a fact)."""
    query = select(func.count(), func.coalesce(func.sum(ingest_files.c.size), 0)).where(ingest_files.c.ingest == ingest)
    if lacking:
        query = query.where(ingest_files.c[lacking].is_(None))
    count, size = connection.execute(query).one()
    return int(count), int(size)


def record(connection: Connection, ingest: str, rows: Sequence[dict[str, str | int | None]]) -> None:
    """Write facts down: rows of `number` and the same fact columns."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "number"]
    if not set(names) <= set(STEPS):
        raise ValueError(f"not facts: {names}")
    settings = ", ".join(f"{name} = :{name}" for name in names)
    from sqlalchemy import text

    connection.execute(
        text(f"UPDATE ingest_files SET {settings} WHERE ingest = :ingest AND number = :number"),
        [{**row, "ingest": ingest} for row in rows],
    )


def record_alike(connection: Connection, ingest: str, normalised: str, ranges: Sequence[tuple[int, int]]) -> None:
    """Write the same outcome of normalising down for all files of these ranges, first and last number of each."""
    from sqlalchemy import text

    connection.execute(
        text(
            "UPDATE ingest_files SET normalised = :normalised"
            " WHERE ingest = :ingest AND number BETWEEN :first AND :last"
        ),
        [{"ingest": ingest, "normalised": normalised, "first": first, "last": last} for first, last in ranges],
    )


def change(connection: Connection, ingest: str, **values: str | None) -> None:
    """Set columns of the ingest: state, step, findings, ended."""
    connection.execute(update(ingests).where(ingests.c.id == ingest).values(**values))


_FINDING = tuple(Finding.__dataclass_fields__)


def findings_text(findings: Iterable[Finding]) -> str:
    """Findings as the journal keeps them."""
    rows = [
        {name: getattr(finding, name) for name in _FINDING} | {"values": dict(finding.values)} for finding in findings
    ]
    return json.dumps(rows, ensure_ascii=False)


def read_findings(text: str) -> list[Finding]:
    """The findings that `findings_text` wrote."""
    return [Finding(**finding) for finding in json.loads(text)]


def forget_files(connection: Connection, ingest: str) -> None:
    """Drop the journal of a finished or refused ingest; what counts is in the package and the ledger."""
    connection.execute(delete(ingest_files).where(ingest_files.c.ingest == ingest))
