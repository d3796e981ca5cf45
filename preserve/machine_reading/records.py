"""What a machine read in one file, as it is kept: one JSON line a record, none of them checked by a person.

Places on a page or a picture are per mille of its width and height, so that they hold at any size; times are seconds
from the beginning of the recording.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from preserve.errors import NotIntact

Share = Annotated[float, Field(ge=0, le=1)]
PerMille = Annotated[float, Field(ge=0, le=1000)]
Second = Annotated[float, Field(ge=0)]
Quadrangle = tuple[PerMille, PerMille, PerMille, PerMille, PerMille, PerMille, PerMille, PerMille]
"""Four corners as x, y from the top left one, clockwise as the line is read."""


What = Literal["ocr", "speech", "voice", "clock", "stretch", "place"]
"""What a file is read for."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Engine(_Frozen):
    """What read it: the program with its version, the model by name, and the SHA-256 over the model's files, in hex."""

    tool: str
    model: str = ""
    digest: str = ""


class Line(_Frozen):
    """A line of text on a page, with how sure the machine is."""

    text: str
    box: Quadrangle
    score: Share


Doubt = Literal["", "repeated", "unsure", "no-speech"]
"""Why what an engine wrote is not believed: it repeats itself, it is unsure, or it took the sound for no speech."""


class Word(_Frozen):
    """A word that was heard."""

    text: str
    start: Second
    end: Second


class _Record(_Frozen):
    form: Literal[1] = 1
    """Of the line; a later form is another number."""
    file: str
    """The file's name in the case, as the producer gave it."""
    engine: Engine
    checked: Literal[False] = False
    """Nobody has. What a person confirms is written where it belongs, and not here."""


class PageText(_Record):
    """The text of one page; lines in reading order."""

    kind: Literal["ocr"] = "ocr"
    page: Annotated[int, Field(ge=1)]
    dpi: int = 0
    upright: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise by which the page was turned before it was read."""
    lines: tuple[Line, ...]


class Heard(_Record):
    """What was said in a stretch of sound, as an engine understood it."""

    kind: Literal["speech"] = "speech"
    start: Second
    end: Second
    text: str
    words: tuple[Word, ...] = ()
    logprob: float = 0.0
    no_speech: Share = 0.0
    doubt: Doubt = ""
    """Why what the engine wrote is not believed; then there is no text: something was said, and nobody knows what."""
    until: Second = 0.0
    """How far the recording was transcribed; what comes later was not asked for."""


class Voice(_Record):
    """Stretches in which somebody speaks; `until` is how far the sound was listened to."""

    kind: Literal["voice"] = "voice"
    spans: tuple[tuple[Second, Second], ...]
    until: Second


class ClockShown(_Record):
    """A clock in the picture as it was read at one moment; `shows` is local time (ISO 8601), empty where unread."""

    kind: Literal["clock"] = "clock"
    at: Second
    text: str
    shows: str = ""
    box: Quadrangle
    score: Share


class Stretch(_Record):
    """Part of a recording in which nothing is seen or heard."""

    kind: Literal["stretch"] = "stretch"
    what: Literal["black", "frozen", "covered", "silent"]
    start: Second
    end: Second


class Place(_Record):
    """Something that may have to be covered, on a page or in a frame. It is found, never recognised."""

    kind: Literal["place"] = "place"
    what: Literal["face", "plate", "identity-number", "telephone", "bank-card", "address", "name"]
    page: Annotated[int, Field(ge=0)] = 0
    """0 in a recording."""
    at: Second = 0.0
    end: Second = 0.0
    """Until when it is seen there, of a recording."""
    box: Quadrangle
    score: Share
    sure: bool = False
    """Whether a check digit says so."""


class Unread(_Record):
    """A file or page that could not be read; `code` says why."""

    kind: Literal["unread"] = "unread"
    page: Annotated[int, Field(ge=0)] = 0
    what: What
    code: str


class Looked(_Record):
    """That a file was read through for one thing, whether or not anything was found; what was found follows it."""

    kind: Literal["looked"] = "looked"
    what: What
    sha256: str = ""
    """Of the file's bytes, so that it is known whether another version of the case has the same."""


Record = Annotated[
    PageText | Heard | Voice | ClockShown | Stretch | Place | Unread | Looked, Field(discriminator="kind")
]
_RECORD: TypeAdapter[Record] = TypeAdapter(Record)


def line_of(record: Record) -> str:
    """The record as a line of JSON, without its end."""
    return json.dumps(record.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))


def records_of(lines: Iterable[str], where: str) -> Iterator[Record]:
    """Records from their lines. Raises NotIntact, naming `where`, for a line that is none."""
    for number, line in enumerate(lines, 1):
        try:
            yield _RECORD.validate_json(line)
        except ValidationError as error:
            raise NotIntact("reading.record", where, line=number) from error


def what_of(record: Record) -> What:
    """What the file was read for when this was found: kinds of findings are called as what they are found by."""
    return record.what if isinstance(record, Unread | Looked) else record.kind
