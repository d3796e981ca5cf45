"""Hand-over folders (移交包) in every dialect that `profiles/handover.toml` names.

The two of the archives administration, and that of universities.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from metadata.bag_names import name_key
from metadata.findings import Finding
from metadata.identity import readable
from preserve.errors import Refused
from preserve.ingest.declared import Wanted
from preserve.ingest.foreign.handover_cases import Case, cases_of, described
from preserve.ingest.foreign.handover_files import Places, Record
from preserve.ingest.foreign.handover_lines import (
    Line,
    Said,
    digests_of,
    is_metadata,
    read_catalogue,
    read_metadata,
    read_statement,
)
from preserve.ingest.foreign.handover_own import derived_in, own_description
from preserve.ingest.foreign.handover_profile import Dialect, HandoverProfile, plain_number, read_handover
from preserve.ingest.foreign.records import ForeignPackage
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.inventory import paths_of


@dataclass(frozen=True, slots=True)
class _Laid:
    """The files of a package by what they are, by their paths in the source."""

    statements: tuple[str, ...]
    catalogues: tuple[str, ...]
    records: tuple[str, ...]
    metadata: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    """What was read so far of one package."""

    said: Said = field(default_factory=Said)
    records: list[Record] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    wanted: dict[str, tuple[Wanted, ...]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HandoverFolder:
    """Reads hand-over folders of one dialect. `own`: the archive's own profiles."""

    kind: str
    own: Path | None = None

    def recognises(self, entries: Sequence[Entry], top: str) -> bool:
        """Whether the names that mark this dialect are there, and one of its catalogues."""
        dialect = read_handover(self.own).of(self.kind)
        names = {name_key(path.removeprefix(top)) for path in paths_of(entries) if path.startswith(top)}
        catalogues = {
            name_key(f"{folder}/{name}" if folder else name)
            for name in dialect.catalogues
            for folder in ("", *dialect.records)
        }
        return names.issuperset(map(name_key, dialect.required)) and not names.isdisjoint(catalogues)

    def read(self, source: Source, entries: Sequence[Entry], top: str) -> ForeignPackage:
        """The package; its cases each by itself where there are several. Raises Refused."""
        profile = read_handover(self.own)
        dialect = profile.of(self.kind)
        laid = _laid(list(paths_of(entries)), top, dialect, profile)
        if not laid.catalogues:
            raise Refused("foreign.no-catalogue", top, names=", ".join(dialect.catalogues))
        reading = _Reading()
        for path in laid.statements:
            reading.said.statement |= read_statement(source, path)
        for path in laid.catalogues:
            read_catalogue(source, path, profile, reading.said)
        _place(reading, source, laid, top, profile)
        _counts(reading, laid, dialect, profile)
        cases = cases_of(reading.said, reading.records, _loose(reading, laid, top))
        packages = [self._package(source, laid, reading, profile, case) for case in cases]
        if len(packages) == 1:
            return packages[0]
        content = [path for package in packages for path in package.content]
        return ForeignPackage(self.kind, dialect.version, content, cases=tuple(packages))

    def _package(
        self, source: Source, laid: _Laid, reading: _Reading, profile: HandoverProfile, case: Case
    ) -> ForeignPackage:
        content = tuple(dict.fromkeys((*(path for one in case.records for path in one.files), *case.loose)))
        unknown = set(reading.said.unknown)
        plain = own_description(source, laid.others, case, content)
        names = {path: reading.names[path] for path in content if path in reading.names}
        if plain is None:
            plain = described(case, reading.said, profile, unknown)
        return ForeignPackage(
            self.kind,
            profile.of(self.kind).version,
            content,
            names=names,
            wanted={path: reading.wanted[path] for path in content if path in reading.wanted},
            described=plain,
            unknown=tuple(sorted(unknown)),
            findings=(*reading.findings, *_findings_of(case)),
            sizes={path: reading.sizes[path] for path in content if path in reading.sizes},
            missing=tuple((name, one.line.source) for one in case.records for name in one.missing),
            left=derived_in(laid.others),
            history=tuple(f"{name}：{text}" for name, text in reading.said.statement.items()),
            beside=tuple(dict.fromkeys(path for one in case.records for path in one.metadata)),
        )


