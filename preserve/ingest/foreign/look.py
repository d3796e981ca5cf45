"""A deposit that is a package of another system, looked over: its content under true names, what it declares, and
what is to be said of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from metadata.findings import Finding
from metadata.identity import readable
from preserve.errors import Refused
from preserve.ingest.declared import Wanted
from preserve.ingest.declared.lists import read_lists
from preserve.ingest.foreign.records import ForeignPackage, Reader
from preserve.ingest.foreign.several import one_of
from preserve.ingest.foreign.view import ContentView
from preserve.ingest.handed import Handed
from preserve.ingest.hostile_names import hostile
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.inventory import Inventory
from storage_adapters.digests import new_digest

if TYPE_CHECKING:
    from preserve.ingest.receive import DepositProfile

_SHOWN = 5
_PIECE = 1 << 20
_OF_BAGS = re.compile(r"(?:.*/)?(?:tag)?manifest-[^/]*\.txt")


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a deposit knows of the package that it is.

    `kind` and `version` as the reader says; `top` is the folder that the package lies in. `kept`: files of the package
    that are no content, by path in `source`; they go into the documentation as they came. `package` is what was read,
    `names` the names of its content by path.
    """

    kind: str
    version: str
    top: str
    source: Source
    kept: tuple[Entry, ...]
    package: ForeignPackage = field(repr=False)
    names: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """A package as a deposit: `files` under their true names in `source`, `wanted` digests by these names."""

    foreign: Foreign
    source: Source
    files: Sequence[Entry]
    wanted: dict[str, tuple[Wanted, ...]]
    findings: tuple[Finding, ...]


def look(
    found: tuple[Reader, str],
    source: Source,
    entries: Sequence[Entry],
    declared: Mapping[str, tuple[Wanted, ...]],
    profile: DepositProfile,
    beside: Handed,
    scratch: Path | None,
) -> Found:
    """Read the package. `declared` are digests by path that other lists in it give, `beside` says which case is meant.

    Raises Refused where it is one that cannot be taken in; what a person may answer for is among the findings.
    """
    reader, top = found
    package = one_of(reader.read(source, entries, top), beside)
    if not package.content:
        raise Refused("foreign.no-content", top or str(reader.kind), kind=package.kind)
    origin = package.source or source
    by_path = {entry.path: entry for entry in (entries if package.source is None else origin.entries())}
    content = [by_path[path] for path in package.content]
    names, unusable = _names(content, package, profile)
    aside = {*package.content, *package.left, *package.elsewhere}
    kept = tuple(entry for entry in entries if entry.path not in aside)
    foreign = Foreign(package.kind, package.version, top, source, kept, package, names)
    # The manifests of a bag are read by the rules of bags.
    read = {*package.lists, *(entry.path for entry in entries if _OF_BAGS.fullmatch(entry.path))}
    word = read_lists(source, entries, "", scratch, read)
    wanted = _together(declared, package.wanted, word.wanted)
    findings = [
        Finding("foreign.recognised", "", "note", _counted(package, kept)),
        *_told(package),
        *unusable,
        *package.findings,
        *word.findings,
        *_sizes(package, {**by_path, **{entry.path: entry for entry in entries}}, wanted),
        *_kept_differs(foreign, wanted),
    ]
    files = Inventory(replace(entry, path=names[entry.path], read_as=()) for entry in content)
    by_name = {names[path]: digests for path, digests in wanted.items() if path in names}
    told = (replace(finding, where=names.get(finding.where, finding.where)) for finding in findings)
    return Found(foreign, ContentView(origin, names), files, by_name, tuple(told))


def true_names(
    package: ForeignPackage, origin: Source, profile: DepositProfile
) -> tuple[dict[str, str], list[Finding]]:
    """The names of the content of a package that was read, by path, and what is to be said of them."""
    wanted = set(package.content)
    return _names([entry for entry in origin.entries() if entry.path in wanted], package, profile)


def _counted(package: ForeignPackage, kept: Sequence[Entry]) -> dict[str, str | int | float]:
    return {"kind": package.kind, "version": package.version, "files": len(package.content), "kept": len(kept)}


def _together(*said: Mapping[str, tuple[Wanted, ...]]) -> dict[str, tuple[Wanted, ...]]:
    """Each digest that is said of a file once, whoever says it."""
    wanted: dict[str, tuple[Wanted, ...]] = {}
    for one in said:
        for path, digests in one.items():
            wanted[path] = tuple(dict.fromkeys((*wanted.get(path, ()), *digests)))
    return wanted


