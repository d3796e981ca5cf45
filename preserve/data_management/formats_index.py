"""Formats counted by package version, so that a question about a million cases needs no look at their files.

Everything is reckoned from a package alone (its PREMIS objects), so that a rebuilt catalogue counts the same. A newer
identification, which the ledger tells, is laid over it (`reidentify`).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, delete, select, text, update

from metadata.entities import FileObject
from preserve.data_management.engines.dialect import unless_there
from preserve.data_management.tables import files, formats, version_formats

REIDENTIFIED = "case.reidentified"
_DIMENSIONS = ("Width", "Height", "FrameCount")
_SOUND_NAMES = (".m4a", ".amr", ".aac")
_ANSWER = re.compile(r"(?:^|; )(?:basis: [a-z]+(?: DISAGREE)?; )?([a-z-]+) (\S+) \((.*?)\): \S+ by")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: everything that rules and reports ask of it. Empty texts where nothing is known."""

    representation: str
    puid: str
    name: str
    version: str
    traits: str = ""
    derived: str = ""
    signatures: str = ""

    @property
    def id(self) -> int:
        """The same number for the same kind in every catalogue."""
        parts = (self.representation, self.puid, self.name, self.version, self.traits, self.derived, self.signatures)
        return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8], "big") >> 1


@dataclass(frozen=True, slots=True)
class Traits:
    """What the rules of the formats profile ask of an original beside its format."""

    video: tuple[str, ...] = ()
    sound: tuple[str, ...] = ()
    encoding: str = ""
    sound_name: bool = False  # its name is one that only sound has
    empty: bool = False

    def text(self) -> str:
        """As the catalogue keeps it."""
        flags = [name for name, there in (("sound-name", self.sound_name), ("empty", self.empty)) if there]
        return "|".join((",".join(self.video), ",".join(self.sound), self.encoding, ",".join(flags)))

    @classmethod
    def read(cls, written: str) -> Traits:
        """What `text` wrote."""
        video, sound, encoding, flags = [*written.split("|"), "", "", "", ""][:4]
        return cls(
            tuple(filter(None, video.split(","))),
            tuple(filter(None, sound.split(","))),
            encoding,
            "sound-name" in flags,
            "empty" in flags,
        )


def traits_of(properties: Iterable[tuple[str, str]], name: str, size: int) -> tuple[Traits, int]:
    """The traits of an original, and its pixels over all frames, by its significant properties."""
    return _traits(tuple(properties), name.lower().endswith(_SOUND_NAMES), size == 0)


@lru_cache(maxsize=256)
def _traits(properties: tuple[tuple[str, str], ...], sound_name: bool, empty: bool) -> tuple[Traits, int]:
    """The same for thousands of files."""
    codecs: dict[str, set[str]] = {"video": set(), "sound": set()}
    numbers: dict[str, dict[str, float]] = {}
    encoding = ""
    for key, value in properties:
        words = key.split(" ")
        if key == "Encoding":
            encoding = value
        elif len(words) == 2 and words[0] == "stream":
            kind, _, codec = value.partition(": ")
            if kind in codecs:
                codecs[kind].add(codec.replace(",", " ").replace("|", " "))
        elif len(words) == 3 and words[0] == "stream" and words[2] in _DIMENSIONS:
            numbers.setdefault(words[1], {})[words[2]] = _number(value)
    pixels = sum(math.prod(stream.get(name, 0) for name in _DIMENSIONS) for stream in numbers.values())
    traits = Traits(
        tuple(sorted(codecs["video"])), tuple(sorted(codecs["sound"])), encoding.replace("|", " "), sound_name, empty
    )
    return traits, int(pixels)


def _number(value: str) -> float:
    try:
        return min(max(0.0, float(value)), 1e9)
    except ValueError:
        return 0.0


def made_kind(role: str, puid: str | None, path: str, properties: Iterable[tuple[str, str]]) -> str:
    """What a derived file is, in the words of the formats profile; empty for nothing that it knows."""
    if role == "access":
        return {"mp4": "mp4", "m4a": "m4a", "jpg": "jpeg"}.get(path.rpartition(".")[2].lower(), "")
    if puid == "fmt/569":
        codecs = {value for key, value in properties if key == "video codec"}
        return "flac" if not codecs else "ffv1" if codecs == {"ffv1"} else "rewrap"
    known = {"fmt/279": "flac", "fmt/13": "raster", "fmt/353": "raster", "fmt/477": "pdfa", "x-fmt/111": "utf8"}
    return known.get(puid or "", "")


@lru_cache(maxsize=256)
def signatures_of(note: str) -> str:
    """The identifiers and signature versions that a format note of ours names: `siegfried 1.11.9 (…), fido 1.6.1 (…)`.

    Our own signatures are left out: they come with the program.
    """
    answers = (answer for answer in _ANSWER.findall(note) if not answer[0].startswith("preserve-"))
    return ", ".join(dict.fromkeys(f"{who} {version} ({what})" for who, version, what in answers))


@dataclass(frozen=True, slots=True)
class Counted:
    """One object that is counted. `role` is its representation, `format` PUID, name and version, `size` in bytes."""

    role: str
    identifier: str
    path: str
    name: str
    size: int
    format: tuple[str, str, str]
    properties: Iterable[tuple[str, str]]
    source: str
    signatures: str


