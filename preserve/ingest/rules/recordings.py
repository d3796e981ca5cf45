"""When each recording of a case began and ended, from all the evidence there is; and split files joined into one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from math import isfinite

from preserve.clock import parse
from preserve.description.schema import CaseDescription, CaseObject
from preserve.ingest.facts import Character
from preserve.ingest.rules import View


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording file: device, start and end in UTC; every witness to its start; the clock's correction."""

    file: str
    device: str
    start: datetime
    end: datetime
    source: str = ""
    witnesses: tuple[tuple[str, datetime], ...] = ()
    offset: float = 0.0
    item: CaseObject | None = None


def recordings(view: View) -> Sequence[Recording]:
    """Every sound and video file whose start and duration are known; looked for once, however many rules ask.

    The description's own start counts before the file's, because a person wrote it down; it is local time
    where it has no zone. A device's times are corrected by the clock offset that the description gives for it.
    """
    if "recordings" not in view.reckoned:
        view.reckoned["recordings"] = tuple(_recordings(view)) if view.characters else ()
    there: tuple[Recording, ...] = view.reckoned["recordings"]
    return there


def _recordings(view: View) -> Iterator[Recording]:
    offsets = {clock.device: clock.seconds for clock in view.case.clocks}
    for item in view.case.objects:
        character = (view.characters or {}).get(item.file)
        if character is None or character.kind not in ("video", "sound") or character.duration is None:
            continue
        device = item.device or character.device
        offset = offsets.get(device, 0.0)
        length = timedelta(seconds=character.duration)
        told = tuple(
            (source, moment if source == "description" else moment - timedelta(seconds=offset))
            for source, moment in witnesses(item, character, view.zone)
        )
        if not told:
            continue
        source, start = chosen(told, view.zone, view.profile.times.tolerance_seconds)
        yield Recording(item.file, device, start, start + length, source, told, offset, item)


def undated(view: View) -> Sequence[tuple[CaseObject, str]]:
    """Every sound and video file of which nobody knows when it began or how long it is, with its device."""
    if "undated" not in view.reckoned:
        view.reckoned["undated"] = tuple(_undated(view)) if view.characters else ()
    there: tuple[tuple[CaseObject, str], ...] = view.reckoned["undated"]
    return there


def _undated(view: View) -> Iterator[tuple[CaseObject, str]]:
    dated = {recording.file for recording in recordings(view)}
    for item in view.case.objects:
        character = (view.characters or {}).get(item.file)
        if character is not None and character.kind in ("video", "sound") and item.file not in dated:
            yield item, item.device or character.device


@dataclass(frozen=True, slots=True)
class Photograph:
    """One photograph: when it was taken, or the day on which the description says that it was."""

    file: str
    moment: datetime | None
    day: date | None


def photographs(view: View) -> Iterator[Photograph]:
    """Every picture that the description calls a photograph (Art. 3: 照相); a device's clock is corrected."""
    offsets = {clock.device: clock.seconds for clock in view.case.clocks}
    words = view.profile.photographs.words
    for item in view.case.objects:
        character = (view.characters or {}).get(item.file)
        if character is None or character.kind != "image" or not any(w in item.kind + item.title for w in words):
            continue
        offset = timedelta(seconds=offsets.get(item.device or character.device, 0.0))
        moments = [moment - offset for _, moment in witnesses(item, character, view.zone)]
        yield Photograph(item.file, moments[0] if moments else None, item.date)


@dataclass(frozen=True, slots=True)
class Taken:
    """Everything that was taken of a case, looked for once: recordings by their starts, photographs, and what bears no
    time."""

    dated: tuple[Recording, ...]
    photographs: tuple[Photograph, ...]
    undated: tuple[CaseObject, ...]


def all_taken(view: View) -> Taken:
    """Recordings and photographs of the case, for rules that ask for them many times."""
    dated = sorted(recordings(view), key=lambda recording: recording.start)
    return Taken(tuple(dated), tuple(photographs(view)), tuple(item for item, _ in undated(view)))


