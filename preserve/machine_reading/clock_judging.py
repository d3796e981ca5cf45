"""Where a clock that was read jumps or stands still: a pure function over reads, which errs towards silence.

A read gives an offset: what the clock shows less the second of the recording at which it shows it. A running clock
keeps its offset. One wrong digit gives another offset for a read or two, or (a digit that is misread as long as it
stands) for a while, after which the old offset is there again; neither is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from preserve.machine_reading.clock_profile import ClockProfile
from preserve.machine_reading.records import ClockShown

_DAY = 86400.0
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  clocks in pictures show local time
_LAST = 7
_RESOLUTION = 1.5
"""Seconds by which reads of one running clock may differ: it shows whole seconds, and frames are late by some."""
_WINDOW, _OTHER = 6, 0.3
"""Reads in which a pace is seen, and by how much it must differ from that of time: whole seconds are shown."""
_LONG_ENOUGH = 4.0
"""Seconds in which a second more or less is no other pace: around a jump, reads are close together."""
_ELSEWHERE = 2.0
"""Seconds from its level at which a read can no longer belong to it."""


@dataclass(frozen=True, slots=True)
class Read:
    """A read that counts: second of the recording, what was shown, and its offset in seconds."""

    at: float
    shows: str
    offset: float


@dataclass(frozen=True, slots=True)
class Break:
    """Where the clock does not go on as it should, between two reads; `seconds`: by how much, or how long it lasts.

    `pace`: it runs slower, faster or backwards; `rate` is its seconds in a second of the recording.
    """

    what: Literal["jump", "stop", "pace"]
    before: Read
    after: Read
    seconds: float
    rate: float = 1.0


def reads_of(shown: Iterable[ClockShown], least_score: float) -> list[Read]:
    """The reads that count, in the order of the recording. Where some have a date, those without are left out."""
    kept = sorted((one for one in shown if one.shows and one.score >= least_score), key=lambda one: one.at)
    dated = [one for one in kept if "T" in one.shows]
    if len(dated) * 2 >= len(kept):
        return [Read(one.at, one.shows, _seconds(one.shows) - one.at) for one in dated]
    reads: list[Read] = []
    for one in kept:
        if "T" in one.shows:
            continue
        offset = _seconds(one.shows) - one.at
        if reads:  # without a date, midnight is no jump
            offset += _DAY * round((reads[-1].offset - offset) / _DAY)
        reads.append(Read(one.at, one.shows, offset))
    return reads


def begins(reads: Sequence[Read]) -> datetime | None:
    """What the clock shows where the recording begins; None for one without a date, or without reads enough."""
    if len(reads) < 3 or "T" not in reads[0].shows:
        return None
    return _moment(_middle(reads[: 3 * _LAST])).replace(microsecond=0)


def judge(reads: Sequence[Read], profile: ClockProfile) -> list[Break]:
    """Every jump, stop and stretch of another pace, in the order of the recording."""
    pieces, found = _without_stops(reads, profile)
    for piece in pieces:
        even, paces = _without_paces(piece, profile)
        found += paces
        for part in even:
            found += _jumps(part, profile)
    return sorted(found, key=lambda one: one.before.at)


def _without_stops(reads: Sequence[Read], profile: ClockProfile) -> tuple[list[Sequence[Read]], list[Break]]:
    """The reads between stops, and the stops. After a stop another offset is what it left behind, and no jump."""
    pieces: list[Sequence[Read]] = []
    stops: list[Break] = []
    begin = place = 0
    while place < len(reads):
        end = place
        while end + 1 < len(reads) and reads[end + 1].shows == reads[place].shows:
            end += 1
        lasted = reads[end].at - reads[place].at
        if end - place + 1 >= profile.jump_reads and lasted >= profile.stop_seconds:
            stops.append(Break("stop", reads[place], reads[end], lasted))
            pieces.append(reads[begin:place])
            begin = end + 1
        place = end + 1
    pieces.append(reads[begin:])
    return [piece for piece in pieces if piece], stops


def _without_paces(reads: Sequence[Read], profile: ClockProfile) -> tuple[list[Sequence[Read]], list[Break]]:
    """The reads between stretches in which the clock runs evenly, but not as time does; and these."""
    spans: list[tuple[int, int]] = []
    for place in range(len(reads) - _WINDOW + 1):
        if not _other_pace(reads[place : place + _WINDOW]):
            continue
        if spans and place <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], place + _WINDOW - 1)
        else:
            spans.append((place, place + _WINDOW - 1))
    pieces: list[Sequence[Read]] = []
    paces: list[Break] = []
    begin = 0
    for first, last in spans:
        one, other = reads[first], reads[last]
        if other.at - one.at >= profile.stop_seconds:
            paces.append(Break("pace", one, other, round(other.at - one.at, 1), round(_rate(one, other), 2)))
            pieces.append(reads[begin:first])
            begin = last + 1
    pieces.append(reads[begin:])
    return [piece for piece in pieces if piece], paces


def _other_pace(window: Sequence[Read]) -> bool:
    """Whether each step of these reads fits one pace, and that is not the pace of time."""
    rate = _rate(window[0], window[-1])
    if abs(rate - 1) < _OTHER or window[-1].at - window[0].at < _LONG_ENOUGH:
        return False
    steps = pairwise(window)
    return all(abs(_shown(later) - _shown(one) - rate * (later.at - one.at)) <= _RESOLUTION for one, later in steps)


def _rate(first: Read, last: Read) -> float:
    return (_shown(last) - _shown(first)) / max(last.at - first.at, 0.001)


def _shown(read: Read) -> float:
    return read.offset + read.at


def _jumps(reads: Sequence[Read], profile: ClockProfile) -> Iterator[Break]:
    runs = _runs(reads, profile)
    place = 1
    while place < len(runs):
        before, after = runs[place - 1], runs[place]
        if place + 1 < len(runs) and _misread(before, after, runs[place + 1]):
            runs[place - 1 : place + 2] = [[*before, *runs[place + 1]]]
            continue
        apart = _middle(after[:_LAST]) - _middle(before[-_LAST:])
        if abs(apart) >= profile.jump_seconds - 0.5:  # whole seconds are shown: three may read as two and a half
            yield Break("jump", before[-1], after[0], float(round(apart)))
        place += 1


def _runs(reads: Sequence[Read], profile: ClockProfile) -> list[list[Read]]:
    """Reads that keep an offset, in runs of so many that they count; what fits none is left out."""
    runs: list[list[Read]] = []
    pending: list[Read] = []
    for read in reads:
        if runs and abs(read.offset - _middle(runs[-1][-_LAST:])) < _ELSEWHERE:
            runs[-1].append(read)
            pending = []
            continue
        pending = [one for one in pending if abs(one.offset - read.offset) <= _RESOLUTION]
        pending.append(read)
        if len(pending) >= profile.jump_reads:
            runs.append(pending)
            pending = []
    return runs


def _misread(before: Sequence[Read], between: Sequence[Read], after: Sequence[Read]) -> bool:
    """Whether the run between differs in one digit only from what the clock must have shown, and then comes back."""
    level = _middle(before[-_LAST:])
    if abs(_middle(after[:_LAST]) - level) > _RESOLUTION:
        return False
    return all(_digits_apart(read, level) <= 1 for read in between)


def _digits_apart(read: Read, level: float) -> int:
    """In how many digits a read differs from what a clock of this offset shows, of the nearest whole seconds."""
    fewest = len(read.shows)
    for late in (-1, 0, 1):
        expected = _moment(level + read.at + late)
        text = expected.replace(microsecond=0).isoformat()
        text = text if "T" in read.shows else text.partition("T")[2]
        fewest = min(fewest, sum(one != other for one, other in zip(read.shows, text, strict=True)))
    return fewest


def _middle(reads: Sequence[Read]) -> float:
    return median(read.offset for read in reads)


def _moment(seconds: float) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def _seconds(shows: str) -> float:
    """Of the time shown: since 1970 by the same clock, or since midnight."""
    if "T" in shows:
        return (datetime.fromisoformat(shows) - _EPOCH).total_seconds()
    moment = time.fromisoformat(shows)
    return moment.hour * 3600.0 + moment.minute * 60 + moment.second
