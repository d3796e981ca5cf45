"""Proves that the ledger is what it was: names the first bad entry when it is not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.data_management import checkpoints, ledger, witnesses
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.database import Catalogue
from preserve.data_management.ledger_keys import believed_keys
from preserve.data_management.ledger_keys import key_files as key_files
from preserve.data_management.ledger_keys import trusted_keys as trusted_keys
from preserve.data_management.merkle import Frontier
from preserve.data_management.proof import verify_looks
from preserve.errors import NotIntact
from preserve.home import Home

_BESIDE = frozenset(
    f"ledger.{name}"
    for name in (
        "no-checkpoints",
        "no-segments",
        "checkpoint-missing",
        "checkpoint-row-missing",
        "segment-missing",
        "segment-unclosed",
        "head-missing",
        "uncovered",
        "public-key-missing",
        "stranger",
        "segment-broken",
    )
)
"""Codes that tell of evidence that is missing, not of entries that were changed."""


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What proving found. `covered` entries stand under a signed checkpoint; later ones only under their own hash.

    `looks` is how many the log of looks has, which is proven with the ledger that holds its roots.
    """

    entries: int
    covered: int
    checkpoints: int
    segments: int
    findings: tuple[Finding, ...]
    looks: int = 0

    @property
    def intact(self) -> bool:
        """Whether nothing contradicts anything, and nothing is missing; notes and warnings only tell what was."""
        return not any(finding.severity == "error" for finding in self.findings)

    @property
    def sound(self) -> bool:
        """Whether the entries themselves are what was signed, whatever of the evidence beside them is missing."""
        return not any(finding.severity == "error" and finding.code not in _BESIDE for finding in self.findings)


def verify_ledger(catalogue: Catalogue, segments_folder: Path, public_key: Path) -> LedgerReport:
    """Compare every entry with its hash, its place, the segment files and every signed checkpoint; so every look.

    Altered entries whose hashes were altered with them contradict a segment file or a checkpoint. Then what bears
    witness is held against each other: what is missing there is a finding. Raises PreserveError where the public key
    cannot be read.
    """
    with catalogue.read() as connection:
        believed = believed_keys(connection, public_key)
        report = prove(connection, segments_folder, believed)
        seen = verify_looks.prove(connection, segments_folder, believed)
        beside = (*witnesses.keys(connection, segments_folder, public_key), *witnesses.strangers(segments_folder))
        return replace(report, findings=(*report.findings, *seen.findings, *beside), looks=seen.looks)


def require_proven(home: Home, catalogue: Catalogue) -> None:
    """Raises NotIntact unless every entry is what was signed: before what cannot be undone. Reads the whole ledger."""
    report = verify_ledger(catalogue, home.store / "ledger", home.keys / "ledger.pub")
    if not report.intact:
        raise NotIntact("ledger.not-proven", str(home.catalogue), findings=report.findings)


def prove(connection: Connection, segments_folder: Path, public: Sequence[Ed25519PublicKey]) -> LedgerReport:
    """As `verify_ledger` but for the keys, in the caller's transaction."""
    findings: list[Finding] = []
    beside = witnesses.read_witnesses(segments_folder, findings)
    rows = checkpoints.read_checkpoints(connection)
    signed = _signed([*((str(checkpoint.size), checkpoint) for checkpoint in rows), *beside], public, findings)
    kept = checkpoints.segments(segments_folder)
    lines = _segment_lines(kept, findings)
    roots = Frontier()
    bad_entry = False
    proven = 0
    for count, entry in enumerate(ledger.entries(connection), 1):
        problem = _problem(entry, count, next(lines, None))
        if problem and not bad_entry:
            findings.append(Finding(problem, str(count), "error", {"number": count}))
            bad_entry = True
        roots.add(ledger.leaf_hash(entry.text))
        for checkpoint in signed.pop(count, []):
            if checkpoint.root == roots.root():
                proven = count
            elif not bad_entry:
                findings.append(
                    Finding("ledger.contradicts-checkpoint", str(count), "error", {"first": proven + 1, "last": count})
                )
                bad_entry = True
    count = roots.size
    empty = signed.pop(0, [])
    if any(checkpoint.root != Frontier().root() for checkpoint in empty):
        findings.append(Finding("ledger.contradicts-checkpoint", "0", "error", {"first": 0, "last": 0}))
    last = max([*signed, *(stop for _, stop, _ in kept)], default=0)
    if last > count and not bad_entry:
        findings.append(Finding("ledger.entry-missing", str(count + 1), "error", {"number": count + 1}))
    findings += witnesses.missing(connection, segments_folder, count, beside)
    findings += witnesses.uncovered(connection, count)
    return LedgerReport(count, proven, len(rows), len(kept), tuple(findings))


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


def _signed(
    beside: Iterable[tuple[str, Checkpoint]], public: Sequence[Ed25519PublicKey], findings: list[Finding]
) -> dict[int, list[Checkpoint]]:
    """Checkpoints by size, where one of these keys signed them."""
    by_size: dict[int, list[Checkpoint]] = {}
    for where, checkpoint in beside:
        if checkpoints.signed_by_any(checkpoint, public):
            by_size.setdefault(checkpoint.size, []).append(checkpoint)
        else:
            findings.append(Finding("ledger.checkpoint-forged", where, "error", {"size": checkpoint.size}))
    return by_size


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
