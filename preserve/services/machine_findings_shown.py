"""What machines' readings give to look at in a case, for whoever may see the case; and frames as pictures beside it."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.access.requests.selecting import HeldCase
from preserve.access.viewing.kinds import way_of
from preserve.access.viewing.reading_room import Viewed
from preserve.access.viewing.single_frames import SingleFrames
from preserve.administration.duties import Duty
from preserve.clock import zone
from preserve.data_management import readings
from preserve.errors import NotIntact, Refused, UsageError
from preserve.ingest.readers.camera_names import read_name
from preserve.ingest.rules.profile import read_rules
from preserve.machine_reading.clock_profile import clock_profile
from preserve.machine_reading.records import Heard, Record, Voice
from preserve.machine_reading.speech_profile import speech_profile
from preserve.services.local_times import clock_of
from preserve.services.machine_findings import MachineFinding, RecordingFacts, findings_of
from preserve.services.machine_findings_voice import begun, dated, voice_findings
from preserve.services.operation import query
from preserve.services.reading_bytes import Picture
from preserve.services.reading_files import LOOK, LOOK_OR_LIST, find_file, read_contents, require_intact
from preserve.services.session import Session

_LONGEST = 1_000_000.0
_MOST_KEPT = 64
_kept: dict[Hashable, tuple[MachineFinding, ...]] = {}
_keeping = threading.Lock()


@dataclass(frozen=True, slots=True)
class MachineFindings:
    """What machines' readings of a case's recordings give to look at; never evidence, checked by nobody.

    `recordings` counts those of the case that this reader may see; `with_clock` those in which a clock was read.
    """

    objid: str
    case_number: str
    title: str
    recordings: int
    with_clock: int
    findings: tuple[MachineFinding, ...]


@query("reading.findings", duty=Duty.FIND, subject="case", look=LOOK_OR_LIST)
def show_machine_findings(session: Session, case: str, file: str = "") -> MachineFindings:
    """Every machine finding in the recordings of a case, or of one by its identifier. Raises Refused."""
    held, files = read_contents(session, case)
    facts = {one.name: _facts(session, held, one) for one in files if one.recording and file in ("", one.identifier)}
    with session.archive.catalogue.read() as connection:
        read = {(one.file, one.what) for one in readings.files_of(connection, held.objid) if one.records}
        with_clock = {name for name, what in read if what == "clock" and name in facts}
        found = _found(session, connection, held, files, facts) if any(name in facts for name, _ in read) else ()
    return MachineFindings(
        held.objid, held.description.case_number, held.description.title, len(facts), len(with_clock), found
    )


def _found(
    session: Session, connection: Connection, held: HeldCase, files: Sequence[Viewed], facts: dict[str, RecordingFacts]
) -> tuple[MachineFinding, ...]:
    """What follows from the readings that are kept; reckoned once, since a long recording has ten thousand reads."""
    kept = tuple((one.number, one.sha256) for one in readings.of_case(connection, held.objid))
    profile = clock_profile(session.home.profiles)
    rules, speech = read_rules(session.home.profiles), speech_profile(session.home.profiles)
    how = (profile, repr(rules), repr(speech), session.language)
    key = (session.home.path, held.package, len(files), kept, tuple(facts.items()), how)
    with _keeping:
        if key in _kept:
            return _kept[key]
    local = zone(session.home.settings.time_zone)
    taken = list(dated(held.description, files, local))
    spoken: list[Record] = []
    try:
        passing = _with_spoken(readings.records_of(connection, session.home.store, held.objid), spoken)
        seen = findings_of(passing, facts, profile)
    except NotIntact as error:
        # Whoever reads a case is not kept from it because what a machine read of it is gone.
        return (MachineFinding(Finding(error.code, "", "warning", dict(error.values)), "", 0.0, 0.0),)
    listen = voice_findings(begun(held.description, taken, rules, local), spoken, speech)
    heard = [
        MachineFinding(one.finding, facts[one.finding.where].identifier, one.at, one.until)
        for one in listen
        if one.finding.where in facts
    ]
    places = {name: place for place, name in enumerate(facts)}
    found = tuple(sorted([*seen, *heard], key=lambda one: (places.get(one.finding.where, 0), one.at, one.finding.code)))
    with _keeping:
        _kept[key] = found
        while len(_kept) > _MOST_KEPT:
            _kept.pop(next(iter(_kept)))
    return found


def _with_spoken(records: Iterable[Record], spoken: list[Record]) -> Iterator[Record]:
    """The same records, those of speech put aside: a clock has ten thousand in a recording, and none stays."""
    for record in records:
        if isinstance(record, Heard | Voice):
            spoken.append(record)
        yield record


def _facts(session: Session, held: HeldCase, file: Viewed) -> RecordingFacts:
    """What is known of a recording's beginning, each source by local time."""
    local = clock_of(session.home)
    began: list[tuple[str, datetime]] = []
    about = held.about(file.name)
    if about is not None and about.recording_start is not None:
        start = about.recording_start
        began.append(("description", start.astimezone(local).replace(tzinfo=None) if start.tzinfo else start))
    named = read_name(file.name, local)
    by_name = named.moment.astimezone(local).replace(tzinfo=None) if named is not None else None
    if file.began is not None and (container := file.began.replace(tzinfo=None)) != by_name:
        began.append(("container", container))
    if by_name is not None:
        began.append(("file-name", by_name))
    offsets = {clock.device: clock.seconds for clock in held.description.clocks}
    away = began[0][1].replace(tzinfo=local).utcoffset() if began else None
    return RecordingFacts(
        file.identifier,
        tuple(began),
        file.length,
        offsets.get(file.device, 0.0),
        away.total_seconds() if away is not None else 0.0,
    )


@query("reading.frame", duty=Duty.FIND, subject="case", look=LOOK)
def read_frame(session: Session, case: str, file: str, at: float) -> Picture:
    """The frame of a recording at a second, as a picture. Raises Refused, UsageError, NotIntact for an altered copy."""
    if not 0 <= at <= _LONGEST:
        raise UsageError("reading.clock-no-frame", file, at=f"{at:g}")
    opened = find_file(session, case, file)
    if way_of(opened.viewed.path) != "video":
        raise Refused("reading.clock-no-frame", opened.viewed.name, at=f"{at:g}")
    require_intact(session, opened)
    frames = SingleFrames(opened.viewing, opened.viewed.sha256)
    return Picture("image/jpeg", frames.at(opened.copy.path, at, opened.viewed.name))
