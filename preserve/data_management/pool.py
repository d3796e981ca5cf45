"""Recordings that no case names yet: rows that follow from the ledger and from the records that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast, get_args

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from metadata.findings import Finding
from preserve.clock import stamp
from preserve.data_management import ledger, pool_records
from preserve.data_management.comparing import contradictions
from preserve.data_management.ledger import Entry
from preserve.data_management.pool_records import PoolRecord
from preserve.data_management.tables import files, pool, pool_places
from preserve.errors import Conflict, NotFound, NotIntact
from preserve.home import Home

COLLECTED, SEEN = "pool.collected", "pool.seen-again"
CLAIMED, RELEASED, IN_CASE, CLEARED = "pool.claimed", "pool.released", "pool.in-case", "pool.cleared"
STEPS = (CLAIMED, RELEASED, IN_CASE, CLEARED)

State = Literal["waiting", "claimed", "in-case", "cleared"]
STATES: tuple[State, ...] = get_args(State)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class PoolRow:
    """One recording of the pool, as the table has it (`tables/pool.py`). Times are RFC 3339, empty where unknown."""

    id: str
    sha256: str
    size: int
    name: str
    file: str
    taken: str
    taken_from: str
    due: str
    kind: str
    device: str
    officer: str
    officer_name: str
    unit: str
    station: str
    case_number: str
    record: str
    collected: str
    account: str
    state: State = "waiting"
    deposit: str = ""
    objid: str = ""
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a recording was seen: the station, the path in its folder, and when first."""

    key: str
    recording: str
    station: str
    path: str
    seen: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Which recordings are wanted; empty: all. `since` and `until` are moments in UTC, `until` is not within."""

    officer: str = ""
    device: str = ""
    station: str = ""
    since: str = ""
    until: str = ""
    state: State | Literal[""] = "waiting"
    due: str = ""
    deposit: str = ""


def row_of(record: PoolRecord, sha256: str) -> PoolRow:
    """The row of a recording that came in, from its record and the record's digest."""
    kept = {name: getattr(record, name) for name in PoolRow.__dataclass_fields__ if name in PoolRecord.model_fields}
    return PoolRow(**kept, record=sha256, changed=record.collected)


def _read(connection: Connection, *where: ColumnElement[bool]) -> Iterator[PoolRow]:
    for row in connection.execute(select(pool).where(*where).order_by(pool.c.taken, pool.c.id)):
        yield PoolRow(**cast(dict[str, Any], dict(row._mapping)))


def find(connection: Connection, identifier: str) -> PoolRow | None:
    """The recording of that number, or of that SHA-256."""
    return next(_read(connection, or_(pool.c.id == identifier, pool.c.sha256 == identifier)), None)


def require(connection: Connection, home: Home, identifier: str) -> PoolRow:
    """As `find`; held to the ledger and to the record that it names. Raises NotFound, NotIntact."""
    row = find(connection, identifier)
    if row is None:
        raise NotFound("pool.unknown", identifier[:80])
    if _told(connection, home, row.id) != row:
        raise NotIntact("ledger.contradicts-index", row.id, table=pool.name)
    return row


def places_of(connection: Connection, identifier: str) -> list[Sighting]:
    """Where a recording was seen, in order."""
    query = select(pool_places).where(pool_places.c.recording == identifier)
    rows = connection.execute(query.order_by(pool_places.c.seen, pool_places.c.key))
    return [Sighting(**cast(dict[str, Any], dict(row._mapping))) for row in rows]


