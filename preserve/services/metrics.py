"""What a monitor is told: figures of the service and of the copies; nothing of any case, no name of anybody.

Each figure is read from an index, or from a stretch of one that has an end (`data_management.figures`), so that asking
every minute costs a young archive and an old one the same. The inventory of media is read whole: a row a medium.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from preserve.administration.index_check import VERIFIED
from preserve.archival_storage import media as inventory
from preserve.archival_storage.opening import places_of
from preserve.archival_storage.overview import lacking_among
from preserve.archival_storage.policy import StorageProfile, read_policy
from preserve.archival_storage.schedule import rule_for
from preserve.clock import stamp
from preserve.data_management import (
    audits,
    backup,
    checkpoints,
    database,
    figures,
    holdings,
    kept_sums,
    ledger,
    logins,
    looks,
    nodes,
)
from preserve.data_management.archive import Archive
from preserve.data_management.figures import TakenIn, Unread
from preserve.data_management.holdings import MediumRow
from preserve.data_management.looks_sealing import ANCHORED, TAIL_LOST
from preserve.services.jobs import WORKER_LOCK
from preserve.services.operation import query
from preserve.services.session import Session
from preserve.services.system import Room, rooms, versions
from preserve.work import is_held
from storage_adapters.registry import traits_of

NEWEST = 200
"""Of so many of the newest packages it is counted how many lack a copy."""
LATELY = timedelta(days=1)
_GRACE = timedelta(days=7)  # after its interval a copy that was still not read is overdue
DENIED = "access.denied"
"""The action of an entry that tells of somebody who asked for what they may not do."""


@dataclass(frozen=True, slots=True)
class JobsNow:
    """So many jobs of a lane are in a state that has not ended."""

    lane: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class JobsEnded:
    """Jobs of a lane that were asked for within the last day and ended so; the sum of their seconds, the longest."""

    lane: str
    state: str
    count: int
    seconds: float
    longest: float


@dataclass(frozen=True, slots=True)
class Held:
    """Files and their bytes in the newest version of each case, of one representation."""

    representation: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class MediaCount:
    """So many media of a kind are in a state; of those in use `overdue` are past their day, `failing` say they fail."""

    kind: str
    state: str
    count: int
    overdue: int
    failing: int


@dataclass(frozen=True, slots=True)
class MediumRoom:
    """The room on a medium that is a mounted file system now, by its identity; bytes."""

    medium: str
    kind: str
    total: int
    free: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the audit of an on-line medium is: copies due and overdue, when its longest unread one was read.

    `interval` in seconds, 0 for one that is read all the time: of that nothing is ever due. Counts end at `MOST`.
    """

    medium: str
    kind: str
    interval: int
    due: int
    overdue: int
    oldest: str


@dataclass(frozen=True, slots=True)
class LastAudit:
    """The newest run of the audit: how it ended, when it began and ended, copies by outcome and bytes read."""

    state: str
    started: str
    ended: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Metrics:
    """The archive as a monitor sees it; times are RFC 3339 text in UTC, empty for never, sizes in bytes.

    `waiting_since`: when the job was asked for that waits longest. `copies`: those that are not as they should be, by
    state. Of the `looked_at` newest packages `lacking` lack a copy. `refused`: deeds of the last day by action.
    """

    moment: str
    versions: dict[str, str]
    worker: bool
    jobs: tuple[JobsNow, ...]
    waiting_since: str
    ended: tuple[JobsEnded, ...]
    taken_in: TakenIn
    held: tuple[Held, ...]
    copies: dict[str, int]
    lacking: int
    looked_at: int
    media: tuple[MediaCount, ...]
    readings: tuple[Reading, ...]
    audit: LastAudit | None
    rooms: tuple[Room, ...]
    media_rooms: tuple[MediumRoom, ...]
    catalogue: int
    backed_up: str
    entries: int
    looks: int
    looks_waiting: int
    signed: int
    signed_at: str
    proven_at: str
    refused: dict[str, int]


