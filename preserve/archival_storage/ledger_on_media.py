"""The ledger as it goes onto every disc and drive: segments, newest checkpoint, public key, proofs; held to ours."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.archival_storage.discs.sources import Source
from preserve.data_management import checkpoints, ledger, ledger_keys
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.proof import anchors
from preserve.data_management.witnesses import OF_DESKTOP
from preserve.errors import NotIntact, PreserveError
from preserve.home import Home
from storage_adapters.durable import write_file
from storage_adapters.errors import StorageError

_OWN = re.compile(r"segment-(?P<first>\d{10,})-(?P<last>\d{10,})\.(?P<kind>jsonl|checkpoint)|former/[0-9a-f]{64}\.pub")


def write_ledger(home: Home, connection: Connection, folder: Path, size: int, names: Sequence[str]) -> None:
    """Write what proves the first `size` entries, and that the packages `names` were registered among them."""
    for first, last, path in checkpoints.segments(home.store / "ledger"):
        if first <= size and last <= size:
            for one in (path, path.with_suffix(".checkpoint")):
                target = folder / one.name
                data = one.read_bytes()
                if not target.exists() or target.read_bytes() != data:
                    write_file(target, data)
    write_file(folder / "ledger.pub", (home.keys / "ledger.pub").read_bytes())
    for path in sorted((home.keys / "former").glob("*.pub")):
        # Older entries and media were signed with these, before the archive was restored.
        write_file(folder / "former" / path.name, path.read_bytes())
    made = checkpoints.checkpoint_over(connection, size)
    if made is not None:
        write_file(folder / "checkpoint.txt", made.text().encode())
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
    made = {}
    for name in names:
        where = f"{label}: ledger/{name}"
        if name.endswith(".pub") and is_own(name):
            findings += _key(source, name, where, believed)
        elif name == "checkpoint.txt" or name.endswith(".checkpoint"):
            one = _checkpoint(source, name, where, believed, findings)
            if one is not None:
                made[name] = one
    size = ledger.size(connection)
    try:
        roots = checkpoints.roots_at(connection, [one.size for one in made.values() if one.size <= size])
    except ValueError:
        roots = {}  # our own ledger has a hole
    for name, one in made.items():
        row = checkpoints.checkpoint_over(connection, one.size)
        if row is not None and row.text() != one.text() and row.root == one.root:
            where = f"{label}: ledger/{name}"
            findings.append(Finding("ledger.checkpoint-differs", where, "error", {"size": one.size}))
        if roots.get(one.size) != one.root:
            values = {"first": 1, "last": one.size}
            findings.append(Finding("ledger.contradicts-checkpoint", f"{label}: ledger/{name}", "error", values))
    findings += _segments(connection, source, names, label)
    return findings + _lacking(names, made.get("checkpoint.txt"), label)


def is_own(name: str) -> bool:
    """Whether a name below `ledger/` on a medium is one that is written there."""
    return name in ("ledger.pub", "checkpoint.txt", "proofs.json") or bool(_OWN.fullmatch(name))


def _key(source: Source, name: str, where: str, believed: Sequence[Ed25519PublicKey]) -> list[Finding]:
    try:
        found = ledger_keys.fingerprint(ledger_keys.public_key_of(source.read(f"ledger/{name}", 1 << 16), where))
    except (PreserveError, StorageError) as error:
        return [Finding(error.code, where, "error")]
    known = found in {ledger_keys.fingerprint(key) for key in believed}
    return [] if known else [Finding("ledger.key-unknown", where, "error", {"found": found})]


def _checkpoint(
    source: Source, name: str, where: str, believed: Sequence[Ed25519PublicKey], findings: list[Finding]
) -> Checkpoint | None:
    try:
        one = checkpoints.parse_exactly(source.read(f"ledger/{name}", 1 << 20))
    except (NotIntact, StorageError):
        findings.append(Finding("ledger.checkpoint-unreadable", where))
        return None
    if checkpoints.signed_by_any(one, believed):
        return one
    findings.append(Finding("ledger.checkpoint-forged", where, "error", {"size": one.size}))
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


def _lacking(names: Sequence[str], made: Checkpoint | None, label: str) -> list[Finding]:
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
    if made is not None and expected <= made.size:
        lacking.append(f"segment-{expected:010d}-{made.size:010d}.jsonl")
    return [Finding("ledger.medium-lacks", f"{label}: ledger/{name}", "error") for name in lacking]
