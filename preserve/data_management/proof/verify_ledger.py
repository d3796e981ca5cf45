"""Proves that the ledger is what it was: names the first bad entry when it is not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.data_management import checkpoints, ledger, segment_cover, witnesses
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.database import Catalogue
from preserve.data_management.ledger_keys import believed_keys
from preserve.data_management.ledger_keys import key_files as key_files
from preserve.data_management.ledger_keys import trusted_keys as trusted_keys
from preserve.data_management.merkle import Frontier
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
    """What proving found. `covered` entries stand under a signed checkpoint; later ones only under their own hash."""

    entries: int
    covered: int
    checkpoints: int
    segments: int
    findings: tuple[Finding, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing contradicts anything, and nothing is missing; notes and warnings only tell what was."""
        return not any(finding.severity == "error" for finding in self.findings)

    @property
    def sound(self) -> bool:
        """Whether the entries themselves are what was signed, whatever of the evidence beside them is missing."""
        return not any(finding.severity == "error" and finding.code not in _BESIDE for finding in self.findings)


def verify_ledger(catalogue: Catalogue, segments_folder: Path, public_key: Path) -> LedgerReport:
    """Compare every entry with its hash, its place, the segment files and every signed checkpoint.

    Altered entries whose hashes were altered with them contradict a segment file or a checkpoint. Then what bears
    witness is held against each other: what is missing there is a finding. Raises PreserveError where the public key
    cannot be read.
    """
    with catalogue.read() as connection:
        report = prove(connection, segments_folder, believed_keys(connection, public_key))
        beside = (*witnesses.keys(connection, segments_folder, public_key), *witnesses.strangers(segments_folder))
        return replace(report, findings=(*report.findings, *beside))


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
    lines = segment_cover.read_lines(
        segments_folder, lambda name: findings.append(Finding("ledger.segment-broken", name))
    )
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
    findings += _beside(connection, segments_folder, kept)
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


def _beside(connection: Connection, folder: Path, kept: Sequence[tuple[int, int, Path]]) -> Iterator[Finding]:
    """Segments that lie within others: what a kill left of joining, or somebody put there. None may say otherwise."""
    for first, last, path in segment_cover.within(segment_cover.cover_of(folder), kept):
        ours = (entry.text for entry in ledger.entries(connection, first, last))
        try:
            with path.open(encoding="utf-8", newline="\n") as stream:
                pairs = enumerate(zip_longest((line.removesuffix("\n") for line in stream), ours), first)
                bad = next((number for number, (theirs, mine) in pairs if theirs != mine), 0)
        except FileNotFoundError:
            continue  # joined since we looked
        except (OSError, UnicodeDecodeError):
            bad = first
        if bad or last < first:
            values = {"number": bad or first}
            yield Finding("ledger.entry-contradicts-segment", path.name, "error", values)
