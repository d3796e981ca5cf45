"""What the voices of a recording give to think of: nobody heard where somebody should speak, words worth listening to.

Pure functions of what was read and of when the recordings were made. Nothing here says that nobody spoke, or that the
words of the preamble were spoken: a person who listens says that.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from itertools import pairwise

from metadata.findings import Finding, Value
from preserve.access.viewing.reading_room import Viewed
from preserve.description.schema import CaseDescription
from preserve.ingest.rules.coverage import explained_files
from preserve.ingest.rules.profile import RulesProfile
from preserve.ingest.rules.recordings import Recording, Run, days_of, in_utc, measured
from preserve.ingest.rules.recordings_run_on import between_activities, other_device, runs_by_device
from preserve.machine_reading.records import Heard, Record, Voice
from preserve.machine_reading.speech import preamble_words
from preserve.machine_reading.speech_profile import Beginning, SpeechProfile
from preserve.machine_reading.voices import spoken_in

_NEARLY = 1.0
"""Seconds of sound that may be missing at the end of what was listened to."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A run of recordings where somebody is expected to speak: at its beginning, or `after` an interruption."""

    run: Run
    after: str = ""
    """The file before the interruption; empty where nothing was interrupted."""


def dated(case: CaseDescription, files: Iterable[Viewed], zone: tzinfo) -> Iterator[Recording]:
    """The recordings of a case whose time is known, as the rules reckon it: the description's word goes first."""
    offsets = {clock.device: timedelta(seconds=clock.seconds) for clock in case.clocks}
    objects = {_name(item.file): item for item in case.objects}
    for file in files:
        item = objects.get(_name(file.name))
        told = item.recording_start if item is not None else None
        if not file.recording or file.length <= 0 or (told is None and file.began is None):
            continue
        if told is not None:
            start = in_utc(told, zone)
        elif file.began is not None:
            start = in_utc(file.began, zone) - offsets.get(file.device, timedelta())
        yield Recording(file.name, file.device, start, start + timedelta(seconds=file.length), item=item)


def begun(case: CaseDescription, taken: Sequence[Recording], rules: RulesProfile, zone: tzinfo) -> Iterator[Begun]:
    """Every run of the recordings; those after an interruption that is explained in writing, or that another device
    recorded, are left out."""
    tolerance, spans, explained = rules.continuity.tolerance_seconds, measured(case, zone), explained_files(case)
    devices, slack = runs_by_device(taken, tolerance), timedelta(seconds=tolerance)
    for runs in days_of(taken, tolerance, spans, zone):
        yield Begun(runs[0])
        for before, after in pairwise(runs):
            last = max(before.parts, key=lambda part: part.end)
            if between_activities(spans, timedelta(seconds=rules.coverage.tolerance_seconds), before, after):
                yield Begun(after)
            elif not {_name(last.file), _name(after.parts[0].file)} & explained and not other_device(
                devices, before, after, slack
            ):
                yield Begun(after, last.file)


@dataclass(frozen=True, slots=True)
class Listen:
    """A finding, and from which second of its file until which somebody should listen."""

    finding: Finding
    at: float
    until: float


def voice_findings(starts: Iterable[Begun], records: Iterable[Record], profile: SpeechProfile) -> Iterator[Listen]:
    """Beginnings in which nobody was heard, and words of the preamble with the second at which to listen.

    Of what was not listened to, or not far enough, nothing is said.
    """
    voices: dict[str, Voice] = {}
    heard: dict[str, list[Heard]] = {}
    for record in records:
        if isinstance(record, Voice):
            voices[_name(record.file)] = record
        elif isinstance(record, Heard):
            heard.setdefault(_name(record.file), []).append(record)
    for one in starts:
        wanted = profile.interruption if one.after else profile.beginning
        yield from _nobody(one, voices, wanted)
        yield from _words(one, heard, profile, wanted)


def _nobody(one: Begun, voices: Mapping[str, Voice], wanted: Beginning) -> Iterator[Listen]:
    spoken = 0.0
    reached = min(wanted.seconds, (one.run.end - one.run.start).total_seconds())
    for part in one.run.parts:
        left = wanted.seconds - (part.start - one.run.start).total_seconds()
        if left <= 0:
            break
        voice, length = voices.get(_name(part.file)), (part.end - part.start).total_seconds()
        if voice is None or voice.until < min(left, length) - _NEARLY:
            return
        spoken += spoken_in(voice.spans, 0.0, left)
    if spoken >= min(wanted.least_seconds, reached / 2):
        return
    first = one.run.parts[0]
    values: dict[str, Value] = {"article": wanted.article, "seconds": max(1, round(reached)), "device": first.device}
    if one.after:
        told: dict[str, Value] = {**values, "before": one.after}
        found = Finding("reading.no-voice-after-interruption", first.file, wanted.severity, told)
    else:
        found = Finding("reading.no-voice-first-minute", first.file, wanted.severity, values)
    yield Listen(found, 0.0, min(wanted.seconds, (first.end - first.start).total_seconds()))


def _words(
    one: Begun, heard: Mapping[str, Sequence[Heard]], profile: SpeechProfile, wanted: Beginning
) -> Iterator[Listen]:
    first = one.run.parts[0]
    patterns = {
        element: words
        for element, words in profile.preamble.words.items()
        if (element == "interruption") == bool(one.after)
    }
    found = [word for word in preamble_words(heard.get(_name(first.file), ()), patterns) if word.at <= wanted.seconds]
    if found:
        listed = "；".join(f"{clock(word.at)} {word.text}" for word in found)
        code = "reading.interruption-words" if one.after else "reading.preamble-words"
        values = {"article": wanted.article, "at": clock(found[0].at), "words": listed}
        yield Listen(Finding(code, first.file, "note", values), found[0].at, found[-1].at)


def clock(seconds: float) -> str:
    """`0:04`, `1:02:03`: as a person finds it in a player."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _name(file: str) -> str:
    return unicodedata.normalize("NFC", file)
