"""One recording from a station's folder into the archive's keeping: copied, hashed, read back, identified, published.

The original is only read, and must be the same file after reading as before. What is copied has no name of its own
until it is whole and on the disk; a run that was cut off leaves a part that the next one removes.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, BinaryIO

from metadata.findings import Finding, text_in
from preserve.clock import stamp
from preserve.data_management import pool_records
from preserve.data_management.pool_records import PoolRecord, Said, Told
from preserve.errors import NotIntact, Refused
from preserve.home import Home
from preserve.ingest.characterise import characterise
from preserve.ingest.facts import Character, Identification
from preserve.ingest.identify import identify
from preserve.ingest.sources.folder import open_beneath
from preserve.ingest.stations.folders import StationFile
from preserve.ingest.stations.profile import StationsProfile
from preserve.ingest.stations.words import Words, words_of
from preserve.work import require_space
from storage_adapters.copying import copy_stream
from storage_adapters.durable import drop_file
from storage_adapters.errors import Changed
from storage_adapters.reading import digest_file

_ALGORITHMS = ("sha256", "sm3", "md5")


@dataclass(frozen=True, slots=True)
class Source:
    """A station's folder, what people call the station, and by what it is known where recordings are from."""

    root: Path
    station: str

    def key(self, file: StationFile) -> str:
        """By this a file is known again: its place, size and time."""
        told = (os.fsencode(os.path.realpath(self.root)), os.fsencode(file.path))
        facts = f"{file.entry.size} {file.entry.modified_ns}".encode()
        return hashlib.sha256(b"\0".join((*told, facts))).hexdigest()


@dataclass(frozen=True, slots=True)
class Copied:
    """A recording that was copied and read back: where the copy lies for now, its digests by algorithm."""

    part: Path
    size: int
    digests: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """By what recordings are judged: the profile, where clocks run, how many years the unclaimed are kept."""

    profile: StationsProfile
    zone: tzinfo
    years: int


def changed_at(source: Source, file: StationFile) -> float:
    """When something last happened to the file, in seconds: also where its time was set to an older one. Raises
    Refused."""
    with open_beneath(source.root, file.path) as stream:
        status = os.fstat(stream.fileno())
        return max(status.st_mtime, status.st_ctime)


def copy(home: Home, source: Source, file: StationFile, progress: Callable[[int], None]) -> Copied:
    """Copy the recording into the pool's folder under a name of its own, make it durable, and read it back.

    Raises Refused where it cannot be read, Changed where it is written to meanwhile, NotIntact where the copy is not
    what was written; MediumProblem and StorageError where there is no room or the disk fails.
    """
    top = pool_records.top(home)
    top.mkdir(parents=True, exist_ok=True, mode=0o770)
    require_space(home.store, file.entry.size, home.settings.reserve)
    part = top / f"{secrets.token_hex(8)}.part"
    try:
        with open_beneath(source.root, file.path) as stream:
            before = os.fstat(stream.fileno())
            bounded = _Bounded(stream, before.st_size, file.path)
            size, digests = copy_stream(bounded, part, _ALGORITHMS, progress)  # type: ignore[arg-type]
            after = os.fstat(stream.fileno())
        same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        if (
            not same
            or size != before.st_size
            or (size, before.st_mtime_ns) != (file.entry.size, file.entry.modified_ns)
        ):
            raise Changed(str(text_in(file.path)))
        _sync(part)
        if digest_file(part, ("sha256",))[1]["sha256"] != digests["sha256"]:
            raise NotIntact("pool.read-back-differs", str(part))
    except BaseException:
        drop_file(part, top)
        raise
    return Copied(part, size, digests)


class _Bounded:
    """A file that grows as fast as it is read would never end."""

    def __init__(self, stream: BinaryIO, size: int, name: str) -> None:
        self._stream, self._left, self._name = stream, size, name

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise Changed(str(text_in(self._name)))
        return data


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def record_of(source: Source, file: StationFile, copied: Copied, rules: Rules, who: tuple[str, datetime]) -> PoolRecord:
    """Everything that is known of the recording; `who` had it collected, and when."""
    account, moment = who
    identification = identify(copied.part, file.name, copied.size)
    character = characterise(copied.part, identification, file.name, rules.zone)
    words = words_of(file, character, copied.digests, rules.profile, rules.zone)
    identifier = pool_records.identifier_of(copied.digests["sha256"])
    modified = datetime.fromtimestamp((file.entry.modified_ns or 0) / 1e9, UTC)
    return PoolRecord(
        id=identifier,
        sha256=copied.digests["sha256"],
        digests=copied.digests,
        size=copied.size,
        name=file.name,
        file=pool_records.file_of(identifier, file.name),
        station=words.station or source.station,
        path=str(text_in(file.path)),
        key=source.key(file),
        modified=stamp(modified),
        taken=_told_moment(words.taken),
        taken_from=words.taken_from,
        station_time=_told_moment(words.station_time),
        due=_due(words.taken, moment, rules),
        **_facts(identification, character, words),
        told=dict(file.told),
        said=tuple(
            Said(source=one.source, sha256=one.sha256, facts=dict(one.facts), rest=dict(one.rest))
            for one in file.records
        ),
        findings=_told([*identification.findings, *character.findings, *words.findings]),
        collected=stamp(moment),
        account=account,
    )


def _facts(identification: Identification, character: Character, words: Words) -> dict[str, Any]:
    names = ("device", "officer", "officer_name", "unit", "place", "mark", "case_number", "remark")
    return {
        "kind": character.kind,
        "puid": identification.puid or "",
        "format": identification.name,
        "duration": character.duration,
        **{name: getattr(words, name) for name in names},
    }


def _told_moment(moment: datetime | None) -> str:
    return stamp(moment) if moment is not None else ""


def _told(findings: list[Finding]) -> tuple[Told, ...]:
    return tuple(Told(code=one.code, severity=one.severity, values=dict(one.values)) for one in findings)


def _due(taken: datetime | None, collected: datetime, rules: Rules) -> str:
    """The day on which nobody need keep it any longer for Art. 19: so many years after it was taken, on the day after.

    A camera's clock can stand in another year: what nobody dates, what claims to be of later than it came in, and what
    claims to be ten years old and more is counted from when it came in, which is never too early.
    """
    trusted = taken is not None and collected - timedelta(days=3650) < taken <= collected
    day = (taken if taken is not None and trusted else collected).astimezone(rules.zone).date()
    try:
        last = day.replace(year=day.year + rules.years)
    except ValueError:  # 29 February in a year that has none
        last = day.replace(year=day.year + rules.years, day=28)
    return (last + timedelta(days=1)).isoformat()


def sweep(home: Home) -> None:
    """Remove copies that a run which was cut off never finished. Held by who collects."""
    for part in pool_records.left_over(home):
        drop_file(part, pool_records.top(home))


__all__ = ["Changed", "Copied", "Refused", "Rules", "Source", "changed_at", "copy", "record_of", "sweep"]
