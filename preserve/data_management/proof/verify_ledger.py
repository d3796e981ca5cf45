"""Proves that the ledger is what it was: names the first bad entry when it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.data_management import checkpoints, ledger, segment_cover, witnesses
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.database import Catalogue
from preserve.data_management.ledger_keys import another_signs, believed_keys, has_sealer
from preserve.data_management.ledger_keys import key_files as key_files
from preserve.data_management.ledger_keys import trusted_keys as trusted_keys
from preserve.data_management.merkle import Frontier
from preserve.data_management.proof import verify_looks
from preserve.data_management.proof.beside import reckoned
from preserve.data_management.proof.inner_segments import contradicting
from preserve.data_management.proof.signatures import Rows, merged
from preserve.data_management.proof.tile_check import TileCheck
from preserve.data_management.proof.walking import Mark, Walk, first_bad
from preserve.data_management.sealer import await_signed
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
        "tile-differs",
        "segment-broken",
    )
)
"""Codes that tell of evidence that is missing, not of entries that were changed."""


Told = Callable[[int, int], None]
"""Told how many bytes more were read, and up to which entry nothing was found; may raise Stopped."""


def _nobody(moved: int, proven: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Start:
    """The tree up to which entries were proved before: how many there were, and their root."""

    size: int
    root: bytes


BEGINNING = Start(0, Frontier().root())


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What proving found. `covered` entries stand under a signed checkpoint; later ones only under their own hash.

    The first `since` were proved before, and only their root was looked at.
    `looks` is how many the log of looks has, which is proven with the ledger that holds its roots.
    """

    entries: int
    covered: int
    checkpoints: int
    segments: int
    findings: tuple[Finding, ...]
    since: int = 0
    looks: int = 0

    @property
    def intact(self) -> bool:
        """Whether nothing contradicts anything, and nothing is missing; notes and warnings only tell what was."""
        return not any(finding.severity == "error" for finding in self.findings)

    @property
    def sound(self) -> bool:
        """Whether the entries themselves are what was signed, whatever of the evidence beside them is missing."""
        return not any(finding.severity == "error" and finding.code not in _BESIDE for finding in self.findings)


def verify_ledger(
    catalogue: Catalogue,
    segments_folder: Path,
    public_key: Path,
    *,
    progress: Told = _nobody,
    since: Start = BEGINNING,
    waits: bool = False,
) -> LedgerReport:
    """Compare every entry with its hash, its place, the segment files and every signed checkpoint; so every look.

    Altered entries whose hashes were altered with them contradict a segment file or a checkpoint. Then what bears
    witness is held against each other: what is missing there is a finding. With `since`, entries up to there, and looks
    under a root that they give, are not read: their texts were proved when that was noted; what was done to them since
    shows only when somebody reads them.
    With `waits` (`has_sealer`) what was added a moment ago may be unsigned yet.
    Raises PreserveError where the public key cannot be read, and what `progress` raises.
    """
    with catalogue.read() as connection:
        believed = believed_keys(connection, public_key)
        if not _goes_on(_tiles(connection), since):
            since = BEGINNING
        # The looks first: where somebody stops the proof, a later one goes on at a place up to which both are proved.
        seen = verify_looks.prove(
            connection, segments_folder, believed, since=since.size, waits=waits, goes_on=lambda: progress(0, 0)
        )
        told = progress if seen.intact else _without_place(progress)
        report = prove(connection, segments_folder, believed, progress=told, since=since, waits=waits)
        beside = (*witnesses.keys(connection, segments_folder, public_key), *witnesses.strangers(segments_folder))
        return replace(report, findings=(*report.findings, *seen.findings, *beside), looks=seen.looks)


def require_proven(home: Home, catalogue: Catalogue) -> None:
    """Raises NotIntact unless every entry is what was signed: before what cannot be undone. Reads the whole ledger."""
    if another_signs(home):
        await_signed(home, catalogue)
    waits = has_sealer(home)
    report = verify_ledger(catalogue, home.store / "ledger", home.keys / "ledger.pub", waits=waits)
    if not report.intact:
        raise NotIntact("ledger.not-proven", home.catalogue_name, findings=report.findings)


