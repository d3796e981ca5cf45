"""What goes onto a medium beside its packages: the ledger, and on drives the records of what people decided.

The ledger (segments, newest checkpoint, public key, proofs) lies on every disc and drive and is held to ours. Records,
whose digests stand in the ledger, are not in the packages, and the catalogue is only an index over them; a fire must
not take them with the server. Discs do not get them: a record of a request names who asked, and a disc can never be
made to forget.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.archival_storage.discs.sources import Source
from preserve.data_management import checkpoints, ledger, ledger_keys
from preserve.data_management.audit_records import FOLDER as AUDITS
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.looks_sealing import FOLDER as LOOKS
from preserve.data_management.proof import anchors
from preserve.data_management.witnesses import OF_DESKTOP
from preserve.errors import NotIntact, PreserveError
from preserve.home import Home
from storage_adapters.copying import copy_file_checked, copy_stream
from storage_adapters.durable import move_in, sync_file_system, write_file
from storage_adapters.errors import StorageError
from storage_adapters.reading import walk_files

RECORDS = (AUDITS, "requests", "appraisals", "holds", "disposals", "transfers", "tombstones", LOOKS)
"""Folders of the server store, each written once a file and never changed."""

RULES = "profiles"
"""The bureau's own rules, which lie in the home and may change; a drive has them as they were when it was last here."""

ON_MEDIUM = "records"

_OWN = re.compile(r"segment-(?P<first>\d{10,})-(?P<last>\d{10,})\.(?P<kind>jsonl|checkpoint)|former/[0-9a-f]{64}\.pub")


def write_ledger(home: Home, connection: Connection, folder: Path, size: int, names: Sequence[str]) -> None:
    """Write what proves the first `size` entries, and that the packages `names` were registered among them."""
    for first, last, path in checkpoints.segments(home.store / "ledger"):
        if first <= size and last <= size:
            for file in (path, path.with_suffix(".checkpoint")):
                target = folder / file.name
                data = file.read_bytes()
                if not target.exists() or target.read_bytes() != data:
                    write_file(target, data)
    write_file(folder / "ledger.pub", (home.keys / "ledger.pub").read_bytes())
    for path in sorted((home.keys / "former").glob("*.pub")):
        # Older entries and media were signed with these, before the archive was restored.
        write_file(folder / "former" / path.name, path.read_bytes())
    checkpoint = checkpoints.checkpoint_over(connection, size)
    if checkpoint is not None:
        write_file(folder / "checkpoint.txt", checkpoint.text().encode())
    proofs = {}
    for name in sorted(names):
        objid = name.rpartition("_v")[0]
        for entry in ledger.about(connection, objid, *anchors.ANCHORING):
            anchor = anchors.anchor_in(entry.data)
            if anchor is not None and anchor.name == name and entry.number <= size:
                proofs[name] = {"entry": entry.text, **checkpoints.inclusion(connection, entry.number, size)}
    write_file(folder / "proofs.json", (json.dumps(proofs, ensure_ascii=False, indent=1) + "\n").encode())


def compare_ledger(home: Home, connection: Connection, source: Source, label: str) -> list[Finding]:
    """The ledger's files on a medium against the ledger as it is now, both ways.

    Each segment line by line, each checkpoint by signature and root; what should be there and is not; what is none of
    ours. Nothing where the medium has no ledger yet.
    """
    names = sorted(name.removeprefix("ledger/") for name in source.sizes("ledger/"))
    strange = [name for name in names if not (is_own(name) or OF_DESKTOP.fullmatch(name))]
    findings = [Finding("ledger.stranger", f"{label}: ledger/{name}", "error") for name in strange]
    believed = ledger_keys.believed_keys(connection, home.keys / "ledger.pub")
    read = {}
    for name in names:
        where = f"{label}: ledger/{name}"
        if name.endswith(".pub") and is_own(name):
            findings += _key(source, name, where, believed)
        elif name == "checkpoint.txt" or name.endswith(".checkpoint"):
            checkpoint = _checkpoint(source, name, where, believed, findings)
            if checkpoint is not None:
                read[name] = checkpoint
    size = ledger.size(connection)
    try:
        roots = checkpoints.roots_at(
            connection, [checkpoint.size for checkpoint in read.values() if checkpoint.size <= size]
        )
    except ValueError:
        roots = {}  # our own ledger has a hole
    for name, checkpoint in read.items():
        row = checkpoints.checkpoint_over(connection, checkpoint.size)
        if row is not None and row.text() != checkpoint.text() and row.root == checkpoint.root:
            where = f"{label}: ledger/{name}"
            findings.append(Finding("ledger.checkpoint-differs", where, "error", {"size": checkpoint.size}))
        if roots.get(checkpoint.size) != checkpoint.root:
            values = {"first": 1, "last": checkpoint.size}
            findings.append(Finding("ledger.contradicts-checkpoint", f"{label}: ledger/{name}", "error", values))
    findings += _segments(connection, source, names, label)
    return findings + _lacking(names, read.get("checkpoint.txt"), label)


