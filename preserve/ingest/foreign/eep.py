"""Encapsulations (EEP, DA/T 48-2009) as a deposit: one record each, or an information package of ours in several."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from metadata.findings import Finding
from preserve.ingest.declared import Wanted
from preserve.ingest.foreign import eep_stream
from preserve.ingest.foreign.eep_names import read_names, read_rule
from preserve.ingest.foreign.eep_signatures import check
from preserve.ingest.foreign.eep_source import EepSource
from preserve.ingest.foreign.eep_stream import Document, Encapsulated
from preserve.ingest.foreign.eep_told import digest_of_file_outside, history_of, listed_by_us, signatures_of
from preserve.ingest.foreign.handover_cases import Case, cases_of, described
from preserve.ingest.foreign.handover_files import Record
from preserve.ingest.foreign.handover_lines import Line, Said
from preserve.ingest.foreign.handover_profile import Column, read_handover
from preserve.ingest.foreign.hrefs import plain_path
from preserve.ingest.foreign.records import ForeignPackage
from preserve.ingest.sources import Entry, Source

KIND = "eep"
_SUFFIX = ".eep"
_PACKAGE_ELEMENT = "电子文件封装包"
_ROOT = re.compile(
    rb"<(?:[A-Za-z_][\w.-]*:)?(?:" + b"|".join(map(_PACKAGE_ELEMENT.encode, ("utf-8", "gb18030"))) + rb")[\s>/]"
)
_HEAD = 4096
_KEPT_TWICE = 64 << 20  # bytes of encapsulations that are kept whole beside the files that were in them
_TRIED = 3  # XML documents that are opened to see whether they are encapsulations
_KEYWORD = re.compile(r"(?i)base64-([a-z0-9]{1,8})$")
_PACKAGE = "METS.xml"
_COLUMNS: Mapping[str, Column] = {
    "archival_number": "archival_number",
    "title": "title",
    "document_number": "doc_number",
    "author": "responsible",
    "date": "date",
    "retention": "retention",
    "secrecy": "secrecy",
    "note": "note",
    "genre": "kind",
}


@dataclass(slots=True)
class _Read:
    """The encapsulations of a deposit by path, and the names under which their files are to be seen."""

    found: dict[str, Encapsulated] = field(default_factory=dict)
    paths: dict[str, list[Entry | None]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    wanted: dict[str, tuple[Wanted, ...]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    beside: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    bytes_of: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Eep:
    """Reads encapsulations, of which a deposit may hold one or many. `own`: the archive's own profiles."""

    own: Path | None = None
    kind: str = KIND

    def recognises(self, entries: Sequence[Entry], top: str) -> bool:
        """Whether there are files by the name of encapsulations, or XML that may be some."""
        return any(entry.path.lower().endswith((_SUFFIX, ".xml")) for entry in entries)

    def confirms(self, source: Source, entries: Sequence[Entry], top: str) -> bool:
        """Whether they begin as encapsulations do."""
        mine = [entry.path for entry in entries if entry.path.startswith(top)]
        tried = [path for path in mine if path.lower().endswith(_SUFFIX)][:1]
        asked = set(tried or [path for path in mine if path.lower().endswith(".xml")][:_TRIED])
        return any(_ROOT.search(stream.read(_HEAD)) for _, stream in source.stream(lambda entry: entry.path in asked))

    def read(self, source: Source, entries: Sequence[Entry], top: str) -> ForeignPackage:
        """The package; its cases each by itself where there are several. Raises Refused."""
        mine = [entry for entry in entries if entry.path.startswith(top)]
        names = read_names(self.own)
        read = _Read()
        suffixes = (_SUFFIX,) if any(entry.path.lower().endswith(_SUFFIX) for entry in mine) else (".xml",)
        candidates = {entry.path: entry for entry in mine if entry.path.lower().endswith(suffixes)}
        for entry, stream in source.stream(lambda entry: entry.path in candidates):
            head = stream.read(_HEAD)
            if suffixes == (_SUFFIX,) or _ROOT.search(head):
                read.found[entry.path] = eep_stream.read(_Headed(head, stream), names, entry.path)
                read.bytes_of[entry.path] = entry.size
        check(read.found, source, names, read_rule(self.own))
        outside = [entry for entry in mine if entry.path not in read.found]
        _lay_out(read, candidates, {entry.path for entry in outside})
        origin = EepSource(source, names, read.paths, outside)
        listed = listed_by_us(source, outside, top)
        packages = self._packages(read, origin, listed)
        if len(packages) == 1:
            return packages[0]
        content = [path for package in packages for path in package.content]
        return ForeignPackage(KIND, "", content, source=origin, cases=tuple(packages))

    def _packages(
        self, read: _Read, origin: EepSource, listed: Mapping[str, tuple[Wanted, ...]]
    ) -> list[ForeignPackage]:
        """Each case: an information package that lies in encapsulations, or the records of one volume."""
        groups = _information_packages(read)
        packages = [self._ours(read, origin, folder, paths) for folder, paths in groups.items()]
        rest = [path for path in read.found if _folder_of(path) not in groups]
        if rest:
            packages += self._theirs(read, origin, rest)
        return [
            _kept_once(
                read,
                origin,
                replace(
                    package,
                    wanted={**package.wanted, **{path: listed[path] for path in package.beside if path in listed}},
                    findings=(*package.findings, *read.findings),
                ),
            )
            for package in packages
        ]

    def _ours(self, read: _Read, origin: EepSource, folder: str, paths: Sequence[str]) -> ForeignPackage:
        """An information package, every file of which is in one of the encapsulations of a folder."""
        from preserve.ingest.foreign.eark import EArk

        entries = [entry for path in paths for entry in read.paths[path] if entry is not None]
        package = EArk().read(origin, entries, folder)
        return replace(
            package,
            kind=KIND,
            version=read.found[paths[0]].said.get("version", ""),
            source=origin,
            history=(*package.history, *history_of(read.found[path] for path in paths)),
            findings=(*package.findings, *signatures_of(read.found[path] for path in paths)),
            beside=tuple(paths),
        )

    def _theirs(self, read: _Read, origin: EepSource, paths: Sequence[str]) -> list[ForeignPackage]:
        """The records of others, put together to cases by their archival numbers."""
        profile = read_handover(self.own)
        said, of_record = Said(), dict[int, str]()
        records = []
        for path in paths:
            record = _record(read, path)
            of_record[id(record)] = path
            records.append(record)
            said.lines.append(record.line)
            said.unknown |= read.found[path].unknown
        first = read.found[paths[0]].said
        said.statement = {name: first[name] for name in ("creator", "fonds_unit", "fonds_name") if name in first}
        packages = []
        for case in cases_of(said, records, []):
            theirs = [of_record[id(record)] for record in case.records]
            packages.append(self._case(read, origin, case, theirs, described(case, said, profile, said.unknown)))
        return [replace(package, unknown=tuple(sorted(said.unknown))) for package in packages]

    def _case(
        self, read: _Read, origin: EepSource, case: Case, paths: Sequence[str], plain: dict[str, object]
    ) -> ForeignPackage:
        content = tuple(dict.fromkeys(path for record in case.records for path in record.files))
        first = read.found[paths[0]].said
        if "producer" not in plain and (name := first.get("fonds_unit") or first.get("creator")):
            plain["producer"] = {"name": name}
        return ForeignPackage(
            KIND,
            first.get("version", ""),
            content,
            names={path: read.names[path] for path in content if path in read.names},
            wanted={path: read.wanted[path] for path in content if path in read.wanted},
            described=plain,
            findings=tuple(signatures_of(read.found[path] for path in paths)),
            sizes={path: read.sizes[path] for path in content if path in read.sizes},
            missing=tuple((name, path) for path in paths for name in read.missing.get(path, ())),
            history=history_of(read.found[path] for path in paths),
            source=origin,
            beside=tuple(paths),
        )


