"""What the steps find out about a file, as frozen records that can be written down as JSON and read again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Literal, TypeVar

from metadata.findings import Finding

Fact = TypeVar("Fact")

Kind = Literal["text", "document", "image", "sound", "video", "email", "archive", "other"]
Basis = Literal["signature", "container", "text", "extension", "none"]


@dataclass(frozen=True, slots=True)
class Copied:
    """The file as it was copied: bytes, and lower-case hex digests by algorithm."""

    size: int
    digests: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one identifier said. `signatures` names the version of its signature files."""

    identifier: str  # "fido", "siegfried", "preserve-extensions"
    version: str
    signatures: str
    puid: str | None
    name: str
    format_version: str
    mime: str
    basis: Basis
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Identification:
    """What the file is held to be, and what each identifier said.

    `basis` is that of the answer that stands; `disagreement` is set when two identifiers gave different PUIDs
    on better grounds than the extension; an answer by extension only is a guess and is marked so by `basis`.
    """

    puid: str | None
    name: str
    version: str
    mime: str
    basis: Basis
    answers: tuple[Answer, ...]
    disagreement: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of an audio-visual file. `codec` as MediaInfo names it; properties in order."""

    kind: Literal["video", "sound", "text", "other"]
    codec: str
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Character:
    """What lies in the file: kind, significant properties, streams, times.

    `duration` in seconds; `started` when recording began, in UTC, and `started_from` the evidence for it
    (`recorded`, `container`, `exif`, `file-name`); `tool` the program and version that said so.
    """

    kind: Kind
    tool: str
    properties: tuple[tuple[str, str], ...] = ()
    streams: tuple[Stream, ...] = ()
    duration: float | None = None
    started: datetime | None = None
    started_from: str = ""
    device: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What was compared of source and result: the digests of both, and the commands that give them.

    `holds` is the outcome, and `why` says what is not proven; `method` is one of `stream-digests-equal`,
    `decoded-frames-equal`, `decoded-samples-equal`, `pixels-equal`, `text-equal`, `not-provable` (with the reason in
    `note`). `commands` are argument lists with `SOURCE` and `RESULT` for the files' names: anyone can repeat them.
    """

    method: str
    holds: bool
    source: dict[str, str]
    result: dict[str, str]
    commands: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Validation:
    """A validator's judgement on a derivative: `pass`, `fail`, or `not-run` with the reason in `detail`."""

    tool: str
    outcome: Literal["pass", "fail", "not-run"]
    command: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Derivative:
    """A file made from an original. `stored` is its path below `representations/<role>/data/`."""

    role: Literal["preservation", "access"]
    stored: str
    size: int
    digests: dict[str, str]
    puid: str | None
    format_name: str
    format_version: str
    mime: str
    event: Literal["normalization", "migration"]
    tool: str  # program and version
    command: tuple[str, ...]  # argument list with SOURCE and RESULT in place of file names
    started: str
    ended: str
    proof: Proof
    properties: tuple[tuple[str, str], ...] = ()
    lost: tuple[str, ...] = ()  # what the target cannot hold, one sentence each
    validation: Validation | None = None


@dataclass(frozen=True, slots=True)
class Normalised:
    """What came of normalising one file. `action` is `keep`, `rewrap`, `transcode` or `failed`."""

    action: Literal["keep", "rewrap", "transcode", "failed"]
    rule: str  # the rule of the formats profile that was applied
    derivatives: tuple[Derivative, ...] = ()
    findings: tuple[Finding, ...] = ()
    failure: str = ""  # the tool's own last words, when `failed`


@cache
def _adapter(kind: type[Any]) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def to_json(fact: object) -> str:
    """A fact as JSON text."""
    kind: Any = type(fact)
    return bytes(_adapter(kind).dump_json(fact)).decode()


def from_json(kind: type[Fact], text: str | bytes) -> Fact:
    """The fact that `to_json` wrote. Raises ValueError.

    Of thousands of files of one format the same is said: such facts are decoded once, and are one object in memory.
    """
    adapted: Any = kind
    alike = kind in _ALIKE and len(text) <= _SHORT
    fact: Fact = shared(adapted, text) if alike else decode(adapted, text)
    return fact


def decode(kind: Any, text: str | bytes) -> Any:
    """The fact, read out of its text now: the one place where this is done, so that it can be counted."""
    return _adapter(kind).validate_json(text)


_ALIKE = (Identification, Character, Normalised)
_SHORT = 2000  # bytes; what is longer was made for its file alone


@lru_cache(maxsize=512)
def shared(kind: Any, text: str | bytes) -> Any:
    """One object for all files of which the same is said."""
    return decode(kind, text)