def known_places(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Which of these places were seen before."""
    found: set[str] = set()
    for begin in range(0, len(keys), _BATCH):
        query = select(pool_places.c.key).where(pool_places.c.key.in_(keys[begin : begin + _BATCH]))
        found.update(connection.execute(query).scalars())
    return found


def _where(wish: Wish) -> list[ColumnElement[bool]]:
    table = pool.c
    found: list[ColumnElement[bool]] = []
    for column, value in (("officer", wish.officer), ("device", wish.device), ("station", wish.station)):
        if value:
            found.append(func.lower(table[column]) == value.lower())
    if wish.state:
        found.append(table.state == wish.state)
    if wish.since:
        found.append(table.taken >= wish.since)
    if wish.until:
        found += [table.taken < wish.until, table.taken != ""]
    if wish.due:
        found.append(table.due <= wish.due)
    if wish.deposit:
        found.append(table.deposit == wish.deposit)
    return found


def page(connection: Connection, wish: Wish, after: str, size: int) -> tuple[list[PoolRow], str]:
    """The next recordings by time, and the key after which more follow; empty where none do."""
    where = _where(wish)
    if after:
        taken, _, identifier = after.partition("~")
        where.append(or_(pool.c.taken > taken, and_(pool.c.taken == taken, pool.c.id > identifier)))
    query = select(pool).where(*where).order_by(pool.c.taken, pool.c.id).limit(size + 1)
    rows = [PoolRow(**cast(dict[str, Any], dict(row._mapping))) for row in connection.execute(query)]
    more = len(rows) > size
    rows = rows[:size]
    return rows, f"{rows[-1].taken}~{rows[-1].id}" if more else ""


def count(connection: Connection, wish: Wish) -> tuple[int, int]:
    """How many recordings, and their bytes."""
    query = select(func.count(), func.coalesce(func.sum(pool.c.size), 0)).select_from(pool).where(*_where(wish))
    found = connection.execute(query).one()
    return int(found[0]), int(found[1])


def of_deposit(connection: Connection, deposit: str) -> list[PoolRow]:
    """The recordings that were claimed for a deposit, by time."""
    return list(_read(connection, pool.c.deposit == deposit))


def of_case(connection: Connection, objid: str) -> list[PoolRow]:
    """The recordings that a case holds, as far as their bytes are in the pool still."""
    return list(_read(connection, pool.c.objid == objid, pool.c.state == "in-case"))


def named(connection: Connection, column: Literal["deposit", "objid"], state: State) -> list[str]:
    """The deposits, or the cases, that recordings in a state name, each once."""
    return list(connection.execute(select(pool.c[column]).where(pool.c.state == state).distinct()).scalars())


def naming_case(connection: Connection, case_number: str) -> list[PoolRow]:
    """The waiting recordings of which a side file names this case."""
    return list(_read(connection, pool.c.case_number == case_number, pool.c.state == "waiting"))


def case_holds(connection: Connection, objid: str, sha256: str) -> bool:
    """Whether a file of the case has these bytes."""
    query = select(files.c.objid).where(files.c.objid == objid, files.c.sha256 == sha256).limit(1)
    return connection.execute(query).first() is not None


def has_bytes(connection: Connection, objid: str, item: str, sha256: str) -> bool:
    """Whether this file of the case (by its identifier, in any version) has these bytes."""
    query = select(files.c.objid).where(files.c.objid == objid, files.c.identifier == item, files.c.sha256 == sha256)
    return connection.execute(query.limit(1)).first() is not None


# --- what is done


def enter(connection: Connection, record: PoolRecord, sha256: str, moment: datetime) -> PoolRow:
    """Tell the ledger of a recording that came in, and make its rows, in the caller's transaction."""
    details = {"sha256": record.sha256, "bytes": record.size, "record_sha256": sha256, "station": record.station}
    ledger.append(connection, action=COLLECTED, subject=record.id, actor=record.account, details=details, moment=moment)
    row = row_of(record, sha256)
    connection.execute(pool.insert(), asdict(row))
    _note_place(connection, Sighting(record.key, record.id, record.station, record.path, record.collected))
    return row


def enter_place(connection: Connection, place: Sighting, *, actor: str, moment: datetime) -> None:
    """The same recording lies in another place too: both are noted, and it is kept once."""
    details = {"key": place.key, "station": place.station, "path": place.path}
    ledger.append(connection, action=SEEN, subject=place.recording, actor=actor, details=details, moment=moment)
    _note_place(connection, replace(place, seen=stamp(moment)))


def _note_place(connection: Connection, place: Sighting) -> None:
    if not known_places(connection, [place.key]):
        connection.execute(pool_places.insert(), asdict(place))


_FROM: Mapping[str, tuple[State, ...]] = {
    CLAIMED: ("waiting",),
    RELEASED: ("claimed",),
    IN_CASE: ("claimed",),
    CLEARED: ("in-case",),
}


def step(
    connection: Connection, row: PoolRow, action: str, details: Mapping[str, Any], *, actor: str, moment: datetime
) -> PoolRow:
    """One step more of a recording that `require` gave in this transaction.

    Raises Conflict where it is not in the state for that.
    """
    if row.state not in _FROM[action]:
        raise Conflict("pool.state-wrong", row.id, state=row.state)
    entry = ledger.add(connection, action=action, subject=row.id, actor=actor, details=details, moment=moment)
    after = _step(row, entry)
    values = {"state": after.state, "deposit": after.deposit, "objid": after.objid, "changed": after.changed}
    connection.execute(update(pool).where(pool.c.id == row.id).values(**values))
    return after


def _step(row: PoolRow, entry: Entry) -> PoolRow:
    if entry.action == CLAIMED:
        return replace(row, state="claimed", deposit=entry.details["deposit"], changed=entry.time)
    if entry.action == RELEASED:
        return replace(row, state="waiting", deposit="", changed=entry.time)
    if entry.action == IN_CASE:
        return replace(row, state="in-case", objid=entry.details["objid"], changed=entry.time)
    return replace(row, state="cleared", changed=entry.time)


# --- held to the ledger


def _told(connection: Connection, home: Home, identifier: str) -> PoolRow | None:
    """The row as the ledger and the record that it names tell it. Raises NotIntact."""
    entries = ledger.about(connection, identifier, COLLECTED, *STEPS)
    if not entries or entries[0].action != COLLECTED:
        return None
    sha256 = entries[0].details["record_sha256"]
    row = row_of(pool_records.read_record(home, identifier, sha256), sha256)
    for entry in entries[1:]:
        row = _step(row, entry) if entry.action in STEPS else row
    return row


def compare(connection: Connection, home: Home) -> Iterator[Finding]:
    """Every recording of which the row is not what ledger and record tell."""
    known = {*ledger.subjects_of(connection, COLLECTED), *connection.execute(select(pool.c.id)).scalars()}

    def check(identifier: str) -> None:
        row = find(connection, identifier)
        if row is None or _told(connection, home, identifier) != row:
            raise NotIntact("ledger.contradicts-index", identifier, table=pool.name)

    yield from contradictions(check, known)


def replay(connection: Connection, home: Home) -> Iterator[Finding]:
    """Make the rows again from the ledger and the records that it names; tells of those that are not as it says."""
    for table in (pool_places, pool):
        connection.execute(delete(table))
    for identifier in sorted(ledger.subjects_of(connection, COLLECTED)):
        try:
            row = _told(connection, home, identifier)
        except NotIntact as error:
            yield Finding(error.code, error.where, "warning", dict(error.values))
            continue
        assert row is not None
        connection.execute(pool.insert(), asdict(row))
        record = pool_records.read_record(home, identifier, row.record)
        _note_place(connection, Sighting(record.key, record.id, record.station, record.path, record.collected))
        for entry in ledger.about(connection, identifier, SEEN):
            told = entry.details
            _note_place(connection, Sighting(told["key"], identifier, told["station"], told["path"], entry.time))
