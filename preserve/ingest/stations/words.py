"""What is known of one recording, from whoever says it: the file itself, its name, side files, folders; and where
they contradict each other. Nobody's word is put in another's place: each stays beside the answer that counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from metadata.findings import Finding, Value
from preserve.ingest.facts import Character
from preserve.ingest.readers.camera_names import read_name
from preserve.ingest.stations.folders import StationFile
from preserve.ingest.stations.profile import Fact, StationsProfile
from preserve.ingest.stations.side_files import SideRecord, read_moment


@dataclass(frozen=True, slots=True)
class Words:
    """What counts of a recording: times in UTC, texts empty where nobody says; `station_time` by its own clock."""

    taken: datetime | None
    taken_from: str
    station_time: datetime | None
    device: str
    officer: str
    officer_name: str
    unit: str
    station: str
    place: str
    mark: str
    case_number: str
    remark: str
    findings: tuple[Finding, ...]


def words_of(
    file: StationFile, character: Character, digests: Mapping[str, str], profile: StationsProfile, zone: tzinfo
) -> Words:
    """Weigh what is said of a recording whose bytes have these `digests`."""
    findings: list[Finding] = []
    name = read_name(file.name, zone)
    taken, taken_from = _taken(file, character, zone)
    said = [(record.moment("taken", zone), record.source) for record in file.records]
    for other, source in said:
        if taken is not None and other is not None and taken_from != "side-file":
            _tell_clock(findings, file, taken, taken_from, other, source, profile)
    devices = {"file": character.device, "file-name": name.device if name else ""}
    officers = {"file-name": name.officer if name else ""}
    mark = _first(file.records, "mark")
    result = Words(
        taken,
        taken_from,
        next((found for one in file.records if (found := one.moment("collected", zone)) is not None), None),
        _agreed(findings, file, "device", devices),
        _agreed(findings, file, "officer", officers),
        _agreed(findings, file, "officer_name", {}),
        _first(file.records, "unit") or file.told.get("unit", ""),
        _first(file.records, "station") or file.told.get("station", ""),
        _first(file.records, "place"),
        "" if mark.casefold() in profile.marks.none else mark,
        _first(file.records, "case_number"),
        _first(file.records, "remark"),
        (),
    )
    findings += _held(file, digests)
    return replace(result, findings=tuple(findings))


def _taken(file: StationFile, character: Character, zone: tzinfo) -> tuple[datetime | None, str]:
    """When it began: the file itself and its name before side files, a folder's day last."""
    if character.started is not None:
        return character.started, character.started_from if character.started_from == "file-name" else "container"
    for record in file.records:
        if (moment := record.moment("taken", zone)) is not None:
            return moment, "side-file"
    if (day := read_moment(_digits(file.told.get("day", "")) + "0000", zone)) is not None:
        return day, "folder"
    return None, ""


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())


def _tell_clock(
    findings: list[Finding],
    file: StationFile,
    taken: datetime,
    taken_from: str,
    other: datetime,
    source: str,
    profile: StationsProfile,
) -> None:
    if abs(taken - other) > timedelta(seconds=profile.clock_differs):
        values = {"counts": taken.isoformat(), "by": taken_from, "says": other.isoformat(), "side": source}
        findings.append(Finding("pool.moments-differ", file.name, "warning", values))


def _first(records: Sequence[SideRecord], fact: Fact) -> str:
    return next((text for one in records if (text := one.get(fact))), "")


def _agreed(findings: list[Finding], file: StationFile, fact: Fact, own: Mapping[str, str]) -> str:
    """The file's own word before the side files', theirs before the folders'; who says another is told."""
    said = [(by, text) for by, text in own.items() if text]
    said += [(one.source, text) for one in file.records if (text := one.get(fact))]
    said += [("folder", text) for text in (file.told.get(fact, ""),) if text]
    if not said:
        return ""
    by, counts = said[0]
    for other_by, other in said[1:]:
        if not _same(counts, other):
            values = {"counts": counts, "by": by, "says": other, "side": other_by}
            findings.append(Finding(f"pool.{fact.replace('_', '-')}-differs", file.name, "warning", values))
            break
    return counts


def _same(first: str, second: str) -> bool:
    """The same number, with zeros before it or without."""
    return first.casefold().lstrip("0") == second.casefold().lstrip("0")


def _held(file: StationFile, digests: Mapping[str, str]) -> list[Finding]:
    """The side files' digests and sizes held against the bytes."""
    found: list[Finding] = []
    for record in file.records:
        if record.name and (size := record.get("size")).isdecimal() and int(size[:18]) != file.entry.size:
            values: dict[str, Value] = {"says": size, "size": file.entry.size, "side": record.source}
            found.append(Finding("pool.size-differs", file.name, "warning", values))
        for algorithm, digest in record.digests.items():
            if not record.name and file.name.casefold() not in record.source.casefold():
                continue  # a digest in a file about the recorder is of something else
            if digests.get(algorithm) != digest:
                values = {"algorithm": algorithm, "says": digest, "side": record.source}
                found.append(Finding("pool.digest-differs", file.name, "error", values))
    return found
