"""Recordings that no case names yet come into the archive's keeping: from a station's folder, or from watched ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from metadata.findings import Finding, text_in
from preserve.administration.duties import Duty
from preserve.administration.retention.profile import read_retention
from preserve.clock import zone
from preserve.data_management import pool, pool_records
from preserve.data_management.pool import Sighting, Wish
from preserve.errors import Busy, NotIntact, Refused
from preserve.home import Home
from preserve.ingest.sources.folder import FolderSource
from preserve.ingest.stations.collecting import Rules, Source, changed_at, copy, record_of, sweep
from preserve.ingest.stations.folders import StationFile, look_into
from preserve.ingest.stations.profile import StationsProfile, read_stations
from preserve.services.documents import FindingShown
from preserve.services.operation import job
from preserve.services.pool_settling import settle_all
from preserve.services.runs import Runs
from preserve.services.session import Session
from preserve.work import hold
from storage_adapters.durable import discard, drop_file, write_file
from storage_adapters.errors import Changed, SourceUnreadable

_ENTERING = "pool-entering.json"
_TOLD = 200


@dataclass(frozen=True, slots=True)
class Collected:
    """What one round over a station's folder did; `bytes` are those that came in.

    `again`: recordings that are kept already and lie in another place too. `known`: files that were seen before.
    `filling`: files that are still being written. Of what could not be taken `findings` say why, the first of them.
    """

    station: str
    collected: int
    bytes: int
    again: int
    known: int
    filling: int
    failed: int
    findings: tuple[FindingShown, ...]


@dataclass(frozen=True, slots=True)
class PoolWatched:
    """What one round over the watched folders did, and which of them cannot be read now.

    `released`: recordings that wait again since the deposit that they were claimed for is gone. `cleared`: recordings
    whose case has all its copies, so that the pool keeps none. `overdue`: recordings that go to appraisal.
    """

    stations: tuple[Collected, ...]
    absent: tuple[str, ...]
    released: int
    cleared: int
    overdue: int


@dataclass(frozen=True, slots=True)
class PoolVerified:
    """How many recordings were read back, and which are not what they were."""

    checked: int
    bytes: int
    damaged: tuple[FindingShown, ...]


@job("pool.collect", duty=Duty.INGEST, runs=Runs(place="folder"))
def collect(session: Session, folder: Path, *, station: str = "", settled: int = -1) -> Collected:
    """Take the recordings of a station's folder into the pool; nothing in the folder is changed.

    `settled`: for so many seconds a file must not have changed; -1: as the profile says. Goes on where an earlier run
    stopped. Raises Refused where the folder cannot be read, Busy, MediumProblem, StorageError, Stopped.
    """
    _require_apart(session.home, folder)
    profile = read_stations(session.home.profiles)
    return _collect(session, Source(folder, station or str(text_in(folder.name))), profile, settled)


@job("pool.watch", duty=Duty.INGEST, runs=Runs(place=""))
def watch(session: Session, *, settled: int = -1) -> PoolWatched:
    """One round over the folders of `[pool] stations`, and over what was claimed. Run by a timer.

    Raises Busy, MediumProblem, StorageError, Stopped.
    """
    home, archive = session.home, session.archive
    profile = read_stations(home.profiles)
    done, absent = [], []
    for folder in home.settings.pool.stations:
        root = home.path / folder
        try:
            _require_apart(home, root)
            done.append(_collect(session, Source(root, str(text_in(root.name))), profile, settled))
        except Refused:
            absent.append(str(text_in(root.name)))
    released, cleared = settle_all(session)
    with archive.catalogue.read() as connection:
        overdue, _ = pool.count(connection, Wish(due=archive.today().isoformat()))
    return PoolWatched(tuple(done), tuple(absent), released, cleared, overdue)


@job("pool.verify", duty=Duty.KEEP, runs=Runs("audit", place=""))
def verify(session: Session) -> PoolVerified:
    """Read every recording of the pool back from where it lies, and tell which are damaged or gone; nothing is changed.

    Raises StorageError where the store is away and cannot be reached, Stopped.
    """
    home, archive = session.home, session.archive
    with archive.catalogue.read() as connection:
        count, size = pool.count(connection, Wish(state=""))
    session.progress.begin("pool.verifying", total=size, files=count)
    damaged: list[Finding] = []
    checked, read, after = 0, 0, ""
    while True:
        with archive.catalogue.read() as connection:
            rows, after = pool.page(connection, Wish(state=""), after, 100)
        for row in rows:
            if row.state == "cleared":
                continue
            if reason := pool_records.check(home, row.file, row.sha256, session.progress):
                damaged.append(Finding("pool.damaged", row.id, "error", {"reason": reason}))
            checked, read = checked + 1, read + row.size
            session.progress(0, 1)
        if not after:
            return PoolVerified(checked, read, tuple(damaged))


def _require_apart(home: Home, folder: Path) -> None:
    """Raises Refused for a folder of the archive itself: it would collect what it keeps."""
    place = folder.resolve()
    if {home.path.resolve(), home.store.resolve()} & {place, *place.parents} and not _is_inbox(home, place):
        raise Refused("pool.own-folder", str(folder))


def _is_inbox(home: Home, place: Path) -> bool:
    return any(place == (home.path / folder).resolve() for folder in home.settings.pool.stations) and not (
        {home.store.resolve(), home.waiting.resolve(), home.work.resolve()} & {place, *place.parents}
    )


def _collect(session: Session, source: Source, profile: StationsProfile, settled: int) -> Collected:
    home, archive = session.home, session.archive
    seconds = profile.settled if settled < 0 else settled
    rules = Rules(profile, zone(home.settings.time_zone), read_retention(home.profiles).floor.recording_years)
    with hold(home.work / "pool.lock", Busy("pool.busy", source.station)):
        sweep(home)
        _finish_entering(session)
        found = look_into(source.root, profile, now=archive.now().timestamp(), settled=seconds)
        keys = {source.key(file): file for file in found.recordings}
        with archive.catalogue.read() as connection:
            known = pool.known_places(connection, list(keys))
        new = {key: file for key, file in keys.items() if key not in known}
        total = sum(file.entry.size for file in new.values())
        session.progress.begin("pool.collecting", total=total, files=len(new), station=source.station)
        run = _Run(session, source, rules, seconds)
        for file in new.values():
            run.take(file)
            session.progress(0, 1)
    findings = [*found.findings, *run.findings]
    return Collected(
        source.station,
        run.collected,
        run.bytes,
        run.again,
        len(keys) - len(new),
        found.filling + run.filling,
        run.failed,
        tuple(findings[:_TOLD]),
    )


class _Run:
    """One round over one folder."""

    def __init__(self, session: Session, source: Source, rules: Rules, settled: float) -> None:
        self._session, self._source, self._rules, self._settled = session, source, rules, settled
        self._sides: dict[str, str] = {}
        self.collected = self.bytes = self.again = self.filling = self.failed = 0
        self.findings: list[Finding] = []

    def take(self, file: StationFile) -> None:
        """One recording; one that cannot be taken now is told, and the next round tries it again."""
        now = self._session.archive.now().timestamp()
        shown = str(text_in(file.path))
        try:
            if self._settled > 0 and now - changed_at(self._source, file) < self._settled:
                self.filling += 1
                return
            self._take(file)
        except Changed:
            self.filling += 1
            self.findings.append(Finding("pool.changed-meanwhile", shown, "warning"))
        except (SourceUnreadable, Refused) as error:
            self.failed += 1
            reason = str(error.values.get("reason", "")) or error.code
            self.findings.append(Finding("pool.unreadable", shown, "error", {"reason": reason}))

    def _take(self, file: StationFile) -> None:
        session, home, archive = self._session, self._session.home, self._session.archive
        account, moment = session.person.account, archive.now()
        copied = copy(home, self._source, file, session.progress)
        sha256 = copied.digests["sha256"]
        with archive.catalogue.read() as connection:
            row = pool.find(connection, sha256)
        if row is not None:
            drop_file(copied.part, pool_records.top(home))
            place = Sighting(self._source.key(file), row.id, self._source.station, str(text_in(file.path)), "")
            with archive.catalogue.begin() as connection:
                pool.enter_place(connection, place, actor=account, moment=moment)
            self.again += 1
            return
        record = record_of(self._source, file, copied, self._rules, (account, moment))
        self._keep_sides(file)
        note = home.work / _ENTERING
        write_file(note, json.dumps({"id": record.id}).encode(), durable=True)
        digest = pool_records.publish(home, record, copied.part)
        session.progress(0)
        with archive.catalogue.begin() as connection:
            pool.enter(connection, record, digest, moment)
        drop_file(note, home.work)
        self.collected += 1
        self.bytes += copied.size
        self.findings += [
            Finding(one.code, record.name, "warning" if one.severity == "error" else "note", dict(one.values))
            for one in record.findings
            # One that is empty or cut off is told while the station still has it.
            if one.code.startswith("pool.") or one.severity == "error"
        ]

    def _keep_sides(self, file: StationFile) -> None:
        """The side files that speak of the recording, as they came, each once."""
        for one in file.records:
            if self._sides.get(one.source) == one.sha256:
                continue
            with suppress(Refused):
                data = FolderSource(self._source.root).read(one.source, self._rules.profile.largest_side_file)
                self._sides[one.source] = pool_records.keep_side_file(self._session.home, one.source, data)


def _finish_entering(session: Session) -> None:
    """A run was killed between publishing a recording and telling of it: what is whole is entered, all else goes."""
    home, archive = session.home, session.archive
    note = home.work / _ENTERING
    try:
        told: Mapping[str, str] = json.loads(note.read_bytes())
        identifier = str(told["id"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    with archive.catalogue.read() as connection:
        row = pool.find(connection, identifier)
    folder = pool_records.folder_of(home, identifier)
    if row is None and folder.is_dir():
        try:
            record = pool_records.read_record(home, identifier)
            whole = not pool_records.check(home, record.file, record.sha256, lambda moved: None)
        except NotIntact:
            whole = False
        if whole:
            digest = pool_records.digest_of(home, identifier)
            with archive.catalogue.begin() as connection:
                pool.enter(connection, record, digest, archive.now())
        else:
            discard(folder, pool_records.top(home))
    drop_file(note, home.work)