def _names(
    content: Sequence[Entry], package: ForeignPackage, profile: DepositProfile
) -> tuple[dict[str, str], list[Finding]]:
    """The name of each file of the content: its true one, else its path without the folders that all have in common.

    A true name that is hostile, or that several files have, is told and not used.
    """
    common = _common([entry.path for entry in content if entry.path not in package.names])
    plain = {entry.path: entry.path.removeprefix(common) for entry in content}
    names = {path: package.names.get(path, name) for path, name in plain.items()}
    bad = {
        entry.path
        for entry in content
        if names[entry.path] != plain[entry.path]
        and (not names[entry.path] or any(hostile(replace(entry, path=names[entry.path]), profile)))
    }
    names |= {path: path for path in bad}
    alike = Counter(readable(name) for name in names.values())
    folders = {above for name in names.values() for above in _above(name)}
    twice = {path for path, name in names.items() if alike[readable(name)] > 1 or name in folders} - bad
    # By their paths in the package two files are never one; names that are these paths already stand in nobody's way.
    names |= {path: path for path in twice}
    if len(set(names.values())) < len(names):
        names = {path: path for path in names}
    findings = [
        Finding("foreign.name-unusable", path, "warning", {"name": package.names[path][:_LONGEST_NAME]})
        for path in sorted(bad | twice)
        if path in package.names
    ]
    return names, findings


_LONGEST_NAME = 500


def _above(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _common(paths: Sequence[str]) -> str:
    """The folders, with `/`, that all paths begin with."""
    if not paths:
        return ""
    first, last = min(paths).split("/")[:-1], max(paths).split("/")[:-1]
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return "/".join(first[:same]) + "/" if same else ""


def _told(package: ForeignPackage) -> Iterator[Finding]:
    """What the package lists and does not hold, what is left out, and what was not understood."""
    for name, source in package.missing[:1000]:
        yield Finding("foreign.file-missing", name, "error", {"source": source})
    if package.left:
        yield Finding("foreign.derived-left", "", "warning", _several(package.left))
    if package.unknown:
        yield Finding("foreign.not-understood", "", "note", _several(package.unknown))


def _several(names: Sequence[str]) -> dict[str, str | int | float]:
    shown = ", ".join(readable(name)[:200] for name in names[:_SHOWN])
    return {"count": len(names), "names": shown}


def _sizes(
    package: ForeignPackage, by_path: Mapping[str, Entry], wanted: Mapping[str, tuple[Wanted, ...]]
) -> Iterator[Finding]:
    """A wrong size beside a digest is a mistake in the list; alone it is all there is to compare."""
    for path, size in package.sizes.items():
        entry = by_path.get(path)
        if entry is not None and entry.size != size:
            values: dict[str, str | int | float] = {"declared": size, "actual": entry.size}
            certain = not wanted.get(path)
            code = "foreign.size-differs" if certain else "foreign.size-wrong"
            yield Finding(code, path, "error" if certain else "warning", values)


def _kept_differs(foreign: Foreign, wanted: Mapping[str, tuple[Wanted, ...]]) -> Iterator[Finding]:
    """The package's own files that are not what it says of them."""
    asked = {entry.path for entry in foreign.kept if wanted.get(entry.path)}
    return compare(foreign.source, asked, wanted)


def compare(source: Source, paths: Iterable[str], wanted: Mapping[str, tuple[Wanted, ...]]) -> Iterator[Finding]:
    """An error for each file whose bytes are not what is declared."""
    asked = set(paths)
    for entry, stream in source.stream(lambda entry: entry.path in asked) if asked else ():
        known = wanted[entry.path]
        hashes = {algorithm: new_digest(algorithm) for algorithm in dict.fromkeys(one.algorithm for one in known)}
        while data := stream.read(_PIECE):
            for one in hashes.values():
                one.update(data)
        for want in known:
            computed = hashes[want.algorithm].hexdigest()
            if computed != want.digest.lower():
                values: dict[str, str | int | float] = {
                    "algorithm": want.algorithm,
                    "declared": want.digest,
                    "computed": computed,
                    "source": want.source,
                }
                yield Finding("foreign.digest-differs", entry.path, "error", values)
                break