def prove(
    connection: Connection,
    segments_folder: Path,
    public: Sequence[Ed25519PublicKey],
    *,
    progress: Told = _nobody,
    since: Start = BEGINNING,
    waits: bool = False,
) -> LedgerReport:
    """As `verify_ledger` but for the keys, in the caller's transaction."""
    findings: list[Finding] = []
    beside = witnesses.read_witnesses(segments_folder, findings)
    check = _tiles(connection)
    if not _goes_on(check, since):
        since, check = BEGINNING, _tiles(connection)
    rows = Rows(connection, public, since.size)
    findings += rows.forged
    files = _signed(beside, public, findings)
    told = progress if not findings else _without_place(progress)
    kept = checkpoints.segments(segments_folder)

    def broken(name: str) -> None:
        findings.append(Finding("ledger.segment-broken", name))

    walk = Walk(connection, segment_cover.read_raw(segments_folder, broken, since.size), since.size)
    marks = merged(rows.roots(since.size), files, since.size)
    proven, bad = _walk(connection, walk, check, marks, told, since.size)
    count = walk.count
    last = max([rows.last, *files, *(stop for _, stop, _ in kept)], default=0)
    if bad is None and last > count:
        bad = Finding("ledger.entry-missing", str(count + 1), "error", {"number": count + 1})
    findings += filter(None, (bad or first_bad(connection, proven + 1, count) or check.bad,))
    inner = segment_cover.within(segment_cover.cover_of(segments_folder), kept)
    findings += contradicting(inner, partial(ledger.entries, connection), "ledger.entry-contradicts-segment")
    findings += witnesses.missing(connection, segments_folder, count, beside)
    findings += witnesses.uncovered(connection, count, waits=waits)
    return LedgerReport(count, proven, rows.count, len(kept), tuple(findings), since.size)


def _tiles(connection: Connection) -> TileCheck:
    newest = checkpoints.newest(connection)
    return TileCheck(checkpoints.tree(connection), newest.size if newest else 0)


def _without_place(progress: Told) -> Told:
    """Nothing counts as proved where there is a finding."""
    return lambda moved, proven: progress(moved, 0)


def _goes_on(check: TileCheck, since: Start) -> bool:
    """Begin where an earlier proof ended, if the tree up to there is the one that was proved."""
    try:
        check.go_on(since.size)
    except ValueError:
        return False
    return check.root() == since.root


def _walk(
    connection: Connection, walk: Walk, check: TileCheck, marks: Iterator[Mark], progress: Told, proven: int
) -> tuple[int, Finding | None]:
    """Read the entries and hold the roots that were signed against theirs; up to which they hold, and what is bad."""
    bad: Finding | None = None
    coming = ledger.size(connection) - walk.count
    with closing(reckoned(walk.parts(check.begun(), marks), coming)) as parts:
        for part, hashes, within in parts:
            bad = bad or part.first_bad(hashes)
            for (size, signed), node in zip(part.marks, within, strict=False):
                if signed == {check.over(node)}:
                    proven = size
                elif bad is None:
                    contradicts = {"first": min(proven + 1, size), "last": size}
                    bad = first_bad(connection, proven + 1, size)
                    bad = bad or Finding("ledger.contradicts-checkpoint", str(size), "error", contradicts)
            check.take(hashes, within[-1] if within else b"")
            progress(part.moved, 0 if bad else proven)
    check.end()
    return proven, bad


def _signed(
    beside: Iterable[tuple[str, Checkpoint]], public: Sequence[Ed25519PublicKey], findings: list[Finding]
) -> dict[int, set[bytes]]:
    """Roots by size in files, where one of these keys signed them."""
    by_size: dict[int, set[bytes]] = {}
    for where, checkpoint in beside:
        if checkpoints.signed_by_any(checkpoint, public):
            by_size.setdefault(checkpoint.size, set()).add(checkpoint.root)
        else:
            findings.append(Finding("ledger.checkpoint-forged", where, "error", {"size": checkpoint.size}))
    return by_size