class Counter:
    """Counts the kinds of one package version while its objects are read, derived ones before the originals."""

    def __init__(self, objid: str, version: int) -> None:
        self.objid, self.version = objid, version
        self._derived: dict[str, list[str]] = {}
        self._counts: dict[Kind, list[int]] = {}

    def take(self, role: str, entity: FileObject) -> None:
        """One object."""
        sources = [relation.related for relation in entity.relationships if relation.sub_kind == "has source"]
        self.add(
            Counted(
                role,
                entity.identifier,
                entity.path,
                entity.original_name,
                entity.size,
                (entity.format.puid or "", entity.format.name, entity.format.version),
                entity.properties,
                sources[0] if sources else "",
                signatures_of(entity.format.note) if role == "original" else "",
            )
        )

    def add(self, counted: Counted) -> None:
        """One object, by its parts."""
        if counted.role != "original":
            kind = Kind(counted.role, *counted.format)
            copy = made_kind(counted.role, kind.puid, counted.path, counted.properties)
            if counted.source and copy:
                self._derived.setdefault(counted.source, []).append(copy)
            self._count(kind, counted.size, 0)
            return
        traits, pixels = traits_of(counted.properties, counted.name or counted.path, counted.size)
        derived = "+".join(sorted(self._derived.pop(counted.identifier, ())))
        kind = Kind(counted.role, *counted.format, traits.text(), derived, counted.signatures)
        self._count(kind, counted.size, pixels)

    def _count(self, kind: Kind, size: int, pixels: int) -> None:
        sums = self._counts.setdefault(kind, [0, 0, 0])
        sums[0] += 1
        sums[1] += size
        sums[2] += pixels

    def write(self, connection: Connection) -> None:
        """Enter what was counted."""
        _enter(connection, self.objid, self.version, self._counts)


def _enter(connection: Connection, objid: str, version: int, counts: Mapping[Kind, Sequence[int]]) -> None:
    rows = []
    for kind, (count, size, pixels) in counts.items():
        know(connection, kind)
        rows.append(
            {"objid": objid, "version": version, "format": kind.id, "files": count, "size": size, "pixels": pixels}
        )
    if rows:
        connection.execute(version_formats.insert(), rows)


def know(connection: Connection, kind: Kind) -> None:
    """Enter a kind, unless it is there."""
    row = {"id": kind.id, **{name: getattr(kind, name) for name in Kind.__dataclass_fields__}}
    connection.execute(unless_there(connection, formats), row)


def forget(connection: Connection, objid: str, version: int) -> None:
    """Take a version out of the counts, and kinds that nothing has any more."""
    mine = (version_formats.c.objid == objid) & (version_formats.c.version == version)
    ids = list(connection.execute(select(version_formats.c.format).where(mine)).scalars())
    connection.execute(delete(version_formats).where(mine))
    for number in ids:
        others = select(version_formats.c.objid).where(version_formats.c.format == number)
        if connection.execute(others).first() is None:
            connection.execute(delete(formats).where(formats.c.id == number))


def count_again(connection: Connection, objid: str, version: int) -> None:
    """Count a version from the catalogue's own rows; the signatures that named its files stay as they are known."""
    kinds = {
        row.id: row.signatures
        for row in connection.execute(
            text(
                "SELECT f.id, f.signatures FROM version_formats v JOIN formats f ON f.id = v.format"
                " WHERE v.objid = :objid AND v.version = :version AND f.representation = 'original'"
            ),
            {"objid": objid, "version": version},
        )
    }
    known = sorted(set(kinds.values()))
    counter = Counter(objid, version)
    rows = connection.execute(
        select(files)
        .where(files.c.objid == objid, files.c.version == version)
        .order_by(files.c.representation == "original", files.c.identifier)
    )
    for row in rows:
        counter.add(
            Counted(
                row.representation,
                row.identifier,
                row.path,
                row.original_name,
                row.size,
                (row.puid or "", row.format_name, row.format_version),
                json.loads(row.properties),
                row.source or "",
                known[0] if len(known) == 1 else "",
            )
        )
    forget(connection, objid, version)
    counter.write(connection)


def reidentify(connection: Connection, objid: str, details: Mapping[str, Any]) -> None:
    """As `package_index.reidentify`, for who keeps the sums right."""
    version, signatures = int(details["version"]), str(details["signatures"])
    here = (files.c.objid == objid) & (files.c.version == version)
    for change in details["changes"]:
        new = change["new"]
        for identifier in change["files"]:
            connection.execute(
                update(files)
                .where(here, files.c.identifier == identifier)
                .values(puid=new["puid"] or None, format_name=new["name"], format_version=new["version"])
            )
    if details["changes"]:
        count_again(connection, objid, version)
    mine = select(version_formats).where(version_formats.c.objid == objid, version_formats.c.version == version)
    counts: dict[Kind, list[int]] = {}
    for row in connection.execute(mine).all():
        kind = read_kind(connection, row.format)
        if kind.representation == "original":
            kind = replace(kind, signatures=signatures)
        sums = counts.setdefault(kind, [0, 0, 0])
        for place, value in enumerate((row.files, row.size, row.pixels)):
            sums[place] += value
    forget(connection, objid, version)
    _enter(connection, objid, version, counts)


def read_kind(connection: Connection, identifier: int) -> Kind:
    """The kind of that number."""
    row = connection.execute(select(formats).where(formats.c.id == identifier)).one()
    return Kind(*(getattr(row, name) for name in Kind.__dataclass_fields__))
