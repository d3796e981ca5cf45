"""Proves that the log of looks is what it was: against its hashes, its segments, and the roots in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.data_management import checkpoints, ledger, looks, looks_sealing, looks_segments, sealer
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.looks_sealing import Anchor
from preserve.data_management.proof.inner_segments import contradicting
from preserve.data_management.proof.tile_check import TileCheck
from preserve.data_management.segment_cover import is_covered, within
from preserve.data_management.tiles import WIDTH
from preserve.errors import NotIntact


@dataclass(frozen=True, slots=True)
class LooksReport:
    """What proving found. `anchored` looks stand under a root in the ledger, later ones under a checkpoint."""

    looks: int
    anchored: int
    findings: tuple[Finding, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing contradicts anything, and nothing is missing."""
        return not any(finding.severity == "error" for finding in self.findings)


def prove(
    connection: Connection,
    ledger_folder: Path,
    public: Sequence[Ed25519PublicKey],
    *,
    since: int = 0,
    waits: bool = False,
    goes_on: Callable[[], None] = lambda: None,
) -> LooksReport:
    """Hold every look against its hash, its place, the segments, the ledger's roots and the newest checkpoint.

    `ledger_folder` is the ledger's in the store. A ledger that is itself altered is for `verify_ledger` to name. Looks
    under a root that one of the ledger's first `since` entries gives, which were proved before, are not read again.
    `goes_on` is asked every now and then, and may raise Stopped.
    """
    findings: list[Finding] = []
    signed = _signed(connection, ledger_folder, public, findings)
    try:
        anchors = looks_sealing.anchors(connection, since)
    except NotIntact:
        anchors = []  # an entry was changed, which proving the ledger says
    tree = _begin(connection, [anchor for anchor in anchors if anchor.number <= since])
    start = tree.size()
    expected = _expected(anchors, signed, start)
    lines = _lines(ledger_folder.parent / looks_sealing.FOLDER, start, findings)
    bad, proven = False, start
    for count, look in enumerate(looks.entries(connection, start + 1), start + 1):
        if not count % WIDTH:
            goes_on()
        line = next(lines, None)
        problem = looks.problem_of(look, count)
        if not problem and line is not None and line != look.text:
            problem = "looks.contradicts-segment"
        if problem and not bad:
            findings.append(Finding(problem, f"{looks.LOG}/{count}", "error", {"number": count}))
            bad = True
        tree.add(ledger.leaf_hash(look.text))
        for root, where in expected.pop(count, ()):
            if root == tree.root():
                proven = count
            elif not bad:
                contradicted: dict[str, int | str] = {"first": proven + 1, "last": count, "witness": where}
                findings.append(Finding("looks.contradicts-root", f"{looks.LOG}/{count}", "error", contradicted))
                bad = True
    size = tree.size()
    expected.pop(0, None)  # nothing can contradict a root over nothing
    if not bad and (max(expected, default=0) > size or next(lines, None) is not None):
        findings.append(Finding("looks.missing", f"{looks.LOG}/{size + 1}", "error", {"number": size + 1}))
        bad = True
    tree.end()
    # None at all are none that lie: a catalogue that an earlier release made again has them with its next look.
    if tree.bad is not None and not bad and looks_sealing.tree(connection).size():
        findings.append(tree.bad)
    findings += _segments(connection, ledger_folder, anchors, findings)
    findings += _beside(connection, ledger_folder, size, signed, waits=waits)
    return LooksReport(size, max((anchor.size for anchor in anchors), default=0), tuple(findings))


def _expected(
    anchors: Sequence[Anchor], signed: Sequence[tuple[str, Checkpoint]], start: int
) -> dict[int, list[tuple[bytes, str]]]:
    """Roots over more than `start` looks, by how many, and where each stands."""
    expected: dict[int, list[tuple[bytes, str]]] = {}
    for anchor in anchors:
        expected.setdefault(anchor.size, []).append((anchor.root, str(anchor.number)))
    for name, checkpoint in signed:
        expected.setdefault(checkpoint.size, []).append((checkpoint.root, name))
    return {size: roots for size, roots in expected.items() if size > start}