def is_own(name: str) -> bool:
    """Whether a name below `ledger/` on a medium is one that is written there."""
    return name in ("ledger.pub", "checkpoint.txt", "proofs.json") or bool(_OWN.fullmatch(name))


def _key(source: Source, name: str, where: str, believed: Sequence[Ed25519PublicKey]) -> list[Finding]:
    try:
        fingerprint = ledger_keys.fingerprint(ledger_keys.public_key_of(source.read(f"ledger/{name}", 1 << 16), where))
    except (PreserveError, StorageError) as error:
        return [Finding(error.code, where, "error")]
    known = fingerprint in {ledger_keys.fingerprint(key) for key in believed}
    return [] if known else [Finding("ledger.key-unknown", where, "error", {"found": fingerprint})]


def _checkpoint(
    source: Source, name: str, where: str, believed: Sequence[Ed25519PublicKey], findings: list[Finding]
) -> Checkpoint | None:
    try:
        checkpoint = checkpoints.parse_exactly(source.read(f"ledger/{name}", 1 << 20))
    except (NotIntact, StorageError):
        findings.append(Finding("ledger.checkpoint-unreadable", where))
        return None
    if checkpoints.signed_by_any(checkpoint, believed):
        return checkpoint
    findings.append(Finding("ledger.checkpoint-forged", where, "error", {"size": checkpoint.size}))
    return None


def _segments(connection: Connection, source: Source, names: Sequence[str], label: str) -> list[Finding]:
    """Each segment, line by line against the entries."""
    findings = []
    for name in names:
        parted = _OWN.fullmatch(name)
        if parted is None or parted["kind"] != "jsonl":
            continue
        first, last = int(parted["first"]), int(parted["last"])
        ours = (entry.text for entry in ledger.entries(connection, first, last))
        try:
            lines = source.read(f"ledger/{name}", 1 << 31).decode().splitlines()
        except (UnicodeDecodeError, StorageError):
            lines = []
        pairs = enumerate(zip_longest(lines, ours), first)
        bad = next((number for number, (theirs, mine) in pairs if theirs != mine), 0)
        if bad or len(lines) != last - first + 1:
            values = {"number": bad or first}
            findings.append(Finding("ledger.medium-differs", f"{label}: ledger/{name}", "error", values))
    return findings


def _lacking(names: Sequence[str], checkpoint: Checkpoint | None, label: str) -> list[Finding]:
    """What a medium with any of the ledger should have and has not: all entries up to its checkpoint, and the key."""
    if not names:
        return []
    lacking = [name for name in ("checkpoint.txt", "ledger.pub", "proofs.json") if name not in names]
    expected = 1
    for parted in filter(None, map(_OWN.fullmatch, names)):
        if parted["kind"] != "jsonl":
            continue
        if int(parted["first"]) != expected:
            lacking.append(f"segment-{expected:010d}-{int(parted['first']) - 1:010d}.jsonl")
        expected = int(parted["last"]) + 1
        if f"{parted[0].removesuffix('.jsonl')}.checkpoint" not in names:
            lacking.append(f"{parted[0].removesuffix('.jsonl')}.checkpoint")
    if checkpoint is not None and expected <= checkpoint.size:
        lacking.append(f"segment-{expected:010d}-{checkpoint.size:010d}.jsonl")
    return [Finding("ledger.medium-lacks", f"{label}: ledger/{name}", "error") for name in lacking]


def missing_records(home: Home, root: Path) -> Iterator[str]:
    """Records that a drive does not have yet, by their path below the server store."""
    for folder in RECORDS:
        source = home.store / folder
        if not source.is_dir():
            continue
        for name in walk_files(source):
            target = root / ON_MEDIUM / folder / name
            if not _is_scratch(name) and not _same_size(source / name, target):
                yield f"{folder}/{name}"
    for name in _rules(home):
        if _content(home.profiles / name) != _content(root / ON_MEDIUM / RULES / name):
            yield f"{RULES}/{name}"


def write_records(home: Home, root: Path) -> int:
    """Copy the records that are missing onto a drive that may be written; returns how many. Raises StorageError."""
    count = 0
    for name in list(missing_records(home, root)):
        source = home.profiles / name.removeprefix(f"{RULES}/") if name.startswith(f"{RULES}/") else home.store / name
        target = root / ON_MEDIUM / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        copy_file_checked(source, part, ("sha256",), lambda moved: None)
        move_in(part, target)
        count += 1
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
