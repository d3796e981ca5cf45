"""What goes onto a medium beside its packages: the ledger, and on drives the records of what people decided.

The ledger (segments, newest checkpoint, public key, proofs) lies on every disc and drive and is held to ours. Records,
whose digests stand in the ledger, are not in the packages, and the catalogue is only an index over them; a fire must
not take them with the server. Discs do not get them: a record of a request names who asked, and a disc can never be
made to forget.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from preserve.archival_storage.discs.sources import Source
from preserve.data_management import looks_segments, sealing
from preserve.data_management.audit_records import FOLDER as AUDITS
from preserve.data_management.looks_sealing import FOLDER as LOOKS
from preserve.home import Home
from storage_adapters.copying import copy_file_checked, copy_stream
from storage_adapters.durable import move_in, sync_file_system
from storage_adapters.reading import walk_files

RECORDS = (AUDITS, "requests", "appraisals", "holds", "disposals", "transfers", "tombstones", LOOKS)
"""Folders of the server store, each written once a file and never changed."""

WAITING = ".papers"
"""Where in the server store scanned papers lie until they belong to a proceeding: ours, and no record."""

RULES = "profiles"
"""The bureau's own rules, which lie in the home and may change; a drive has them as they were when it was last here."""

ON_MEDIUM = "records"


def missing_records(home: Home, root: Path) -> Iterator[str]:
    """Records that a drive does not have yet, by their path below the server store."""
    for folder in RECORDS:
        source = home.store / folder
        if not source.is_dir():
            continue
        for name in walk_files(source):
            target = root / ON_MEDIUM / folder / name
            # A segment of looks may have been joined to another since it was listed: that one is told the next time.
            if not _is_scratch(name) and not _same_size(source / name, target) and (source / name).exists():
                yield f"{folder}/{name}"
    for name in _rules(home):
        if _content(home.profiles / name) != _content(root / ON_MEDIUM / RULES / name):
            yield f"{RULES}/{name}"


def write_records(home: Home, root: Path) -> int:
    """Copy the records that are missing onto a drive that may be written; returns how many. Raises StorageError."""
    count = 0
    with sealing.nobody_joins(home):
        for name in list(missing_records(home, root)):
            ours = home.profiles / name.removeprefix(f"{RULES}/") if name.startswith(f"{RULES}/") else home.store / name
            target = root / ON_MEDIUM / name
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.part")
            copy_file_checked(ours, part, ("sha256",), lambda moved: None)
            move_in(part, target)
            count += 1
    looks_segments.drop_parts(root / ON_MEDIUM / LOOKS)
    return count


def take_records(home: Home, source: Source) -> int:
    """Bring records and rules of a medium back into a new home; what reads a record holds it to the ledger."""
    count = 0
    for name in sorted(source.sizes(f"{ON_MEDIUM}/")):
        inside = name.removeprefix(f"{ON_MEDIUM}/")
        kind = inside.split("/")[0]
        target = home.profiles / inside.removeprefix(f"{RULES}/") if kind == RULES else home.store / inside
        if kind in (*RECORDS, RULES) and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.part")
            with source.open(name) as stream:
                copy_stream(stream, part, ("sha256",), lambda moved: None)
            move_in(part, target)
            count += 1
    sync_file_system(home.store)
    return count


def _rules(home: Home) -> list[str]:
    if not home.profiles.is_dir():
        return []
    return sorted(name for name in walk_files(home.profiles) if name.endswith(".toml"))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _is_scratch(name: str) -> bool:
    return name.rpartition("/")[2].startswith(".")


def _same_size(ours: Path, other: Path) -> bool:
    try:
        return os.stat(ours).st_size == os.stat(other).st_size
    except OSError:
        return False
