"""A folder, archive or bag becomes an inventory: every name, its size and time, and what the depositor says of it."""

from __future__ import annotations

import hashlib
import tarfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from metadata.compact import PackedTexts, Places
from metadata.findings import Finding
from metadata.identity import Names, precise, readable
from preserve.errors import Refused
from preserve.ingest.declared import Wanted
from preserve.ingest.declared.lists import read_lists
from preserve.ingest.litter import LeftBehind, Sweeper, told
from preserve.ingest.name_forms import forms
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.archives import TarSource, ZipSource
from preserve.ingest.sources.bag import kept_files, read_bag
from preserve.ingest.sources.folder import FolderSource
from preserve.ingest.sources.inventory import Inventory, paths_of

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


class DepositProfile(BaseModel):
    """`profiles/deposit.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description_names: tuple[str, ...]
    description_limit: int
    most_files: int
    largest_ratio: float
    ratio_matters_from: int
    largest_total: int
    deepest_archives: int
    largest_scanned: int
    deepest: int
    litter: tuple[str, ...]
    litter_folders: tuple[str, ...]
    litter_files: tuple[LeftBehind, ...] = ()

    @property
    def sweeper(self) -> Sweeper:
        """Who tells what is left behind from what is of the case."""
        return Sweeper(self.litter, self.litter_folders, self.litter_files)


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit that was looked over. `prefix` stands before every payload path (`data/` in a bag, or one top folder).

    `files` are the payload files with paths below the prefix, `wanted` the digests that a bag or lists in the deposit
    declare for them, `tags` a bag's own files, `litter` what was left out.
    """

    source: Source
    origin: Path
    kind: str
    prefix: str
    files: Sequence[Entry]
    tags: tuple[str, ...]
    litter: tuple[Entry, ...]
    wanted: dict[str, tuple[Wanted, ...]] = field(repr=False)
    description_name: str
    description: bytes
    fingerprint: str
    findings: tuple[Finding, ...]

    @property
    def size(self) -> int:
        """Bytes of all payload files."""
        return sum(entry.size for entry in self.files)


def open_source(path: Path) -> Source:
    """The deposit at `path` by what it is. Raises Refused when it is nothing that can be taken in."""
    if path.is_symlink():
        raise Refused("sip.link", str(path))
    if path.is_dir():
        return FolderSource(path)
    if not path.exists():
        raise Refused("sip.none", str(path))
    try:
        if zipfile.is_zipfile(path):
            return ZipSource(path)
        if tarfile.is_tarfile(path):
            return TarSource(path)
    except OSError as error:
        raise Refused("sip.unreadable", str(path), reason=error.strerror or str(error)) from error
    raise Refused("sip.unknown-kind", str(path))


def receive(path: Path, profile: DepositProfile, scratch: Path | None = None) -> Deposit:
    """Look a deposit over. Raises Refused with every reason at once; the deposit is only read.

    `scratch` is a folder for what must be put aside while it is read.
    """
    deposit = look_over(path, profile, scratch)
    if reasons := [finding for finding in deposit.findings if finding.severity == "refuse"]:
        raise Refused("sip.refused", str(path), findings=reasons)
    return deposit


def look_over(path: Path, profile: DepositProfile, scratch: Path | None = None) -> Deposit:
    """As `receive`, but raises only where the files may not or need not be read; other refusals are findings."""
    source = open_source(path)
    entries = Inventory()
    findings: list[Finding] = []
    total = 0
    digest = hashlib.sha256()
    for entry in source.entries():
        if entry.kind == "folder" and not entry.path:
            continue  # the deposit's own folder, as tar lists it
        findings += _hostile(entry, profile)
        if entry.kind != "folder":
            entries.append(entry)
            digest.update(repr((entry.path, entry.kind, entry.size, entry.modified_ns)).encode("utf-8", "replace"))
            total += entry.size
        if len(entries) > profile.most_files:
            raise Refused("sip.too-many-files", str(path), limit=profile.most_files)
        _refuse_swelling(path, source, total, profile)  # at once: listing a packed tar unpacks it
    left = frozenset() if findings else profile.sweeper.sweep(source, entries)  # what is hostile is not read
    kept = Inventory(entry for entry in entries if entry.path not in left) if left else entries
    findings += [*_collisions(kept), *_links_out(entries)]
    if any(finding.severity == "refuse" for finding in findings):
        raise Refused("sip.refused", str(path), findings=findings)
    if not kept:
        raise Refused("sip.empty", str(path))
    top, bag = _top(kept, profile)
    prefix = top + "data/" if bag else top
    files = Inventory(entry for entry in kept if entry.path.startswith(prefix)) if prefix else kept
    tags = tuple(
        entry.path for entry in kept if bag and entry.path.startswith(top) and not entry.path.startswith(prefix)
    )
    litter = tuple(entry for entry in entries if entry.path in left)
    wanted, said = read_bag(source, entries, top, left, scratch) if bag else ({}, [])
    word = read_lists(source, files, prefix, scratch)
    findings += [*said, *word.findings]
    wanted |= {file: (*wanted.get(file, ()), *digests) for file, digests in word.wanted.items()}
    try:
        name, description = _description(source, top, prefix, files, tags, profile)
    except Refused as error:
        if not any(finding.severity == "refuse" for finding in findings):
            raise
        raise Refused("sip.refused", str(path), findings=[*findings, as_finding(error)]) from error
    tags, unkept = kept_files(entries, tags, top, name)
    findings += [*unkept, *forms(files, prefix), *_misleading(files)]
    if litter:
        findings.append(told(litter))
    return Deposit(
        source,
        path,
        "bag" if bag else source.kind,
        prefix,
        files,
        tags,
        litter,
        wanted,
        name,
        description,
        digest.hexdigest(),
        tuple(findings),
    )


