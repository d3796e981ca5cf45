"""Reads a sealed package into the rows that the catalogue will have of it, before anybody has to wait for that.

Whoever enters a package holds the lock under which everybody writes. A large one takes seconds to read: so that is done
here, without a catalogue, and the rows lie in a scratch file meanwhile. Another process may do it (`reading_apart`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from metadata import bag, csip, mets, premis
from metadata.compact import PackedTexts
from metadata.entities import Event, FileObject
from metadata.errors import MetadataError
from preserve.data_management import facets, formats_index, search
from preserve.data_management.facets import Facet
from preserve.data_management.package_words import readable_name, texts_of, words_of_description
from preserve.data_management.search import Passage, Words
from preserve.description.legacy import closed, started
from preserve.description.schema import CaseDescription
from preserve.description.stored import catalogue_text, read_case
from preserve.errors import NotIntact
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file

_BATCH = 2000
_IN_MEMORY = 4 << 20  # bytes of rows; more lie in a file that has no name

READ_FROM = (csip.METS, csip.PREMIS, csip.CASE, csip.TEXT)
"""The files of a package that its rows are read from, besides `bag-info.txt`."""


@dataclass(frozen=True, slots=True)
class PackageRead:
    """What was read of one package; `words` is None where nobody will search for this version.

    `case` is its row of `cases`, `described` the description as plain data without its files.
    """

    name: str
    objid: str
    version: int
    case: dict[str, Any]
    described: Mapping[str, Any]
    created: str
    files: int
    size: int
    manifest_sha256: str
    formats: formats_index.Counter
    rows: Rows
    words: Words | None


@dataclass(slots=True)
class Rows:
    """Rows of `facets`, then of `files` and `events`, in batches, in the order in which they were read."""

    stream: IO[bytes]
    begin: int = 0  # where those of files and events begin
    _files: list[dict[str, Any]] = field(default_factory=list)
    _events: list[dict[str, Any]] = field(default_factory=list)

    def take_facets(self, said: Iterable[Facet]) -> None:
        """The rows of `facets`, before all others."""
        while batch := list(islice(said, _BATCH)):
            self.stream.write(json.dumps(batch).encode() + b"\n")
        self.begin = self.stream.tell()

    def file(self, row: dict[str, Any]) -> None:
        """One more row of `files`."""
        self._files.append(row)
        self._full()

    def event(self, row: dict[str, Any]) -> None:
        """One more row of `events`."""
        self._events.append(row)
        self._full()

    def close_batch(self) -> None:
        """What comes now is another batch."""
        if self._files or self._events:
            self.stream.write(json.dumps((self._files, self._events)).encode() + b"\n")
        self._files.clear()
        self._events.clear()

    def _full(self) -> None:
        if len(self._files) + len(self._events) >= _BATCH:
            self.close_batch()

    def facets(self) -> Iterator[Facet]:
        """Rows of `facets`, of whatever case."""
        self.stream.seek(0)
        while self.stream.tell() < self.begin:
            yield from map(tuple, json.loads(self.stream.readline()))

    def batches(self) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
        """Rows of `files` and of `events`, a batch at a time."""
        self.stream.seek(self.begin)
        for line in self.stream:
            files, events = json.loads(line)
            yield files, events


@contextmanager
def read_package(root: Path, *, words: bool = True, tokens: bool = True) -> Iterator[PackageRead]:
    """Read a sealed package; what was read lasts as long as the body.

    Without `words` nothing is read that is only searched for; `tokens` are what SQLite's index takes. Raises NotIntact
    where the package cannot be read as one of ours.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as stream:
        try:
            read = read_rows(root, root.name, Rows(stream), words=words, tokens=tokens)
        except UNREADABLE as error:
            raise unreadable(root, error) from error
        yield read


UNREADABLE = (OSError, ValueError, KeyError, MetadataError, StorageError)
"""What is raised where a package is none of ours."""


def unreadable(root: Path, error: Exception) -> NotIntact:
    """That a package cannot be read as one of ours."""
    return NotIntact("catalogue.package-unreadable", str(root), detail=str(error))


def name_of(root: Path) -> tuple[str, int]:
    """The objid and the version by a package's name. Raises NotIntact."""
    objid, _, number = root.name.rpartition("_v")
    if not csip.OBJID.match(objid) or not number.isdigit():
        raise unreadable(root, ValueError(f"name {root.name}"))
    return objid, int(number)


