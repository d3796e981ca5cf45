"""What was heard in recordings, for those who look at them: bands of speech, words with their second, a transcript.

All of it is machine-read and not checked. It says where to listen, and is shown to whom the file itself may be shown.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from preserve.access.viewing.reading_room import Viewed, pick
from preserve.administration.duties import Duty
from preserve.data_management import readings
from preserve.description.fixed_values import Classification
from preserve.errors import NotFound, NotIntact
from preserve.machine_reading.records import Engine, Heard, Record, Unread, Voice, what_of
from preserve.machine_reading.speech import preamble_words
from preserve.machine_reading.speech_profile import Element, SpeechProfile, speech_profile
from preserve.machine_reading.voices import Span, bands, passages
from preserve.services.machine_readings import readings_of
from preserve.services.operation import Arguments, Look, query
from preserve.services.reading_files import find_file, read_contents
from preserve.services.session import Session

_PAUSE = 10.0
"""Seconds of silence after which somebody speaks anew."""
_MOST = 60

_MOST_KEPT = 32
_kept: dict[tuple[Path, str, tuple[tuple[int, str], ...]], tuple[Record, ...]] = {}
_keeping = threading.Lock()


@dataclass(frozen=True, slots=True)
class VoiceShown:
    """Where somebody speaks, not checked: `bands` as from and width in per mille of the whole, `passages` in seconds.

    `spoken` seconds of the `until` that were listened to. `code` says why nothing was listened to, where nothing was.
    """

    bands: tuple[Span, ...]
    passages: tuple[Span, ...]
    spoken: float
    until: float
    engine: Engine
    code: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """A piece of a transcript, in seconds; without text where `doubt` says why the engine is not believed."""

    start: float
    end: float
    text: str
    doubt: str


@dataclass(frozen=True, slots=True)
class WordHeard:
    """Words that may belong to a preamble or explain an interruption, and the second at which to listen."""

    element: Element
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class HeardShown:
    """A transcript, not checked, of the first `until` seconds; `code` says why there is none, where there is none."""

    pieces: tuple[Understood, ...]
    words: tuple[WordHeard, ...]
    until: float
    engine: Engine
    code: str = ""


def read_of(session: Session, objid: str) -> tuple[Record, ...]:
    """What was heard in the recordings of a case; nothing where a reading is not the one in the ledger any more.

    Looking at a file does not depend on what a machine said of it. A case of many pages is gone through once.
    """
    with session.archive.catalogue.read() as connection:
        kept = tuple((one.number, one.sha256) for one in readings.of_case(connection, objid))
    key = (session.home.path, objid, kept)
    with _keeping:
        if key in _kept:
            return _kept[key]
    try:
        found = tuple(one for one in readings_of(session.archive, objid) if what_of(one) in ("voice", "speech"))
    except NotIntact:
        return ()
    with _keeping:
        _kept[key] = found
        while len(_kept) > _MOST_KEPT:
            _kept.pop(next(iter(_kept)))
    return found


def voices_of(records: Iterable[Record]) -> dict[str, Voice | Unread]:
    """Of each recording, by its name in normal form, where somebody speaks or why nobody listened."""
    return {
        normal(one.file): one
        for one in records
        if isinstance(one, Voice) or (isinstance(one, Unread) and one.what == "voice")
    }


def voice_shown(voices: Mapping[str, Voice | Unread], name: str, length: float) -> VoiceShown | None:
    """The bands of one recording; None where nothing was read."""
    one = voices.get(normal(name))
    if one is None:
        return None
    if isinstance(one, Unread):
        return VoiceShown((), (), 0.0, 0.0, one.engine, one.code)
    spoken = round(sum(until - since for since, until in one.spans), 1)
    whole = max(length, one.until)
    return VoiceShown(bands(one.spans, whole), passages(one.spans, _PAUSE, _MOST), spoken, one.until, one.engine)


def heard_shown(records: Iterable[Record], name: str, profile: SpeechProfile) -> HeardShown | None:
    """The transcript of one recording; None where nothing was read."""
    own = [one for one in records if isinstance(one, Heard | Unread) and normal(one.file) == normal(name)]
    heard = sorted((one for one in own if isinstance(one, Heard)), key=lambda one: one.start)
    failed = next((one for one in own if isinstance(one, Unread) and one.what == "speech"), None)
    if not heard and failed is None:
        return None
    words = preamble_words(heard, profile.preamble.words)
    return HeardShown(
        tuple(Understood(one.start, one.end, one.text, one.doubt) for one in heard),
        tuple(WordHeard(word.element, word.text, word.at) for word in words),
        max((one.until for one in heard), default=0.0),
        heard[0].engine if heard else failed.engine if failed else Engine(tool=""),
        failed.code if failed else "",
    )


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was understood of one recording, machine-read and not checked; `heard` is absent where nothing was read."""

    objid: str
    case_number: str
    identifier: str
    name: str
    heard: HeardShown | None


def _named(session: Session, case: str, file: str) -> Viewed:
    """A file by its identifier, or by its name as the depositor wrote it. Raises NotFound."""
    held, files = read_contents(session, case)
    known = next((one for one in files if one.identifier == file), None) or pick(files, [file])[0]
    find_file(session, held.objid, known.identifier)  # one of the internal volume is not for everybody
    return known


def _seen(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"objects": [_named(session, arguments["case"], arguments["file"]).identifier], "what": "transcript"}


def _of_held(session: Session, arguments: Arguments) -> str:
    return read_contents(session, arguments["case"])[0].objid


def _which(session: Session, arguments: Arguments) -> str:
    return f"transcript {arguments['file']}"


LOOK = Look("object.viewed", _seen, _of_held, _which)


@query("reading.transcript", duty=Duty.FIND, subject="case", look=LOOK)
def show_transcript(session: Session, case: str, file: str) -> Transcript:
    """What was understood of a recording. Raises Refused, NotFound where it is no recording.

    Of a state secret there is none: its words stand nowhere but in the recording.
    """
    held = read_contents(session, case)[0]
    viewed = _named(session, case, file)
    if not viewed.recording:
        raise NotFound("reading.no-recording", viewed.name)
    heard = None
    if held.description.classification is not Classification.STATE_SECRET:
        heard = heard_shown(read_of(session, held.objid), viewed.name, speech_profile(session.home.profiles))
    return Transcript(held.objid, held.description.case_number, viewed.identifier, viewed.name, heard)


def normal(name: str) -> str:
    """A name as it is compared: Macs write it decomposed."""
    return unicodedata.normalize("NFC", name)
