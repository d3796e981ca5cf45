"""A folder, archive or bag becomes an inventory: every name, its size and time, and what the depositor says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from metadata.findings import Finding
from metadata.identity import Names, readable
from preserve.errors import Refused
from preserve.ingest.declared import Wanted
from preserve.ingest.declared.lists import Word, read_lists
from preserve.ingest.foreign.look import Foreign, Found, look
from preserve.ingest.foreign.registry import recognise
from preserve.ingest.handed import BESIDE, ON_ARRIVAL, Accession, Handed, handed
from preserve.ingest.hostile_names import collisions, links_out, misleading
from preserve.ingest.litter import LeftBehind, Sweeper, told
from preserve.ingest.name_forms import forms
from preserve.ingest.opening import listed, open_source, top_of
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.bag import kept_files, read_bag
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
    `foreign`: the package of another system that the deposit is. `source` then shows its content alone, under true
    names; the description is empty unless one lies beside it.
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
    foreign: Foreign | None = None
    accession: Accession | None = None

    @property
    def size(self) -> int:
        """Bytes of all payload files."""
        return sum(entry.size for entry in self.files)


def receive(path: Path, profile: DepositProfile, scratch: Path | None = None) -> Deposit:
    """Look a deposit over. Raises Refused with every reason at once; the deposit is only read.

    `scratch` is a folder for what must be put aside while it is read.
    """
    deposit = look_over(path, profile, scratch)
    if reasons := [finding for finding in deposit.findings if finding.severity == "refuse"]:
        raise Refused("sip.refused", str(path), findings=reasons)
    return deposit


def look_over(
    given: Path | Handed,
    profile: DepositProfile,
    scratch: Path | None = None,
    own: Path | None = None,
    pool: Executor | None = None,
) -> Deposit:
    """As `receive`, but raises only where the files may not or need not be read; other refusals are findings.

    `own`: the archive's own profiles, by which packages of others are read. `pool`: processes that look into texts.
    """
    beside = handed(given)
    path = beside.path
    source = beside.source or open_source(path)
    entries, findings, digest = listed(path, source, profile)
    left = frozenset() if findings else profile.sweeper.sweep(source, entries)  # what is hostile is not read
    kept = Inventory(entry for entry in entries if entry.path not in left) if left else entries
    findings += [*collisions(kept), *links_out(entries)]
    if any(finding.severity == "refuse" for finding in findings):
        raise Refused("sip.refused", str(path), findings=findings)
    if not kept:
        raise Refused("sip.empty", str(path))
    top, bag = top_of(kept, profile)
    prefix = top + "data/" if bag else top
    files = Inventory(entry for entry in kept if entry.path.startswith(prefix)) if prefix else kept
    tags = tuple(
        entry.path for entry in kept if bag and entry.path.startswith(top) and not entry.path.startswith(prefix)
    )
    litter = tuple(entry for entry in entries if entry.path in left)
    wanted, said = read_bag(source, entries, top, left, scratch) if bag else ({}, [])
    seen = Deposit(
        source,
        path,
        "bag" if bag else source.kind,
        prefix,
        files,
        tags,
        litter,
        wanted,
        "",
        b"",
        fingerprint_of(digest, beside.description),
        (*findings, *said),
        beside.name if beside.description else "",
        accession=beside.accession,
    )
    described = _descriptions(seen, top, profile)
    # What was gathered from carriers is a case by its list, whatever lies among its files.
    if (
        not described
        and beside.source is None
        and (found := recognise(source, kept, top, bag=bag, own=own)) is not None
    ):
        return _foreign(seen, look(found, source, kept, _with(wanted, beside), profile, beside, scratch), beside)
    word = read_lists(seen.source, seen.files, seen.prefix, scratch, pool=pool)
    return _ordinary(seen, entries, top, profile, beside, described, word)


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


def _ordinary(
    seen: Deposit,
    entries: Sequence[Entry],
    top: str,
    profile: DepositProfile,
    beside: Handed,
    described: Sequence[str],
    word: Word,
) -> Deposit:
    """A deposit in the archive's own form."""
    findings = [*seen.findings, *word.findings]
    wanted = seen.wanted | {file: (*seen.wanted.get(file, ()), *digests) for file, digests in word.wanted.items()}
    try:
        name, description = _description(seen, (seen.prefix, top), described, profile, beside.description)
    except Refused as error:
        if not any(finding.severity == "refuse" for finding in findings):
            raise
        raise Refused("sip.refused", str(seen.origin), findings=[*findings, as_finding(error)]) from error
    tags, unkept = kept_files(entries, seen.tags, top, name)
    findings += [*unkept, *forms(seen.files, seen.prefix), *misleading(seen.files)]
    findings += [told(seen.litter)] if seen.litter else []
    return replace(
        seen,
        tags=tags,
        wanted=_with(wanted, beside),
        description_name=name,
        description=description,
        findings=tuple(findings),
    )


def _foreign(seen: Deposit, found: Found, beside: Handed) -> Deposit:
    """A package of another system: its content under true names, all else kept beside."""
    findings = [*seen.findings, *found.findings, *forms(found.files, ""), *misleading(found.files)]
    findings += [told(seen.litter)] if seen.litter else []
    return replace(
        seen,
        source=found.source,
        prefix="",
        files=found.files,
        tags=(),
        litter=(),
        wanted=found.wanted,
        description_name="",
        description=beside.description,
        findings=tuple(findings),
        foreign=found.foreign,
    )


def _with(wanted: Mapping[str, tuple[Wanted, ...]], beside: Handed) -> dict[str, tuple[Wanted, ...]]:
    """With the digests that the files had when they came in."""
    arrived = {file: (*wanted.get(file, ()), Wanted("sha256", d, ON_ARRIVAL)) for file, d in beside.digests.items()}
    return {**wanted, **arrived}


def _descriptions(seen: Deposit, top: str, profile: DepositProfile) -> list[str]:
    """The descriptions at the top of a deposit, or of a bag's payload."""
    return [
        path
        for folder in dict.fromkeys((seen.prefix, top))
        for path in chain(paths_of(seen.files), seen.tags)
        if path.startswith(folder) and readable(path.removeprefix(folder)) in profile.description_names
    ]


def _description(
    seen: Deposit, folders: tuple[str, str], found: Sequence[str], profile: DepositProfile, beside: bytes
) -> tuple[str, bytes]:
    """The case description among those that were `found`. Raises Refused when there is none, or several.

    One that lies beside the deposit counts instead, under the name of the deposit's own or as the first of the names.
    """
    if beside:
        return (found[0] if found else folders[0] + BESIDE), beside
    if not found:
        raise Refused("sip.no-description", names=", ".join(profile.description_names))
    if len(found) > 1:
        raise Refused("sip.many-descriptions", names=", ".join(map(readable, found)))
    data = seen.source.read(found[0], profile.description_limit)
    if not data.strip():
        raise Refused("sip.description-empty", found[0])
    return found[0], data


def as_finding(error: Refused) -> Finding:
    """A refusal that stood alone, among others."""
    return Finding(error.code, error.where, "refuse", dict(error.values), error.detail)