def _kept_once(read: _Read, origin: EepSource, package: ForeignPackage) -> ForeignPackage:
    """Encapsulations that are large together are kept without the files in them, which are the originals."""
    mine = package.beside
    if sum(read.bytes_of[path] for path in mine) <= _KEPT_TWICE:
        return package
    names = tuple(theirs for theirs, ours in origin.names.items() if ours == "coded_data")
    told = Finding("foreign.kept-without-data", "", "warning", {"count": len(mine)})
    return replace(package, without=dict.fromkeys(mine, names), findings=(*package.findings, told))


@dataclass(slots=True)
class _Headed:
    """A stream whose beginning was read already."""

    head: bytes
    stream: BinaryIO

    def read(self, size: int) -> bytes:
        """What was read first, then the rest."""
        if self.head:
            data, self.head = self.head, b""
            return data
        return self.stream.read(size)


def _above(path: str) -> Iterator[str]:
    """The folders that a path lies in."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0] + "/" if "/" in path else ""


def _information_packages(read: _Read) -> dict[str, list[str]]:
    """The folders whose encapsulations hold an information package together, each with those encapsulations."""
    folders: dict[str, list[str]] = {
        _folder_of(path): []
        for path, found in read.found.items()
        if any(document.said.get("file_name") == _PACKAGE for document in found.documents)
    }
    for path in read.found:
        if (paths := folders.get(_folder_of(path))) is not None:
            paths.append(path)
    return folders


def _lay_out(read: _Read, entries: Mapping[str, Entry], outside: set[str]) -> None:
    """Under which path each file is to be seen: of an information package by its own, else below its record's name."""
    groups = set(_information_packages(read))
    taken = set(outside)
    folders = {above for path in outside for above in _above(path)}
    for path, found in read.found.items():
        folder = _folder_of(path) if _folder_of(path) in groups else path.rpartition(".")[0] + "/"
        row: list[Entry | None] = []
        for number, document in enumerate(found.documents, 1):
            name = document.said.get("file_name", "")
            if (wanted := digest_of_file_outside(document)) is not None:
                _beside(read, path, name, wanted, outside)
                row.append(None)
                continue
            plain = plain_path(name)
            if name and plain is None:
                read.findings.append(Finding("foreign.name-unusable", path, "warning", {"name": name[:500]}))
            inside = folder + (plain or f"{number:04d}{_suffix(document)}")
            if inside in taken or inside in folders or not taken.isdisjoint(_above(inside)):
                inside = f"{folder}{len(taken):06d}/{plain or number}"
            taken.add(inside)
            folders.update(_above(inside))
            row.append(replace(entries[path], path=inside, size=document.size, compressed=None, read_as=()))
            if plain is not None and folder not in groups:
                read.names[inside] = plain
            size = document.said.get("file_size", "")
            if size.isascii() and size.isdigit() and len(size) < 19:
                read.sizes[inside] = int(size)
        read.paths[path] = row


def _suffix(document: Document) -> str:
    """The ending that the encapsulation names beside the data (`base64-mp4`), where the file's name cannot be used."""
    match = _KEYWORD.match(document.said.get("keyword", ""))
    return "." + match[1].lower() if match else ""


def _beside(read: _Read, path: str, name: str, wanted: Wanted, outside: set[str]) -> None:
    """A file that an encapsulation gives by its digest only: it lies beside, or is missing."""
    plain = plain_path(name)
    folder = _folder_of(path)
    found = next((one for one in (folder + (plain or ""), plain or "") if one in outside), None)
    if found is None:
        read.missing[path].append(name or wanted.digest)
    else:
        read.beside[path].append(found)
        read.wanted[found] = (*read.wanted.get(found, ()), wanted._replace(source=path))


def _record(read: _Read, path: str) -> Record:
    found = read.found[path]
    values = {column: text for name, column in _COLUMNS.items() if (text := found.said.get(name, ""))}
    files = [entry.path for entry in read.paths[path] if entry is not None] + read.beside.get(path, [])
    return Record(Line(False, values, found.said, path), files)


__all__ = ["KIND", "Eep"]
