"""What a hand-over folder says by itself: the lines of its statement, of its catalogues, and of a record's metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from lxml import etree

from preserve.ingest.declared import Wanted
from preserve.ingest.declared.forms import LENGTHS, SIZES, algorithm_of
from preserve.ingest.foreign.chinese_xml import LARGEST, name_of, parsed, rows_of, text_of, values_of
from preserve.ingest.foreign.handover_profile import Column, HandoverProfile
from preserve.ingest.sources import Source

_SMALL = 1 << 20  # bytes of a statement
_PAIR = re.compile(r"^\s*([^:：=]{1,60}?)\s*[:：=]\s*(.*)$")
_HEX = re.compile(r"^[0-9A-Fa-f]{32,128}$")
_SEVERAL = re.compile(r"[;；|\n]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a catalogue, or the metadata of a record: values by our fields, as they are written.

    `volume`: it is about a whole case, not a paper of it. `raw` are all values by the names that they have there,
    `source` is the file that says so.
    """

    volume: bool
    values: Mapping[Column, str]
    raw: Mapping[str, str]
    source: str

    @property
    def number(self) -> str:
        """The archival number; empty where it has none."""
        return self.values.get("archival_number", "")

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files, as the line gives them."""
        return tuple(name for part in _SEVERAL.split(self.values.get("file", "")) if (name := part.strip()))


@dataclass(slots=True)
class Said:
    """What a package says: `statement` line by line, `lines` of its catalogues; `unknown` columns and elements."""

    statement: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    def first(self, names: tuple[str, ...]) -> str:
        """The first of these lines of the statement that says something."""
        return next((text for name in names if (text := self.statement.get(name, ""))), "")


def read_statement(source: Source, path: str) -> dict[str, str]:
    """`键：值` line by line; of an XML the names and texts of its elements. Raises Refused."""
    data = source.read(path, _SMALL)
    if path.lower().endswith(".xml"):
        return values_of(parsed(data, path))
    found: dict[str, str] = {}
    for line in text_of(data, path)[0].splitlines():
        if (match := _PAIR.match(line)) and match[2].strip():
            found.setdefault(match[1].strip(), match[2].strip()[:4000])
    return found


def read_catalogue(source: Source, path: str, profile: HandoverProfile, said: Said) -> None:
    """Take in the lines of one catalogue. Raises Refused where it cannot be read."""
    words = profile.words
    names = dict.fromkeys(words.items, False) | dict.fromkeys(words.volumes, True)
    root = parsed(source.read(path, LARGEST), path)
    lines = [line_of(raw, profile, path, volume=volume) for volume, raw in rows_of(root, names)]
    if not lines:  # whatever the lines are called, they are the children of the root, or of its one list
        lines = [line_of(values_of(one), profile, path) for one in _children(root)]
    for line in lines:
        if line.values:
            said.lines.append(line)
            said.unknown |= _left(line, profile)


def _children(root: etree._Element) -> list[etree._Element]:
    inner = [one for one in root.iterchildren(etree.Element) if len(one)]
    if len(inner) == 1 and any(len(one) for one in inner[0].iterchildren(etree.Element)):
        return [one for one in inner[0].iterchildren(etree.Element) if len(one)]
    return inner


def line_of(raw: Mapping[str, str], profile: HandoverProfile, path: str, *, volume: bool = False) -> Line:
    """The values of one line by our fields; the first name of a field that has a text counts."""
    values: dict[Column, str] = {}
    for column, names in profile.columns.items():
        if text := next((raw[name] for name in names if raw.get(name)), ""):
            values[column] = text
    return Line(volume, values, raw, path)


def read_metadata(source: Source, path: str, profile: HandoverProfile) -> list[Line]:
    """The metadata of a record: one line for all, or one for each file where the document has such parts.

    Raises Refused.
    """
    root = parsed(source.read(path, LARGEST), path)
    whole = line_of(values_of(root), profile, path)
    parts = [
        line_of(values_of(one), profile, path)
        for one in root.iterdescendants(etree.Element)
        if len(one) and all(len(inner) == 0 for inner in one.iterchildren(etree.Element))
    ]
    files = [part for part in parts if part.files and name_of(root) not in part.raw]
    return [whole, *(files if len(files) > 1 or (files and not whole.files) else ())]


def _left(line: Line, profile: HandoverProfile) -> set[str]:
    """Names of columns that no field takes and that say something."""
    known = {name for names in profile.columns.values() for name in names} | set(profile.words.ignored)
    return {name for name in line.raw if name not in known}


def is_metadata(name: str, profile: HandoverProfile) -> bool:
    """Whether a file of this name, without folders, holds the metadata of a record."""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in profile.words.metadata)


def digests_of(line: Line, profile: HandoverProfile) -> tuple[Wanted, ...]:
    """The digests that a line gives for its one file; by the column's name, by the algorithm beside, or by length."""
    found: list[Wanted] = []
    beside = algorithm_of(line.values.get("algorithm", ""))
    for name in profile.columns.get("digest", ()):
        text = "".join(line.raw.get(name, "").split())
        if not _HEX.match(text):
            continue
        kinds = (algorithm_of(name), beside, LENGTHS.get(len(text), ""))
        if kind := next((kind for kind in kinds if kind and SIZES[kind] == len(text)), ""):
            found.append(Wanted(kind, text.lower(), line.source))
    return tuple(found)
