"""Proves that the ledger is what it was: names the first bad entry when it is not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.data_management import checkpoints, ledger
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.database import Catalogue
from preserve.errors import NotIntact


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What proving found. `covered` entries stand under a signed checkpoint; later ones only under their own hash."""

    entries: int
    covered: int
    checkpoints: int
    segments: int
    findings: tuple[Finding, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing contradicts anything."""
        return not self.findings


class _Roots:
    """The Merkle tree hash over the leaves so far (RFC 9162 §2.1.1), in logarithmic memory."""

    def __init__(self) -> None:
        self._stack: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        height, node = 0, leaf
        while self._stack and self._stack[-1][0] == height:
            node = hashlib.sha256(b"\x01" + self._stack.pop()[1] + node).digest()
            height += 1
        self._stack.append((height, node))

    def root(self) -> bytes:
        if not self._stack:
            return hashlib.sha256(b"").digest()
        node = self._stack[-1][1]
        for _, left in reversed(self._stack[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node


def verify_ledger(catalogue: Catalogue, segments_folder: Path, public_key: Path) -> LedgerReport:
    """Compare every entry with its hash, its place, the segment files and every signed checkpoint.

    Altered entries whose hashes were altered with them contradict a segment file or a checkpoint. Raises
    PreserveError where the public key cannot be read.
    """
    with catalogue.read() as connection:
        return prove(connection, segments_folder, trusted_keys(public_key))


def trusted_keys(public_key: Path) -> list[Ed25519PublicKey]:
    """The archive's public key, and those it had before it was restored (`former/` beside it). Raises PreserveError."""
    return [checkpoints.read_public_key(path) for path in key_files(public_key)]


def key_files(public_key: Path) -> list[Path]:
    """Where those keys lie, the present one first."""
    return [public_key, *sorted((public_key.parent / "former").glob("*.pub"))]


def prove(connection: Connection, segments_folder: Path, public: Sequence[Ed25519PublicKey]) -> LedgerReport:
    """As `verify_ledger`, in the caller's transaction."""
    findings: list[Finding] = []
    made = _checkpoints(connection, segments_folder, public, findings)
    kept = checkpoints.segments(segments_folder)
    lines = _segment_lines(kept, findings)
    roots = _Roots()
    count = 0
    bad_entry = False
    proven = 0
    for entry in ledger.entries(connection):
        count += 1
        line = next(lines, None)
        problem = _problem(entry, count, line)
        if problem and not bad_entry:
            findings.append(Finding(problem, str(count), "error", {"number": count}))
            bad_entry = True
        roots.add(ledger.leaf_hash(entry.text))
        for one in made.pop(count, []):
            if one.root == roots.root():
                proven = count
            elif not bad_entry:
                findings.append(
                    Finding("ledger.contradicts-checkpoint", str(count), "error", {"first": proven + 1, "last": count})
                )
                bad_entry = True
    empty = made.pop(0, [])
    if any(one.root != hashlib.sha256(b"").digest() for one in empty):
        findings.append(Finding("ledger.contradicts-checkpoint", "0", "error", {"first": 0, "last": 0}))
    last = max([*made, *(stop for _, stop, _ in kept)], default=0)
    if last > count and not bad_entry:
        findings.append(Finding("ledger.entry-missing", str(count + 1), "error", {"number": count + 1}))
    known = len(checkpoints.read_checkpoints(connection))
    return LedgerReport(count, proven, known, len(kept), tuple(findings))


def _problem(entry: ledger.Entry, expected: int, line: str | None) -> str:
    if entry.number != expected:
        return "ledger.entry-missing"
    if ledger.leaf_hash(entry.text) != entry.leaf:
        return "ledger.entry-changed"
    try:
        data = json.loads(entry.text)
        if data["number"] != expected:
            return "ledger.entry-misplaced"
        if rfc8785.dumps(data).decode() != entry.text:
            return "ledger.entry-changed"
    except (ValueError, KeyError, TypeError):
        return "ledger.entry-changed"
    return "ledger.entry-contradicts-segment" if line is not None and line != entry.text else ""


def _checkpoints(
    connection: Connection, folder: Path, public: Sequence[Ed25519PublicKey], findings: list[Finding]
) -> dict[int, list[Checkpoint]]:
    """Checkpoints by size: those of the table and those that lie beside the segments."""
    found: dict[int, list[Checkpoint]] = {}
    told = [(str(one.size), one) for one in checkpoints.read_checkpoints(connection)]
    for path in sorted(folder.glob("*.checkpoint")) if folder.is_dir() else ():
        try:
            told.append((path.name, checkpoints.parse_checkpoint(path.read_text(encoding="utf-8"))))
        except (NotIntact, OSError, UnicodeDecodeError):
            findings.append(Finding("ledger.checkpoint-unreadable", path.name))
    for where, one in told:
        if any(checkpoints.signature_holds(one, key) for key in public):
            found.setdefault(one.size, []).append(one)
        else:
            findings.append(Finding("ledger.checkpoint-forged", where, "error", {"size": one.size}))
    return found


def _segment_lines(kept: list[tuple[int, int, Path]], findings: list[Finding]) -> Iterator[str]:
    expected = 1
    for first, last, path in kept:
        count = 0
        try:
            with path.open(encoding="utf-8", newline="\n") as stream:
                for line in stream:
                    count += 1
                    yield line.removesuffix("\n")
        except (OSError, UnicodeDecodeError):
            count = -1
        if first != expected or count != last - first + 1:
            findings.append(Finding("ledger.segment-broken", path.name))
            return
        expected = last + 1
