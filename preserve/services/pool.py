"""Recordings that no case names yet, as they are looked at: listed, shown, and those whose term is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import Connection

from metadata.findings import Finding, Severity
from preserve.administration.duties import Duty
from preserve.administration.retention.profile import read_retention
from preserve.clock import stamp, zone
from preserve.data_management import pool, pool_records
from preserve.data_management.pool import PoolRow, Sighting, State, Wish
from preserve.services.documents import FindingShown
from preserve.services.operation import Arguments, Look, of_archive, query
from preserve.services.pages import FIRST, Page
from preserve.services.session import Session

Shown = State | Literal["all"]


@dataclass(frozen=True, slots=True)
class PoolWish:
    """Which recordings are wanted: by officer's number, device, station, and the bureau's days from `since` on, `until`
    included; `state` waiting, claimed, in-case, cleared or all."""

    officer: str = ""
    device: str = ""
    station: str = ""
    since: date | None = None
    until: date | None = None
    state: Shown = "waiting"


@dataclass(frozen=True, slots=True)
class PoolList:
    """Recordings by time, those without one first; where more follow, they do after the key `next`.

    `count` and `bytes` are of all that the wish means; `overdue` of all that wait and whose term is over.
    """

    recordings: tuple[PoolRow, ...]
    next: str
    count: int
    bytes: int
    overdue: int


def _wish(session: Session, wish: PoolWish) -> Wish:
    where = zone(session.home.settings.time_zone)

    def moment(day: date) -> str:
        return stamp(datetime.combine(day, time(), where))

    return Wish(
        wish.officer.strip(),
        wish.device.strip(),
        wish.station.strip(),
        moment(wish.since) if wish.since else "",
        moment(wish.until + timedelta(days=1)) if wish.until else "",
        "" if wish.state == "all" else wish.state,
    )


def _listed(session: Session, wish: PoolWish, page: Page) -> PoolList:
    def read(connection: Connection) -> PoolList:
        wanted, today = _wish(session, wish), session.archive.today().isoformat()
        rows, following = pool.page(connection, wanted, page.after, page.size)
        overdue, _ = pool.count(connection, Wish(due=today))
        return PoolList(tuple(rows), following, *pool.count(connection, wanted), overdue)

    return session.once("pool", read)


def _names(session: Session, arguments: Arguments) -> Mapping[str, object]:
    rows = _listed(session, arguments["wish"], arguments["page"]).recordings
    return {"recordings": [row.id for row in rows]}


@query("pool.list", duty=(Duty.INGEST, Duty.APPRAISE), look=Look("pool.viewed", _names, of_archive))
def list_pool(session: Session, wish: PoolWish = PoolWish(), page: Page = FIRST) -> PoolList:
    """Recordings of the pool by officer, device, station and day."""
    return _listed(session, wish, page)


@dataclass(frozen=True, slots=True)
class Word:
    """What a side file says of a recording: `facts` by what they mean, `rest` by the maker's own keys."""

    source: str
    facts: Mapping[str, str]
    rest: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PoolShown:
    """One recording with everything that is known of it.

    `station_time` is the station's clock, when it took the recording in; `recording.taken` the recorder's. `folders`
    is what the names of the station's folders say.
    """

    recording: PoolRow
    digests: Mapping[str, str]
    puid: str
    format: str
    duration: float | None
    station_time: str
    place: str
    mark: str
    remark: str
    places: tuple[Sighting, ...]
    folders: Mapping[str, str]
    words: tuple[Word, ...]
    findings: tuple[FindingShown, ...]


def _row(session: Session, recording: str) -> PoolRow:
    return session.once("recording", lambda connection: pool.require(connection, session.home, recording))


def _which(session: Session, arguments: Arguments) -> str:
    return _row(session, arguments["recording"]).id


@query("pool.show", duty=(Duty.INGEST, Duty.APPRAISE), look=Look("pool.viewed", about=_which))
def show(session: Session, recording: str) -> PoolShown:
    """One recording by its number or SHA-256. Raises NotFound, NotIntact where its record is not the ledger's."""
    row = _row(session, recording)
    record = pool_records.read_record(session.home, row.id, row.record)
    with session.archive.catalogue.read() as connection:
        places = tuple(pool.places_of(connection, row.id))
    return PoolShown(
        row,
        record.digests,
        record.puid,
        record.format,
        record.duration,
        record.station_time,
        record.place,
        record.mark,
        record.remark,
        places,
        record.told,
        tuple(Word(one.source, one.facts, one.rest) for one in record.said),
        tuple(Finding(one.code, row.name, _severity(one.severity), dict(one.values)) for one in record.findings),
    )


def _severity(told: str) -> Severity:
    return "error" if told == "error" else "warning" if told == "warning" else "note"


@dataclass(frozen=True, slots=True)
class PoolOverdue:
    """Recordings that nobody claimed within the term (regulation Art. 19), as of `today`, by time."""

    today: date
    years: int
    recordings: tuple[PoolRow, ...]
    count: int
    bytes: int
    next: str


def _overdue(session: Session, page: Page) -> PoolOverdue:
    def read(connection: Connection) -> PoolOverdue:
        today = session.archive.today()
        wanted = Wish(due=today.isoformat())
        rows, following = pool.page(connection, wanted, page.after, page.size)
        years = read_retention(session.home.profiles).floor.recording_years
        return PoolOverdue(today, years, tuple(rows), *pool.count(connection, wanted), following)

    return session.once("overdue", read)


def _overdue_names(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"recordings": [row.id for row in _overdue(session, arguments["page"]).recordings]}


@query(
    "pool.overdue", duty=(Duty.INGEST, Duty.APPRAISE, Duty.REPORT), look=Look("pool.viewed", _overdue_names, of_archive)
)
def overdue(session: Session, page: Page = FIRST) -> PoolOverdue:
    """Recordings that nobody claimed and whose term is over, to be gathered for appraisal; nothing goes."""
    return _overdue(session, page)
