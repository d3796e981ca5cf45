"""A folder, archive or bag becomes an inventory: every name, its size and time, and what the depositor says of it."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from metadata.findings import Finding
from metadata.identity import Names, readable
from preserve.errors import Refused
from preserve.ingest.declared import Wanted
from preserve.ingest.declared.lists import read_lists
from preserve.ingest.handed import BESIDE, ON_ARRIVAL, Accession, Handed, handed
from preserve.ingest.hostile_names import collisions, hostile, links_out, misleading
from preserve.ingest.litter import LeftBehind, Sweeper, told
from preserve.ingest.name_forms import forms
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.archives import TarSource, ZipSource
from preserve.ingest.sources.bag import kept_files, read_bag
from preserve.ingest.sources.folder import FolderSource
from preserve.ingest.sources.inventory import Inventory, paths_of


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
    open_uploads: int = 100
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
    declare for them, `tags` a bag's own files, `litter` what was left out. `read_as`: the name by which the description
    is read where it lies beside the deposit (`handed`).
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
    read_as: str = ""
    accession: Accession | None = None

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


def _listed(path: Path, source: Source, profile: DepositProfile) -> tuple[Inventory, list[Finding], str]:
    """What the source holds, what is hostile in it, and the digest over its lines. Raises Refused where it swells."""
    entries = Inventory()
    findings: list[Finding] = []
    total = 0
    digest = hashlib.sha256()
    for entry in source.entries():
        if entry.kind == "folder" and not entry.path:
            continue  # the deposit's own folder, as tar lists it
        findings += hostile(entry, profile)
        if entry.kind != "folder":
            entries.append(entry)
            digest.update(line_of(entry))
            total += entry.size
        if len(entries) > profile.most_files:
            raise Refused("sip.too-many-files", str(path), limit=profile.most_files)
        _refuse_swelling(path, source, total, profile)  # at once: listing a packed tar unpacks it
    return entries, findings, digest.hexdigest()


def look_over(given: Path | Handed, profile: DepositProfile, scratch: Path | None = None) -> Deposit:
    """As `receive`, but raises only where the files may not or need not be read; other refusals are findings."""
    beside = handed(given)
    path = beside.path
    source = beside.source or open_source(path)
    entries, findings, digest = _listed(path, source, profile)
    left = frozenset() if findings else profile.sweeper.sweep(source, entries)  # what is hostile is not read
    kept = Inventory(entry for entry in entries if entry.path not in left) if left else entries
    findings += [*collisions(kept), *links_out(entries)]
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
    for file, value in beside.digests.items():
        wanted[file] = (*wanted.get(file, ()), Wanted("sha256", value, ON_ARRIVAL))
    try:
        name, description = _description(source, (prefix, top), files, tags, profile, beside.description)
    except Refused as error:
        if not any(finding.severity == "refuse" for finding in findings):
            raise
        raise Refused("sip.refused", str(path), findings=[*findings, as_finding(error)]) from error
    tags, unkept = kept_files(entries, tags, top, name)
    findings += [*unkept, *forms(files, prefix), *misleading(files)]
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
        fingerprint_of(digest, beside.description),
        tuple(findings),
        BESIDE if beside.description else "",
        beside.accession,
    )


def line_of(entry: Entry) -> bytes:
    """What the fingerprint of a deposit is reckoned over: one name after the other, folders left out."""
    return repr((entry.path, entry.kind, entry.size, entry.modified_ns)).encode("utf-8", "replace")


def fingerprint_of(files: str, beside: bytes) -> str:
    """The fingerprint of a deposit from that of its files, and of the description that lies beside it."""
    return hashlib.sha256(files.encode() + beside).hexdigest() if beside else files


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


def _refuse_swelling(path: Path, source: Source, total: int, profile: DepositProfile) -> None:
    if total > profile.largest_total:
        raise Refused("sip.too-large", str(path), size=total, limit=profile.largest_total)
    # What was gathered from carriers is not packed: nothing can swell.
    if source.folder is None and source.kind != "carriers" and total > profile.ratio_matters_from:
        packed = max(path.stat().st_size, 1)
        if total > profile.largest_ratio * packed:
            raise Refused("sip.bomb", str(path), ratio=total // packed, limit=profile.largest_ratio)


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
    source: Source,
    folders: tuple[str, str],
    files: Sequence[Entry],
    tags: tuple[str, ...],
    profile: DepositProfile,
    beside: bytes,
) -> tuple[str, bytes]:
    """The case description: at the top of the deposit, or of a bag's payload. Raises Refused when none or several.

    One that lies beside the deposit counts instead, under the name of the deposit's own or as the first of the names.
    """
    found = [
        path
        for folder in dict.fromkeys(folders)
        for path in chain(paths_of(files), tags)
        if path.startswith(folder) and readable(path.removeprefix(folder)) in profile.description_names
    ]
    if beside:
        return (found[0] if found else folders[0] + BESIDE), beside
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