def _laid(paths: Sequence[str], top: str, dialect: Dialect, profile: HandoverProfile) -> _Laid:
    """Every file below `top` by what it is."""
    others = tuple(top + name + "/" for name in profile.words.others)
    areas = tuple(top + name + "/" if name else top for name in dialect.records)
    names = {name_key(name) for name in dialect.catalogues}
    statements = {name_key(name) for name in dialect.statement}
    found: dict[str, list[str]] = {name: [] for name in ("statements", "catalogues", "records", "metadata", "others")}
    for path in paths:
        if not path.startswith(top):
            continue
        last = path.rpartition("/")[2]
        depth = path.removeprefix(top).count("/")
        if name_key(last) in statements and (depth == 0 or path.startswith(others)):
            kind = "statements"
        elif name_key(last) in names and (depth == 0 or (depth == 1 and path.startswith(areas))):
            kind = "catalogues"
        elif path.startswith(others) or not path.startswith(areas) or (depth == 0 and top in areas):
            kind = "others"
        else:
            kind = "metadata" if is_metadata(last, profile) else "records"
        found[kind].append(path)
    return _Laid(**{name: tuple(some) for name, some in found.items()})


def _place(reading: _Reading, source: Source, laid: _Laid, top: str, profile: HandoverProfile) -> None:
    """Find the files of every line, and what their metadata say of them."""
    files = Places(laid.records, top)
    beside = Places(laid.metadata, top)
    named = sorted(laid.metadata)
    claimed: dict[str, str] = {}
    lines = [line for line in reading.said.lines if not line.volume] or reading.said.lines
    for line in lines:
        record = Record(line)
        if path := line.values.get("metadata", ""):
            record.metadata += beside.named(path, line.source, line.number)[:1]
        record.folders = files.folders_of(line.number)
        if line.files:
            _by_name(record, files, line.files, line.source)
        elif not record.metadata:
            record.files += [path for folder in record.folders for path in files.below(folder)]
            record.files = record.files or list(files.stems(line.number))
        record.metadata += [path for folder in beside.folders_of(line.number) for path in beside.below(folder)]
        if not record.metadata:
            record.metadata += _near(record.files, named)
        record.metadata = list(dict.fromkeys(record.metadata))
        for path in record.metadata:
            _take_metadata(reading, record, files, read_metadata(source, path, profile), profile)
        _declared(reading, record, line, profile)
        _claim(reading, record, claimed)
        if not record.files and not record.missing and not record.shared:
            record.missing.append(line.number or line.values.get("title", ""))
        reading.records.append(record)


def _claim(reading: _Reading, record: Record, claimed: dict[str, str]) -> None:
    """A file is of the first line that means it; that a later one means it too is told."""
    number, mine = record.line.number, []
    for path in dict.fromkeys(record.files):
        if path in claimed:
            values: dict[str, str | int | float] = {"number": number[:200], "other": claimed[path][:200]}
            reading.findings.append(Finding("foreign.file-of-two", path, "warning", values))
            record.shared = True
        else:
            claimed[path] = number
            mine.append(path)
    record.files = mine


def _near(files: Sequence[str], metadata: Sequence[str]) -> list[str]:
    """Metadata beside a file that begin with its name, with or without what stands behind the dot; they are sorted."""
    found = []
    for stem in dict.fromkeys(path.rpartition(".")[0] or path for path in files):
        place = bisect_left(metadata, stem)
        while place < len(metadata) and metadata[place].startswith(stem):
            found.append(metadata[place])
            place += 1
    return found


def _by_name(record: Record, files: Places, names: Iterable[str], beside: str) -> None:
    for name in names:
        found = files.named(name, beside, record.line.number)
        if len(found) == 1:
            record.files.append(found[0])
        else:
            record.missing.append(name)