def with_named(deposit: Deposit, names: Iterable[str]) -> Deposit:
    """The deposit with what its description names, by any way of writing it, no longer left out."""
    listed: Names[bool] = Names((name, True) for name in names) if deposit.litter else Names(())
    named = {
        entry.path
        for entry in deposit.litter
        if entry.path.startswith(deposit.prefix) and listed.find(entry.path.removeprefix(deposit.prefix))
    }
    if not named:
        return deposit
    back = [entry for entry in deposit.litter if entry.path in named]
    litter = tuple(entry for entry in deposit.litter if entry.path not in named)
    findings = [finding for finding in deposit.findings if finding.code != "sip.litter"]
    findings += [told(litter)] if litter else []
    files = Inventory(chain(deposit.files, back))
    return replace(deposit, files=files, litter=litter, findings=tuple(findings))


def _hostile(entry: Entry, profile: DepositProfile) -> Iterator[Finding]:
    path = entry.path
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\")) or ".." in parts or (len(path) > 1 and path[1] == ":" and path[0].isalpha()):
        yield Finding("sip.traversal", path, "refuse")
    elif "" in parts or "." in parts or "\0" in path:
        yield Finding("sip.bad-path", path, "refuse")
    if len(parts) > profile.deepest:
        yield Finding("sip.too-deep", path, "refuse", {"limit": profile.deepest})
    if entry.kind in ("symlink", "hardlink", "fifo", "device", "socket"):
        yield Finding(f"sip.{entry.kind}", path, "refuse", {"target": entry.target})
    if entry.encrypted:
        yield Finding("sip.member-encrypted", path, "refuse")
    if (
        entry.compressed is not None
        and entry.size > profile.ratio_matters_from
        and entry.size > profile.largest_ratio * max(entry.compressed, 1)
    ):
        ratio = entry.size // max(entry.compressed, 1)
        yield Finding("sip.bomb", path, "refuse", {"ratio": ratio, "limit": profile.largest_ratio})


def _refuse_swelling(path: Path, source: Source, total: int, profile: DepositProfile) -> None:
    if total > profile.largest_total:
        raise Refused("sip.too-large", str(path), size=total, limit=profile.largest_total)
    if source.folder is None and total > profile.ratio_matters_from:
        packed = max(path.stat().st_size, 1)
        if total > profile.largest_ratio * packed:
            raise Refused("sip.bomb", str(path), ratio=total // packed, limit=profile.largest_ratio)


def _links_out(entries: Sequence[Entry]) -> Iterator[Finding]:
    """A file of a folder with more hard links than the folder holds has another name outside, and may change there."""
    inside = Counter(entry.inode for entry in entries if entry.links > 1)
    for entry in entries:
        if entry.links > 1 and inside[entry.inode] < entry.links:
            yield Finding("sip.hardlink", entry.path, "refuse", {"target": ""})


def _misleading(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Characters that turn the direction of writing make `gpj.exe` look like `exe.jpg` (Unicode TR 36 §2.2)."""
    for path in paths_of(entries):
        if not _TURNING.isdisjoint(path):
            yield Finding("sip.name-misleads", path, "warning")


def _collisions(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Two members of one path are refused: one would take the other's place. Names that are one to some file system
    only, by Unicode form or letters' case, are told; both files are kept, under names of their own."""
    paths, keys = PackedTexts(), PackedTexts()
    there, seen = Places(paths, len(entries)), Places(keys, len(entries))
    for place, path in enumerate(paths_of(entries)):
        key = unicodedata.normalize("NFC", readable(path).casefold())
        paths.append(path)
        keys.append(key)
        if there.add(place, path) != place:
            yield Finding("sip.names-collide", path, "refuse", {"other": path})
        elif (first := seen.add(place, key)) != place:
            values = {"name": precise(path), "other": precise(paths[first])}
            yield Finding("sip.names-alike", path, "warning", values)


def _top(entries: Sequence[Entry], profile: DepositProfile) -> tuple[str, bool]:
    """The one folder that holds everything, if there is one and it is the case, and whether it is a bag."""
    tops, bag, flat = set[str](), False, False
    for path in paths_of(entries):
        top, inside, _ = path.partition("/")
        tops.add(top)
        flat = flat or not inside
        bag = bag or path == "bagit.txt"
    if bag:
        return "", True
    if len(tops) == 1 and not flat:
        top = next(iter(tops)) + "/"
        if any(path == top + "bagit.txt" for path in paths_of(entries)):
            return top, True
        if any(readable(path.removeprefix(top)) in profile.description_names for path in paths_of(entries)):
            return top, False
    return "", False


def _description(
    source: Source, top: str, prefix: str, files: Sequence[Entry], tags: tuple[str, ...], profile: DepositProfile
) -> tuple[str, bytes]:
    """The case description: at the top of the deposit, or of a bag's payload. Raises Refused when none or several."""
    found = [
        path
        for folder in dict.fromkeys((prefix, top))
        for path in chain(paths_of(files), tags)
        if path.startswith(folder) and readable(path.removeprefix(folder)) in profile.description_names
    ]
    if not found:
        raise Refused("sip.no-description", names=", ".join(profile.description_names))
    if len(found) > 1:
        raise Refused("sip.many-descriptions", names=", ".join(map(readable, found)))
    data = source.read(found[0], profile.description_limit)
    if not data.strip():
        raise Refused("sip.description-empty", found[0])
    return found[0], data


def as_finding(error: Refused) -> Finding:
    """A refusal that stood alone, among others."""
    return Finding(error.code, error.where, "refuse", dict(error.values), error.detail)