@query("system.metrics", open_to_all="a monitor has no account; figures and states, nothing of a case or a person")
def show(session: Session) -> Metrics:
    """What a monitor asks for every minute. Raises Busy, NotIntact; Refused where the storage profile is wrong."""
    archive = session.archive
    home, moment = archive.home, archive.now()
    profile, recent = read_policy(home.profiles), moment - LATELY
    with archive.catalogue.read() as connection:
        now, waiting = figures.waiting_jobs(connection)
        inventoried = holdings.all_media(connection)
        lacking = lacking_among(connection, profile, {row.id: row for row in inventoried}, NEWEST)
        signed, proven = checkpoints.newest(connection), figures.newest_of(connection, VERIFIED)
        seen, last = looks.size(connection), next(iter(audits.runs(connection, limit=1)), None)
        return Metrics(
            stamp(moment),
            versions(*database.engine_version(connection)),
            _is_worked_on(archive, connection),
            tuple(JobsNow(lane, state, count) for (lane, state), count in sorted(now.items())),
            waiting,
            _ended(connection, recent),
            figures.taken_in(connection, recent),
            _held(connection),
            figures.copies_in_trouble(connection),
            *lacking,
            _media(inventoried, profile, moment),
            _readings(connection, inventoried, profile, moment),
            LastAudit(last.state, last.started, last.ended or "", dict(last.counts)) if last else None,
            tuple(rooms(home)),
            _rooms_of(inventoried),
            database.size(home, connection),
            next((one.made for one in backup.backups(home)), ""),
            ledger.size(connection),
            seen,
            max(0, seen - _anchored(connection)),
            signed.size if signed else 0,
            signed.made if signed else "",
            proven.time if proven else "",
            figures.deeds(connection, (logins.LOGIN_REFUSED, DENIED), recent),
        )


def _is_worked_on(archive: Archive, connection: Connection) -> bool:
    """Whether a worker has the home: by its lock on this machine, or by the signs of life of those on any."""
    if not archive.catalogue.is_on_a_server:
        return is_held(archive.home.work / WORKER_LOCK)
    moment = nodes.clock_of(connection)
    return any(nodes.is_alive(node, moment) for node in nodes.all_nodes(connection))


def _ended(connection: Connection, since: datetime) -> tuple[JobsEnded, ...]:
    found = figures.ended_jobs(connection, since).items()
    return tuple(JobsEnded(lane, state, one.count, one.seconds, one.longest) for (lane, state), one in found)


def _held(connection: Connection) -> tuple[Held, ...]:
    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for (representation, *_), counted in kept_sums.read_formats(connection).items():
        files[representation] += counted.files
        sizes[representation] += counted.size
    return tuple(Held(name, files[name], sizes[name]) for name in sorted(files))


def _media(rows: Sequence[MediumRow], profile: StorageProfile, moment: datetime) -> tuple[MediaCount, ...]:
    counts: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        due = inventory.next_check(row, profile)
        failing = row.state == "in use" and row.details.get("health") == "failing"
        found = counts.setdefault((row.kind, row.state), [0, 0, 0])
        for place, one in enumerate((True, due is not None and due < moment.date(), failing)):
            found[place] += one
    return tuple(MediaCount(kind, state, *found) for (kind, state), found in sorted(counts.items()))


def _readings(
    connection: Connection, rows: Sequence[MediumRow], profile: StorageProfile, moment: datetime
) -> tuple[Reading, ...]:
    read = []
    for row in rows:
        if row.state != "in use" or not traits_of(row.kind).online:
            continue
        days = timedelta(days=rule_for(profile, row.kind).days)
        found = figures.unread(connection, row.id, moment - days, moment - days - _GRACE) if days else Unread(0, 0)
        oldest = figures.oldest_reading(connection, row.id)
        read.append(Reading(row.id, row.kind, int(days.total_seconds()), found.due, found.overdue, oldest))
    return tuple(read)


def _rooms_of(rows: Sequence[MediumRow]) -> tuple[MediumRoom, ...]:
    """Of mounted media; what was taken away meanwhile is left out."""
    kinds: Mapping[str, str] = {row.id: row.kind for row in rows}
    found = []
    for identity, place in places_of([row for row in rows if row.state == "in use"]).items():
        try:
            usage = shutil.disk_usage(place)
        except OSError:
            continue
        found.append(MediumRoom(identity, kinds[identity], usage.total, usage.free))
    return tuple(found)


def _anchored(connection: Connection) -> int:
    """How many looks the newest root in the ledger covers."""
    last = figures.newest_of(connection, ANCHORED, TAIL_LOST)
    if last is None:
        return 0
    return int(last.details["size"]) if last.action == ANCHORED else int(last.details["first"]) - 1