def _take_metadata(
    reading: _Reading, record: Record, files: Places, lines: Sequence[Line], profile: HandoverProfile
) -> None:
    """What the metadata of a record say: missing values of its line, names, digests and sizes of its files."""
    whole = lines[0]
    if not record.line.files and len(lines) == 1 and whole.files and not record.files:
        _by_name(record, files, whole.files, whole.source)
    filled = {**whole.values, **record.line.values}
    record.line = Line(record.line.volume, filled, record.line.raw, record.line.source)
    for part in lines[1:]:
        before = len(record.files)
        for name in part.files:
            found = files.named(name, part.source, record.line.number)
            if len(found) != 1:
                record.missing.append(name)
            elif found[0] not in record.files:
                record.files.append(found[0])
            if len(found) == 1:
                _declare(reading, found[0], part, profile)
        if part.raw.get("文件名称") and len(record.files) == before + 1:
            reading.names.setdefault(record.files[-1], part.raw["文件名称"])
    if len(record.files) == 1:
        _declare(reading, record.files[0], whole, profile)
        if name := whole.values.get("original", ""):
            reading.names[record.files[0]] = name


def _declared(reading: _Reading, record: Record, line: Line, profile: HandoverProfile) -> None:
    if len(record.files) == 1:
        _declare(reading, record.files[0], line, profile)


def _declare(reading: _Reading, path: str, line: Line, profile: HandoverProfile) -> None:
    said = digests_of(line, profile)
    reading.wanted[path] = tuple(dict.fromkeys((*reading.wanted.get(path, ()), *said)))
    size = line.values.get("size", "")
    if size.isascii() and size.isdigit() and len(size) < 19:
        reading.sizes[path] = int(size)


def _loose(reading: _Reading, laid: _Laid, top: str) -> list[tuple[str, str]]:
    """Files of records that no line means, each with its path below the package's folder."""
    claimed = {path for record in reading.records for path in record.files}
    return [(path, path.removeprefix(top)) for path in laid.records if path not in claimed]


def _counts(reading: _Reading, laid: _Laid, dialect: Dialect, profile: HandoverProfile) -> None:
    """What the statement promises against what is there."""
    said, words = reading.said, profile.words
    where = laid.statements[0] if laid.statements else ""
    for name in dialect.must:
        if name not in said.statement:
            reading.findings.append(Finding("foreign.statement-lacks", where, "warning", {"name": name}))
    papers = [line for line in said.lines if not line.volume]
    volumes = [line for line in said.lines if line.volume]
    declared = "".join(sign for sign in said.first(words.count) if sign.isdigit())[:9]
    if declared and int(declared) not in {len(papers), len(volumes)}:
        values: dict[str, str | int | float] = {"declared": int(declared), "actual": len(papers) or len(volumes)}
        reading.findings.append(Finding("foreign.count-differs", where, "error", values))
    numbers = {plain_number(line.number) for line in said.lines}
    for number in said.first(words.span).replace("～", "~").replace("至", "~").split("~"):
        if number.strip() and plain_number(number) not in numbers:
            reading.findings.append(Finding("foreign.span-differs", where, "warning", {"number": number.strip()[:200]}))
    if not laid.statements:
        reading.findings.append(Finding("foreign.no-statement", "", "warning", {"names": ", ".join(dialect.statement)}))


def _findings_of(case: Case) -> Iterator[Finding]:
    for record in case.records:
        if len(record.folders) > 1:
            folders = ", ".join(map(readable, record.folders[:5]))
            yield Finding("foreign.folder-twice", record.line.number, "error", {"folders": folders})
    if case.loose:
        names = ", ".join(map(readable, case.loose[:5]))
        yield Finding("foreign.unlisted", "", "warning", {"count": len(case.loose), "names": names})


def handover_folders(own: Path | None) -> tuple[HandoverFolder, ...]:
    """A reader for each dialect, in the order in which the profile names them."""
    return tuple(HandoverFolder(dialect.kind, own) for dialect in read_handover(own).dialect)
