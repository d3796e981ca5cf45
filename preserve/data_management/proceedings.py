"""Requests, holds, appraisals, disposals, transfers, exports: what the ledger says of each, and the rows of the lists.

Whoever acts asks `read` or `about_case`: they give what the entries of the ledger say, and raise
NotIntact where a row says something else, is missing, or has no entry. `rows` and `about_cases` read the tables alone
and are for lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, delete, func, select

from metadata.findings import Finding
from preserve.data_management import ledger
from preserve.data_management.comparing import contradictions
from preserve.data_management.ledger import Entry
from preserve.data_management.tables import proceeding_cases, proceedings
from preserve.errors import NotIntact

Kind = Literal["request", "hold", "review", "disposal", "transfer", "export"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LETTERS: dict[Kind, str] = {"request": "", "hold": "H", "review": "R", "disposal": "D", "transfer": "T", "export": "E"}
OPENING: dict[Kind, str] = {
    "request": "request.opened",
    "hold": "hold.added",
    "review": "review.drawn",
    "disposal": "disposal.proposed",
    "transfer": "transfer.prepared",
    "export": "export.proposed",
}
"""The action of the first step of each kind."""

_TABLE = "proceedings"


_BATCH = 500  # objids that one query asks for


@dataclass(frozen=True, slots=True)
class ProceedingRow:
    """One proceeding: where it stands, how many records it has, the digest of the last, the objids it is about.

    `about`: a hold's kind, a consumer's capacity, who proposed a disposal, the form of a transfer. `due` is a date, of
    requests only.
    """

    number: str
    kind: Kind
    state: str
    opened: str
    about: str
    due: str
    urgent: bool
    steps: int
    sha256: str
    cases: tuple[str, ...] = ()


# --- what the ledger says


def is_step(entry: Entry) -> bool:
    """Whether an entry is a step of a proceeding, and not a look at one."""
    return entry.action.partition(".")[0] in KINDS and "step" in entry.details and "sha256" in entry.details


def after(before: ProceedingRow | None, entry: Entry) -> ProceedingRow:
    """What a proceeding has become with one more step: the only place that reads these entries into rows.

    Requests of earlier releases have their state in the action, and their capacity in place of `about`.
    """
    kind, _, deed = entry.action.partition(".")
    details = entry.details
    if before is None:
        before = ProceedingRow(
            entry.subject,
            kind,  # type: ignore[arg-type]
            "",
            entry.time,
            str(details.get("about", details.get("capacity", ""))),
            "",
            False,
            0,
            "",
            tuple(dict.fromkeys(details.get("cases", ()))),
        )
    return replace(
        before,
        state=str(details.get("state", deed)),
        steps=int(details["step"]),
        sha256=str(details["sha256"]),
        due=str(details.get("due", before.due)),
        urgent=bool(details.get("urgent", before.urgent)),
    )


def told(connection: Connection, number: str) -> list[Entry]:
    """The steps of a proceeding as the ledger has them, oldest first."""
    return [entry for entry in ledger.about(connection, number) if is_step(entry)]


def _fold(entries: Iterable[Entry]) -> ProceedingRow | None:
    row = None
    for entry in entries:
        row = after(row, entry)
    return row


def read(connection: Connection, number: str, kind: Kind) -> ProceedingRow | None:
    """The proceeding of that number as its entries say; None where there is none.

    Raises NotIntact where the index contradicts them.
    """
    said = _fold(told(connection, number))
    if said != read_listed(connection, number):
        raise NotIntact("ledger.contradicts-index", number, table=_TABLE)
    return said if said is not None and said.kind == kind else None


def about_case(connection: Connection, kind: Kind, objid: str, states: Sequence[str] = ()) -> list[ProceedingRow]:
    """Those of a kind that are about a case, in any state or in some, as the ledger says. Raises NotIntact."""
    numbers = ledger.opened_about(connection, objid, [OPENING[kind]])
    listed = select(proceeding_cases.c.number).where(proceeding_cases.c.objid == objid)
    for number in connection.execute(listed).scalars():
        if number not in numbers and _is_of(number, kind):
            raise NotIntact("ledger.contradicts-index", objid, table="proceeding_cases")
    known = [read(connection, number, kind) for number in numbers]
    return [row for row in known if row is not None and (not states or row.state in states)]


def _is_of(number: str, kind: Kind) -> bool:
    return number[:1] == LETTERS[kind] if LETTERS[kind] else number[:1].isdigit()


def next_number(connection: Connection, kind: Kind, year: int, taken: Callable[[str], bool]) -> str:
    """The number of the next one of that year: H2026-0001. `year` is the bureau's.

    No number is given out twice: neither one that the ledger or the index knows nor one that is `taken` in the store.
    """
    prefix = f"{LETTERS[kind]}{year}-"
    query = select(proceedings.c.number).where(proceedings.c.number.startswith(prefix))
    known = {*connection.execute(query).scalars(), *ledger.subjects(connection, prefix)}
    used = [int(rest) for name in known if (rest := name.removeprefix(prefix)).isdecimal() and rest.isascii()]
    number = max(used, default=0) + 1
    while taken(f"{prefix}{number:04d}"):
        number += 1
    return f"{prefix}{number:04d}"


def add_step(
    connection: Connection,
    kind: Kind,
    number: str,
    deed: str,
    details: Mapping[str, Any],
    *,
    actor: str,
    moment: datetime,
) -> None:
    """Write a step into ledger and index.

    `details`: state, step, sha256; and with the first step about and cases (objids). They name nobody.
    """
    entry = ledger.add(connection, action=f"{kind}.{deed}", subject=number, actor=actor, details=details, moment=moment)
    apply(connection, entry)


# --- the index


def read_listed(connection: Connection, number: str) -> ProceedingRow | None:
    """The row of that number, as it is listed."""
    listed = rows_where(connection, proceedings.c.number == number)
    if not listed:
        cases = connection.execute(_cases_of(number)).first()
        if cases is not None:
            raise NotIntact("ledger.contradicts-index", number, table="proceeding_cases")
        return None
    return listed[0]


def _cases_of(number: str) -> Any:
    return select(proceeding_cases.c.objid).where(proceeding_cases.c.number == number)


def rows(connection: Connection, kind: Kind, states: Sequence[str] = ()) -> list[ProceedingRow]:
    """Those of a kind in order, all or those in some states, as they are listed."""
    conditions = [proceedings.c.kind == kind]
    if states:
        conditions.append(proceedings.c.state.in_(states))
    return rows_where(connection, *conditions)


def newest(connection: Connection, kind: Kind, states: Sequence[str], most: int) -> tuple[list[ProceedingRow], int]:
    """The newest of a kind, all or those in some states, oldest first; and how many older ones there are."""
    conditions = [proceedings.c.kind == kind]
    if states:
        conditions.append(proceedings.c.state.in_(states))
    total = int(connection.execute(select(func.count()).select_from(proceedings).where(*conditions)).scalar_one())
    numbers = select(proceedings.c.number).where(*conditions)
    numbers = numbers.order_by(proceedings.c.opened.desc(), proceedings.c.number.desc()).limit(most).correlate(None)
    found = rows_where(connection, proceedings.c.number.in_(numbers))
    return found, total - len(found)


def rows_where(connection: Connection, *conditions: Any) -> list[ProceedingRow]:
    query = select(proceedings).where(*conditions).order_by(proceedings.c.opened, proceedings.c.number)
    listed = [ProceedingRow(**row._mapping) for row in connection.execute(query)]
    about = (
        select(proceeding_cases.c.number, proceeding_cases.c.objid)
        .join(proceedings, proceeding_cases.c.number == proceedings.c.number)
        .where(*conditions)
        .order_by(proceeding_cases.c.number, proceeding_cases.c.place)
    )
    cases: dict[str, list[str]] = {}
    for number, objid in connection.execute(about):
        cases.setdefault(number, []).append(objid)
    return [replace(row, cases=tuple(cases.get(row.number, ()))) for row in listed]


def about_cases(
    connection: Connection, kind: Kind, objids: Sequence[str], states: Sequence[str]
) -> dict[str, list[ProceedingRow]]:
    """The proceedings of a kind in some states about these cases, by case, as they are listed."""
    by_case: dict[str, list[ProceedingRow]] = {}
    for start in range(0, len(objids), _BATCH):
        asked = set(objids[start : start + _BATCH])
        numbers = select(proceeding_cases.c.number).where(proceeding_cases.c.objid.in_(asked)).correlate(None)
        conditions = (proceedings.c.kind == kind, proceedings.c.state.in_(states), proceedings.c.number.in_(numbers))
        for row in rows_where(connection, *conditions):
            for objid in asked.intersection(row.cases):
                by_case.setdefault(objid, []).append(row)
    return by_case


def apply(connection: Connection, entry: Entry) -> None:
    """Bring the index up to date with one entry of the ledger; what is no step of a proceeding changes nothing."""
    if not is_step(entry):
        return
    before = read_listed(connection, entry.subject)
    row = after(before, entry)
    values = asdict(row)
    del values["cases"]
    if before is not None:
        connection.execute(proceedings.update().where(proceedings.c.number == row.number).values(**values))
        return
    connection.execute(proceedings.insert(), values)
    if row.cases:
        listed = [{"objid": objid, "number": row.number, "place": place} for place, objid in enumerate(row.cases)]
        connection.execute(proceeding_cases.insert(), listed)


def replay(connection: Connection) -> None:
    """Make the index again from the ledger alone."""
    connection.execute(delete(proceeding_cases))
    connection.execute(delete(proceedings))
    for entry in ledger.entries(connection):
        apply(connection, entry)


def compare(connection: Connection) -> Iterator[Finding]:
    """Every row that contradicts the ledger, is missing, or has no entry."""
    listed = set(connection.execute(select(proceedings.c.number)).scalars())
    listed |= set(connection.execute(select(proceeding_cases.c.number).distinct()).scalars())
    listed |= {entry.subject for entry in ledger.of_action(connection, *OPENING.values())}
    yield from contradictions(lambda number: read(connection, number, "request"), listed)


def counts_of(connection: Connection, kind: Kind, objids: Sequence[str]) -> dict[str, int]:
    """How many of a kind there ever were about each of these cases, as they are listed."""
    counts: dict[str, int] = {}
    for start in range(0, len(objids), _BATCH):
        # The kind is no condition: there is an index over it, and SQLite would begin with all there are of that kind.
        query = (
            select(proceeding_cases.c.objid, proceedings.c.kind, func.count())
            .join(proceedings, proceeding_cases.c.number == proceedings.c.number)
            .where(proceeding_cases.c.objid.in_(objids[start : start + _BATCH]))
            .group_by(proceeding_cases.c.objid, proceedings.c.kind)
        )
        counts |= {str(objid): int(count) for objid, of, count in connection.execute(query) if of == kind}
    return counts