@dataclass(frozen=True, slots=True)
class Told:
    """What the description of a package says: itself, as plain data without its files, and as the row of its case."""

    description: CaseDescription
    plain: dict[str, Any]
    case: dict[str, Any]


def read_told(place: Path, rows: Rows, *, words: bool) -> Told:
    """Read the description in a file; the rows of `facets` are there then. Raises UNREADABLE."""
    description = read_case(place)
    plain = description.model_copy(update={"objects": ()}).model_dump(mode="json")
    if words:  # one file after the other: a large case has many
        objects = (item.model_dump(mode="json") for item in description.objects)
        rows.take_facets(facets.rows_in({**plain, "objects": objects}))
    return Told(description, plain, _case_row(description))


def read_rows(root: Path, name: str, rows: Rows, *, words: bool, tokens: bool, told: Told | None = None) -> PackageRead:
    """Read a package that is or will be called `name`; `told` is its description, where that was read into the rows.

    Raises UNREADABLE, or NotIntact for a name that is none of ours.
    """
    objid, version = name_of(root.with_name(name))
    package = root / "data" / objid
    told = told or read_told(package / csip.CASE, rows, words=words)
    description = told.description
    info = dict(bag.read_info(root / "bag-info.txt"))
    size, count = info["Payload-Oxum"].split(".")
    formats = formats_index.Counter(objid, version)
    names = _read_entities(package, {"objid": objid, "version": version}, rows, formats)
    head = chain(words_of_description(description), (Passage("file", name, name) for name in names))
    return PackageRead(
        name,
        objid,
        version,
        {**told.case, "long_term": _long_term(description, info)},
        told.plain,
        mets.read_identity(package / csip.METS).created,
        int(count),
        int(size),
        digest_file(root / "manifest-sha256.txt", ("sha256",), from_medium=False)[1]["sha256"],
        formats,
        rows,
        search.words_of(head, texts_of(package), tokens=tokens) if words else None,
    )


def _case_row(description: CaseDescription) -> dict[str, Any]:
    return {
        "case_number": description.case_number,
        "archival_number": description.archival_number,
        "title": description.title,
        "case_type": description.case_type,
        "cause": description.cause,
        "producer": description.producer.name,
        "classification": description.strictest.value,
        "started": started(description) or None,
        "closed": closed(description) or None,
        "description": catalogue_text(description),
    }


def _long_term(description: CaseDescription, info: Mapping[str, str]) -> bool:
    """The storage class that the rules gave at ingest; packages from before it was written had incident or coercion."""
    if written := info.get("Storage-Class"):
        return written == "long-term"
    return bool(description.incidents) or description.case_type == "coercion"


def _read_entities(package: Path, common: Mapping[str, Any], rows: Rows, formats: formats_index.Counter) -> PackedTexts:
    """Files and events; returns the names of the originals, to be found by."""
    names = PackedTexts()
    documents = [("", package / csip.PREMIS)]
    # The originals last: what was derived from them is known by then.
    documents += [(role, package / "representations" / role / csip.PREMIS) for role in csip.REPRESENTATIONS[::-1]]
    for role, document in documents:
        if role and not document.is_file():
            continue
        for entity in premis.read_premis(document):
            if isinstance(entity, FileObject):
                rows.file({**common, **_file_row(role, entity)})
                formats.take(role, entity)
                if role == "original":
                    names.append(readable_name(entity.original_name) or entity.path.removeprefix("data/"))
            elif isinstance(entity, Event):
                rows.event({**common, **_event_row(entity)})
        rows.close_batch()
    return names


_ENCODER = json.JSONEncoder(ensure_ascii=False)


def _file_row(role: str, entity: FileObject) -> dict[str, Any]:
    source = [relation.related for relation in entity.relationships if relation.sub_kind == "has source"]
    return {
        "identifier": entity.identifier,
        "representation": role,
        "path": entity.path,
        "original_name": entity.original_name,
        "size": entity.size,
        "sha256": entity.digests["sha256"],
        "puid": entity.format.puid,
        "format_name": entity.format.name,
        "format_version": entity.format.version,
        "properties": _properties(entity.properties),
        "source": source[0] if source else None,
    }


@lru_cache(maxsize=256)
def _properties(properties: tuple[tuple[str, str], ...]) -> str:
    """The same for thousands of files."""
    return _ENCODER.encode(list(properties))


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "identifier": event.identifier,
        "kind": event.kind,
        "happened": event.when,
        "outcome": event.outcome,
        "detail": event.detail,
        "outcome_detail": event.outcome_detail,
    }