def witnesses(item: CaseObject, character: Character, zone: tzinfo) -> Iterator[tuple[str, datetime]]:
    """Everything that tells when a file was taken, in UTC, best first; the device's clock is not corrected yet."""
    if item.recording_start:
        yield "description", in_utc(item.recording_start, zone)
    if character.started is not None and character.started_from != "file-name":
        yield character.started_from or "container", character.started
    named = dict(character.properties).get("NameMoment")
    if named:
        yield "file-name", parse(named)
    elif character.started is not None and character.started_from == "file-name":
        yield "file-name", character.started


def chosen(witnesses: Sequence[tuple[str, datetime]], zone: tzinfo, tolerance: float) -> tuple[str, datetime]:
    """The witness that counts: the first, but the file's name before a container whose clock wrote local time as UTC.

    ISO/IEC 14496-12 §8.2.2 asks for UTC; many cameras write their local clock there, and the name tells it.
    """
    first, second = witnesses[0], dict(witnesses).get("file-name")
    if second is not None and first[0] == "container" and shifted_by_zone(first[1], second, zone, tolerance):
        return "file-name", second
    return first


def shifted_by_zone(container: datetime, other: datetime, zone: tzinfo, tolerance: float) -> bool:
    """Whether the container is ahead of another witness by just the zone's distance from UTC."""
    away = container.astimezone(zone).utcoffset() or timedelta()
    return bool(away) and abs((container - other - away).total_seconds()) <= tolerance


@dataclass(frozen=True, slots=True)
class Run:
    """Files of one device that follow each other without a hole."""

    device: str
    parts: tuple[Recording, ...]
    start: datetime
    end: datetime


def join(taken: Iterable[Recording], tolerance: float) -> list[Run]:
    """Recordings of one device joined where the hole is at most `tolerance` seconds; in the order of their starts."""
    runs: list[Run] = []
    for one in sorted(taken, key=lambda recording: (recording.start, recording.end, recording.file)):
        last = runs[-1] if runs else None
        if last is not None and (one.start - last.end).total_seconds() <= tolerance:
            runs[-1] = Run(last.device, (*last.parts, one), last.start, max(last.end, one.end))
        else:
            runs.append(Run(one.device, (one,), one.start, one.end))
    return runs


def runs_by_day(view: View) -> list[list[Run]]:
    """For each device and local day its runs in order; a file whose device is not known is a run by itself.

    A run that goes on past midnight, and one that a measure goes on from, belong to the day on which it began.
    """
    tolerance = view.profile.continuity.tolerance_seconds
    return days_of(recordings(view), tolerance, measured(view.case, view.zone), view.zone)


Spans = Sequence[tuple[datetime, datetime]]


def measured(case: CaseDescription, zone: tzinfo) -> Spans:
    """When each measure whose end is known began and ended, in UTC."""
    return [(in_utc(one.start, zone), in_utc(one.end, zone)) for one in case.measures if one.end is not None]


def days_of(taken: Iterable[Recording], tolerance: float, spans: Spans, zone: tzinfo) -> list[list[Run]]:
    """The runs of these recordings by device and local day; `spans` are those of the measures."""
    groups: dict[tuple[str, str], list[Recording]] = {}
    for recording in taken:
        groups.setdefault((recording.device, "" if recording.device else recording.file), []).append(recording)
    days: list[list[Run]] = []
    for _, own in sorted(groups.items()):
        last: Run | None = None
        for run in join(own, tolerance):
            if last is not None and _one_sitting(last.end, run.start, spans, zone):
                days[-1].append(run)
            else:
                days.append([run])
            last = run
    return days


def _one_sitting(ended: datetime, began: datetime, spans: Spans, zone: tzinfo) -> bool:
    same_day = ended.astimezone(zone).date() == began.astimezone(zone).date()
    return same_day or any(start <= ended and began <= end for start, end in spans)


def in_utc(moment: datetime, zone: tzinfo) -> datetime:
    """A time of the description in UTC; without a zone it is the bureau's local time."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def shown(moment: datetime, zone: tzinfo) -> str:
    """A time as people of the bureau read it."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def time_code(text: str) -> float | None:
    """Seconds of `0:03`, `1:02:03` or `1:02:03.5`; None for what is no time code."""
    parts = text.replace("：", ":").strip().split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    if not 2 <= len(numbers) <= 3 or not all(isfinite(n) and n >= 0 for n in numbers) or max(numbers[1:]) >= 60:
        return None
    seconds = 0.0
    for number in numbers:
        seconds = seconds * 60 + number
    return seconds
