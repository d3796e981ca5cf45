"""Recordings of several devices on one time line: when each began by the clock that is right, and how long it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from preserve.access.viewing.kinds import Way, way_of
from preserve.administration.duties import Duty
from preserve.services.machine_voices import VoiceShown, read_of, voice_shown, voices_of
from preserve.services.operation import Arguments, Look, query
from preserve.services.reading_files import LOOK, read_contents
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class OnLine:
    """A recording on the time line: `start` in seconds from the line's beginning, `began` by the bureau's clock.

    `offset`: seconds by which the device's clock was ahead, as the description says; already taken off. `voice` says
    where somebody speaks, machine-read and not checked; it is absent where nobody listened.
    """

    identifier: str
    name: str
    device: str
    way: Way
    began: str
    start: float
    length: float
    offset: float
    voice: VoiceShown | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The recordings of a case whose beginning is known, by device; `unplaced` counts those without."""

    objid: str
    case_number: str
    title: str
    began: str
    length: float
    recordings: tuple[OnLine, ...]
    unplaced: int


def _listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"what": "timeline"}


@query("reading.timeline", duty=Duty.FIND, subject="case", look=Look("case.viewed", _listed, LOOK.about))
def show_timeline(session: Session, case: str) -> Timeline:
    """When each recording of a case was made, the clock of each device put right. Raises Refused."""
    held, files = read_contents(session, case)
    clocks = {clock.device: clock.seconds for clock in held.description.clocks}
    recordings = [file for file in files if file.recording]
    voices = voices_of(read_of(session, held.objid))
    placed: list[tuple[datetime, OnLine]] = []
    for file in recordings:
        if file.began is None or file.length <= 0:
            continue
        offset = clocks.get(file.device, 0.0)
        began = file.began - timedelta(seconds=offset)
        shown = f"{began:%Y-%m-%d %H:%M:%S}"
        voice = voice_shown(voices, file.name, file.length)
        one = OnLine(file.identifier, file.name, file.device, way_of(file.path), shown, 0, file.length, offset, voice)
        placed.append((began, one))
    placed.sort(key=lambda one: (one[0], one[1].device, one[1].name))
    line = [replace(one, start=(began - placed[0][0]).total_seconds()) for began, one in placed]
    return Timeline(
        held.objid,
        held.description.case_number,
        held.description.title,
        line[0].began if line else "",
        max((one.start + one.length for one in line), default=0.0),
        tuple(sorted(line, key=lambda one: (one.device, one.start, one.name))),
        len(recordings) - len(line),
    )
