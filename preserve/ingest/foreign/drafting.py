"""The draft of a description for a package of another system: what it says of itself, and what its files show."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from metadata.identity import readable
from metadata.names import safe_names
from preserve.clock import CHINA
from preserve.errors import Refused
from preserve.ingest.draft import BATCH, around, rows_of
from preserve.ingest.foreign.describing import described
from preserve.ingest.foreign.look import true_names
from preserve.ingest.foreign.records import Reader
from preserve.ingest.foreign.registry import recognise
from preserve.ingest.foreign.several import one_of
from preserve.ingest.handed import Handed
from preserve.ingest.opening import listed, open_source, top_of
from preserve.ingest.receive import Deposit, DepositProfile, look_over
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.inventory import Inventory, paths_of
from preserve.profiles import read_profile


def package_at(path: Path, own: Path | None) -> Deposit | None:
    """The package of another system that lies at a path; None for anything else.

    Raises Refused where it is such a package and cannot be taken in.
    """
    profile = read_profile("deposit.toml", DepositProfile, own)
    return look_over(path, profile, None, own) if _recognised(path, profile, own) else None


def names_in_package(given: Handed, own: Path | None) -> Mapping[str, str] | None:
    """The true names of the content by their paths in such a package; None for anything else. Nothing is compared.

    Raises Refused as `package_at`.
    """
    profile = read_profile("deposit.toml", DepositProfile, own)
    found = _recognised(given.path, profile, own)
    if found is None:
        return None
    source, entries, (reader, top) = found
    package = one_of(reader.read(source, entries, top), given)
    return true_names(package, source if package.source is None else package.source, profile)[0]


def cases_at(path: Path, own: Path | None) -> Iterator[tuple[Mapping[str, Any], Deposit]]:
    """Each case of the package at a path, with what it says of itself, as a deposit by itself; nothing for no package.

    Raises Refused where it is such a package and cannot be taken in.
    """
    profile = read_profile("deposit.toml", DepositProfile, own)
    if (found := _recognised(path, profile, own)) is None:
        return
    source, entries, (reader, folder) = found
    package = reader.read(source, entries, folder)
    for case in package.cases or (package,):
        asked = {name: str(case.described.get(name) or "") for name in ("archival_number", "case_number")}
        beside = json.dumps(asked, ensure_ascii=False).encode()
        yield case.described, look_over(Handed(path, beside), profile, None, own)


def _recognised(
    path: Path, profile: DepositProfile, own: Path | None
) -> tuple[Source, Sequence[Entry], tuple[Reader, str]] | None:
    try:
        source = open_source(path)
        entries, findings, _ = listed(path, source, profile)
    except Refused:
        return None
    if findings or not entries:
        return None  # what is hostile is for the look of every deposit to say
    left = profile.sweeper.sweep(source, entries)
    kept = Inventory(entry for entry in entries if entry.path not in left)
    top, bag = top_of(kept, profile)
    own_names = {folder + name for folder in (top, top + "data/") for name in profile.description_names}
    if not kept or any(readable(inside) in own_names for inside in paths_of(kept)):
        return None  # it is described already
    found = recognise(source, kept, top, bag=bag, own=own)
    return (source, kept, found) if found is not None else None


def draft_package(
    deposit: Deposit, own: Path | None = None, zone: tzinfo = CHINA, institution: str = ""
) -> tuple[dict[str, Any], list[Finding]]:
    """As `preserve.ingest.draft.draft`, of a package: what it says of itself counts before what its files show."""
    assert deposit.foreign is not None
    findings = [finding for finding in deposit.findings if finding.code.startswith("foreign.")]
    content = described(deposit.foreign.package, deposit.foreign.names, own)
    told = {row["file"]: row for row in content.pop("objects")}
    guessed: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="package-") as folder:
        objects = rows_of(_unpacked(deposit, Path(folder)), own, zone, guessed)
    rows = [{**row, **told.get(row["file"], {})} for row in objects]
    texts = (str(content.get("title", "")), deposit.origin.name, *(row["file"] for row in rows))
    title = readable(deposit.origin.name.removesuffix(deposit.origin.suffix))
    drafted = around(rows, texts, title, own, guessed)
    drafted["producer"] = {"name": institution}
    return {**drafted, **content}, findings + guessed


def _unpacked(deposit: Deposit, folder: Path) -> Iterator[tuple[Path, str, int]]:
    """Each file, put aside until the batch after its own is drawn."""
    names = dict(zip(paths := [e.path for e in deposit.files], safe_names(paths), strict=True))
    waiting = iter(deposit.source.stream(lambda entry: entry.path in names))
    for number, (entry, stream) in enumerate(waiting):
        if number % BATCH == 0:
            shutil.rmtree(folder)
            folder.mkdir()
        target = folder / names[entry.path]
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)
        yield target, readable(entry.path), entry.size