def _signed(
    connection: Connection, folder: Path, public: Sequence[Ed25519PublicKey], findings: list[Finding]
) -> list[tuple[str, Checkpoint]]:
    """The checkpoint in the catalogue and the one in the store, as far as they are this archive's."""
    over = checkpoints.newest(connection)
    archive_id = over.note.partition("\n")[0].partition("/")[2] if over else ""
    found = []
    row = looks_sealing.newest(connection)
    if row is not None:
        found.append(("looks_checkpoint", row))
    try:
        head = looks_sealing.read_head(folder / looks_sealing.HEAD)
        if head is not None:
            found.append((looks_sealing.HEAD, head))
    except NotIntact as error:
        findings.append(Finding(error.code, looks_sealing.HEAD))
    good = []
    for name, checkpoint in found:
        if looks_sealing.holds(checkpoint, archive_id, public):
            good.append((name, checkpoint))
        else:
            findings.append(Finding("looks.checkpoint-forged", name, "error", {"size": checkpoint.size}))
    return good


def _begin(connection: Connection, anchors: Sequence[Anchor]) -> TileCheck:
    """The tree that the last of these roots is over, from the tiles; the empty one where they do not hash to it."""
    signed = looks_sealing.newest(connection)

    def empty() -> TileCheck:
        return TileCheck(looks_sealing.tree(connection), signed.size if signed else 0, "looks.tile-differs")

    for anchor in anchors[-1:]:
        with suppress(ValueError):
            tree = empty()
            tree.go_on(anchor.size)
            if tree.root() == anchor.root:
                return tree
    return empty()


def _lines(folder: Path, after: int, findings: list[Finding]) -> Iterator[str]:
    try:
        yield from looks_segments.lines(folder, after)
    except (OSError, ValueError) as error:
        findings.append(Finding("looks.segment-broken", str(folder), detail=str(error)))


def _segments(
    connection: Connection, ledger_folder: Path, anchors: Sequence[Anchor], findings: Sequence[Finding]
) -> Iterator[Finding]:
    """Segments that are gone from the end, and those within others that say otherwise.

    They are written before a segment of the ledger that has their root.
    """
    folder = ledger_folder.parent / looks_sealing.FOLDER
    closed = max((last for _, last, _ in checkpoints.segments(ledger_folder)), default=0)
    told = max((anchor.size for anchor in anchors if anchor.number <= closed), default=0)
    known = any(finding.code == "looks.segment-broken" for finding in findings)
    pieces = looks_segments.cover_of(folder)
    if not known and not is_covered(pieces, 1, told):
        yield Finding("looks.segment-broken", str(folder), detail=f"{told}")
    inner = within(pieces, looks_segments.segments(folder))
    yield from contradicting(inner, partial(looks.entries, connection), "looks.segment-broken")


def _beside(
    connection: Connection, folder: Path, size: int, signed: Sequence[tuple[str, Checkpoint]], *, waits: bool
) -> Iterator[Finding]:
    """What should bear witness to `size` looks and is not there; and what was noted of such when it was found."""
    covered = max((checkpoint.size for name, checkpoint in signed if name != looks_sealing.HEAD), default=0)
    if covered < size:
        values = {"first": covered + 1, "last": size, "count": size - covered}
        young = waits and sealer.is_young(next(looks.entries(connection, covered + 1), None))
        code = "looks.waits-for-sealer" if young else "looks.unsigned"
        yield Finding(code, f"{looks.LOG}/{size}", "note" if young else "error", values)
    told = next(ledger.unproven(connection, looks_sealing.ANCHORED), None) is not None
    if told and not (folder / looks_sealing.HEAD).exists():
        yield Finding("looks.head-missing", looks_sealing.HEAD, "error", {"file": looks_sealing.HEAD})
    for entry in ledger.unproven(connection, looks_sealing.HEAD_MISSING, looks_sealing.TAIL_LOST):
        values = {name: value for name, value in entry.details.items() if name != "checkpoint"}
        yield Finding(f"{entry.action}-noted", str(entry.number), "warning", {"number": entry.number, **values})
