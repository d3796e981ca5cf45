"""What is known of old cases before they are taken in: rows of a list, carriers, files on them, and what fits what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from metadata.findings import Finding

Certainty = Literal["certain", "likely", "question"]
"""`certain` is taken without asking, `likely` too where the plan is confirmed, a `question` is for a person alone."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a row stands in a list: the sheet's name and the row's number as the program that made it shows them."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class ListedPlace:
    """Where a row of a list says that files lie: on which disc, under which path, in which folder, in which file."""

    disc: str = ""
    path: str = ""
    folder: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One case of a list.

    `key` is the case number in the form for comparing, `number` as written; `facts` are fields of the description by
    their names in the schema, with values as the schema wants them; `places` are the words that say where its files
    lie (disc, folder, file); `located` says which of them belong together, a row of the list each. `rest` holds columns
    that no field takes, by their headings. `number_is`: what `number` is where the list has no case number. `written`
    has a row for each of `cells`: every cell by its heading, before anything was understood of it.

    Beside fields of the schema `facts` holds `producer.name`; `parties` and `officers`, names with `、` between them;
    `legacy.start` and `legacy.closed` where only a year or month is known.
    """

    number: str
    key: str
    cells: tuple[Cell, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    rest: Mapping[str, str] = field(default_factory=dict)
    archival_number: str = ""
    number_is: Literal["case_number", "archival_number", "title"] = "case_number"
    located: tuple[ListedPlace, ...] = ()
    written: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CaseList:
    """A list that was read: which profile fitted, its cases in their order, what could not be read."""

    profile: str
    cases: tuple[ListedCase, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class BadRange:
    """Bytes of one file that the carrier did not give: `start` and `length` in the file; `path` as on the carrier."""

    path: str
    start: int
    length: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A folder (a mounted disc or drive too), an image or a device that was read.

    `id` is its name in the plan, `label` what is written on it or in its file system, `mark` what tells it from
    another with the same label (volume identifier, serial, or the digest of an image). `read` is RFC 3339, empty
    while it was not read; `tool` says with what.
    """

    id: str
    kind: Literal["folder", "image", "device"]
    place: str
    label: str = ""
    mark: str = ""
    read: str = ""
    tool: str = ""
    bad: tuple[BadRange, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file on a carrier; `path` is relative to it, `/` between parts."""

    carrier: str
    path: str
    size: int
    modified_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A file that belongs to a row of the list, why, and how certain that is.

    `path` ends with `/` where all of a folder is meant, and is empty where all of the carrier is.
    """

    case: int
    carrier: str
    path: str
    basis: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Matched:
    """What fits what. `case` numbers count the list's cases from 0; `missing` are cases of which nothing was found."""

    matches: Sequence[Match]
    missing: tuple[int, ...]
    unlisted: Sequence[FoundFile]
    findings: tuple[Finding, ...] = ()
