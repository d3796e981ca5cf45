"""The register of fonds (全宗): what the ledger's entries say of each, and the table that lists it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select

from metadata.findings import Finding
from preserve.data_management import ledger
from preserve.data_management.ledger import Entry
from preserve.data_management.tables import fonds
from preserve.errors import Conflict, NotFound, NotIntact

ENTERED = "fonds.entered"
NUMBERED = "fonds.numbered"
RENAMED = "fonds.renamed"
CLOSED = "fonds.closed"
LIMITED = "fonds.limited"
OF_FONDS = (ENTERED, NUMBERED, RENAMED, CLOSED, LIMITED)
BETWEEN = "-"
"""What stands between 全宗号 and the rest of a number (DA/T 13-2022)."""


@dataclass(frozen=True, slots=True)
class FondsRow:
    """One fonds: our own code, 全宗号 or nothing, 立档单位; the days from and until which it takes cases;
    `quota` bytes are what its packages may take, 0 for no bound.
    """

    code: str
    number: str
    name: str
    since: str
    until: str
    entered: str
    quota: int = 0

    @property
    def is_open(self) -> bool:
        """Whether its body still makes cases."""
        return not self.until

    def whole(self, local: str) -> str:
        """An archival number of this fonds as people write it; nothing for none."""
        return f"{self.number}{BETWEEN}{local}" if self.number and local else local


# --- what entries make


def _step(before: FondsRow | None, entry: Entry) -> FondsRow | None:
    details = entry.details
    if entry.action == ENTERED:
        row = FondsRow(entry.subject, details["number"], details["name"], details["since"], "", entry.time)
        return before or row  # a code is entered once
    if before is None:
        return None
    if entry.action == NUMBERED:
        return replace(before, number=details["number"])
    if entry.action == RENAMED:
        return replace(before, name=details["name"])
    if entry.action == LIMITED:
        return replace(before, quota=details["bytes"])
    return replace(before, until=details["until"])


def _told(connection: Connection, code: str = "") -> dict[str, FondsRow]:
    entries = ledger.about(connection, code, *OF_FONDS) if code else ledger.of_action(connection, *OF_FONDS)
    rows: dict[str, FondsRow] = {}
    for entry in entries:
        row = _step(rows.get(entry.subject), entry)
        if row is not None:
            rows[entry.subject] = row
    return rows


def _listed(connection: Connection, *where: ColumnElement[bool]) -> dict[str, FondsRow]:
    rows = connection.execute(select(fonds).where(*where))
    return {str(row.code): FondsRow(**row._mapping) for row in rows}


def all_fonds(connection: Connection) -> list[FondsRow]:
    """Every fonds in the order of entering. Raises NotIntact where table and ledger differ in any."""
    said = _told(connection)
    if _listed(connection) != said:
        raise NotIntact("ledger.contradicts-index", ", ".join(sorted(said)) or "-", table=fonds.name)
    return sorted(said.values(), key=lambda row: (row.entered, row.code))


def require(connection: Connection, code: str) -> FondsRow:
    """The fonds of that code. Raises NotFound, and NotIntact where table and ledger differ in it."""
    said = _told(connection, code) if code else {}
    if code not in said:
        raise NotFound("fonds.unknown", code)
    if _listed(connection, fonds.c.code == code) != said:
        raise NotIntact("ledger.contradicts-index", code, table=fonds.name)
    return said[code]


def _write(connection: Connection, action: str, code: str, actor: str, details: dict[str, Any], at: datetime) -> None:
    ledger.append(connection, action=action, subject=code, actor=actor, details=details, moment=at)
    connection.execute(delete(fonds).where(fonds.c.code == code))
    connection.execute(fonds.insert(), [asdict(row) for row in _told(connection, code).values()])


def enter(connection: Connection, row: FondsRow, *, actor: str, moment: datetime) -> None:
    """Enter a fonds; its own moment is this one. Raises Conflict where its code, number or name was there before."""
    for known in all_fonds(connection):
        if known.code == row.code or known.name == row.name:
            raise Conflict("fonds.known", row.code, name=known.name, known=known.code)
        _require_other_number(known, row.number)
    details = {"number": row.number, "name": row.name, "since": row.since}
    _write(connection, ENTERED, row.code, actor, details, moment)


def _require_other_number(known: FondsRow, number: str) -> None:
    if number and known.number == number:
        raise Conflict("fonds.number-known", number, known=known.code)


def number(connection: Connection, code: str, given: str, paper: str, *, actor: str, moment: datetime) -> None:
    """Write down the 全宗号 that the receiving archive gave. Raises Conflict where it has one or another has it."""
    row = require(connection, code)
    if row.number:
        raise Conflict("fonds.has-number", code, number=row.number)
    for known in all_fonds(connection):
        _require_other_number(known, given)
    _write(connection, NUMBERED, code, actor, {"number": given, "paper": paper}, moment)


def rename(connection: Connection, code: str, name: str, reason: str, *, actor: str, moment: datetime) -> None:
    """Another name of the same body (same functions: same fonds). Raises Conflict where another fonds has it."""
    require(connection, code)
    for known in all_fonds(connection):
        if known.name == name:
            raise Conflict("fonds.known", code, name=name, known=known.code)
    _write(connection, RENAMED, code, actor, {"name": name, "reason": reason}, moment)


def close(connection: Connection, code: str, until: str, reason: str, *, actor: str, moment: datetime) -> None:
    """Its body has ended: cases closed after `until` are not filed in it. Raises Conflict where it is closed."""
    row = require(connection, code)
    if not row.is_open:
        raise Conflict("fonds.closed", code, until=row.until)
    _write(connection, CLOSED, code, actor, {"until": until, "reason": reason}, moment)


def limit(connection: Connection, code: str, quota: int, reason: str, *, actor: str, moment: datetime) -> None:
    """Set how many bytes its packages may take; 0 takes the bound away."""
    require(connection, code)
    _write(connection, LIMITED, code, actor, {"bytes": quota, "reason": reason}, moment)


def replay(connection: Connection) -> None:
    """Make the table again from the ledger alone."""
    connection.execute(delete(fonds))
    for row in _told(connection).values():
        connection.execute(fonds.insert(), asdict(row))


def compare(connection: Connection) -> Iterator[Finding]:
    """Every row that is not what the ledger says, and every one that is wanting."""
    said, listed = _told(connection), _listed(connection)
    for code in sorted({*said, *listed}):
        if said.get(code) != listed.get(code):
            yield Finding("ledger.contradicts-index", code, "error", {"table": fonds.name})
