"""Holds what bears witness to the ledger against each other, both ways: rows, segments, checkpoints, keys.

None is a finding as well: evidence that was taken away proves nothing, but that it was there is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from metadata.findings import Finding, Severity
from preserve.data_management import checkpoints, ledger, ledger_keys, sealer, sealing, segment_cover
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.tables import checkpoints as table
from preserve.errors import NotIntact, PreserveError

_OWN = re.compile(
    r"(segment-\d{10,}-\d{10,}\.(jsonl|checkpoint)|checkpoint\.txt|looks\.txt|ledger\.pub|\d{10,}\.tsr)"
    r"(\.part)?"  # what a kill left of one that was being written
)
OF_DESKTOP = re.compile(r"(\.DS_Store|\._.*|Thumbs\.db|desktop\.ini)")


def read_witnesses(folder: Path, findings: list[Finding]) -> list[tuple[str, Checkpoint]]:
    """The checkpoints that lie in the store as files, by name; one that cannot be read is a finding."""
    witnesses = []
    paths = [*sorted(folder.glob("*.checkpoint")), folder / sealing.HEAD]
    for path in (path for path in paths if path.exists()):
        try:
            witnesses.append((path.name, checkpoints.parse_exactly(path.read_bytes())))
        except (NotIntact, OSError):
            findings.append(Finding("ledger.checkpoint-unreadable", path.name))
    return witnesses


def missing(
    connection: Connection, folder: Path, count: int, beside: Sequence[tuple[str, Checkpoint]]
) -> Iterator[Finding]:
    """What should bear witness to a ledger of `count` entries and is not there, or says something else."""
    # By what lies there, and not every row: the rows grow with each transaction.
    signed = checkpoints.newest(connection) is not None
    paths = [path for _, _, path in checkpoints.segments(folder)]
    pieces = segment_cover.cover_of(folder)
    furthest = max((piece.last for piece in pieces), default=0)
    files = dict(beside)
    if count and not signed:
        yield Finding("ledger.no-checkpoints", "", "error", {"count": count})
    if count and not paths:
        yield Finding("ledger.no-segments", str(folder), "error", {"count": count})
    for path in paths:
        if path.is_file() and not path.with_suffix(".checkpoint").is_file():
            yield Finding("ledger.checkpoint-missing", path.with_suffix(".checkpoint").name)
    closed = connection.execute(select(table.c.size, table.c.first_entry).where(table.c.first_entry.isnot(None)))
    gone = {size: first for size, first in closed if not segment_cover.is_covered(pieces, first, size)}
    for size, first in sorted(gone.items()):
        values = {"first": first, "last": size}
        yield Finding("ledger.segment-missing", f"segment-{first:010d}-{size:010d}.jsonl", "error", values)
    for first, stop in checkpoints.unclosed(folder):
        if segment_cover.is_covered(pieces, first, stop):
            continue  # joined, and stamped by others; or a kill came while it was joined
        if stop not in gone:  # a kill came between the two files of a segment: the next one is closed with it
            level: Severity = "error"
            if stop > furthest and checkpoints.checkpoint_over(connection, stop) is not None:
                level = "note"
            yield Finding("ledger.segment-unclosed", f"segment-{first:010d}-{stop:010d}", level)
    for name, checkpoint in sorted(files.items()):
        row = checkpoints.checkpoint_over(connection, checkpoint.size)
        if row is None and checkpoint.size <= count:
            yield Finding("ledger.checkpoint-row-missing", name, "error", {"size": checkpoint.size})
        elif row is not None and row.text() != checkpoint.text():
            yield Finding("ledger.checkpoint-differs", name, "error", {"size": checkpoint.size})
    if sealing.HEAD not in files and signed and sealing.is_witnessed(connection):
        yield Finding("ledger.head-missing", sealing.HEAD, "error", {"file": sealing.HEAD})


def uncovered(connection: Connection, count: int, *, waits: bool = False) -> Iterator[Finding]:
    """Entries that no checkpoint covers; and what was noted of such when it was found.

    With `waits` those of a moment ago are no error: one process signs for all, in a moment.
    """
    last = checkpoints.newest(connection)
    covered = last.size if last else 0
    if covered < count:
        # Each transaction is signed since this release; what earlier ones left is signed at the next write.
        level: Severity = "error" if last is None or sealing.is_witnessed(connection) else "note"
        values = {"first": covered + 1, "last": count, "count": count - covered}
        if level == "error" and waits and sealer.is_young(next(iter(ledger.numbered(connection, [covered + 1])), None)):
            yield Finding("ledger.waits-for-sealer", str(count), "note", values)
        else:
            code = "ledger.uncovered" if level == "error" else "ledger.uncovered-yet"
            yield Finding(code, str(count), level, values)
    for action, severity in _NOTED.items():
        for entry in ledger.of_action(connection, action):
            values = {name: value for name, value in entry.details.items() if name != "checkpoint"}
            if action != sealing.WITNESSED or values["count"]:
                yield Finding(f"{action}-noted", str(entry.number), severity, {"number": entry.number, **values})


_NOTED: dict[str, Severity] = {
    sealing.TAIL_FOUND: "warning",
    sealing.HEAD_MISSING: "warning",
    sealing.TAIL_LOST: "warning",
    sealing.WITNESSED: "note",
}


def keys(connection: Connection, folder: Path, public_key: Path) -> Iterator[Finding]:
    """The public key of the home, its copy in the store, those of before: against each other and the ledger."""
    present, former = ledger_keys.told_keys(connection)
    own = ledger_keys.fingerprint(ledger_keys.read_public_key(public_key))
    if present and own != present:
        yield Finding("ledger.key-swapped", str(public_key), "error", {"wanted": present, "found": own})
    copy = folder / "ledger.pub"
    if not copy.is_file():
        yield Finding("ledger.public-key-missing", copy.name)
    else:
        try:
            other = ledger_keys.fingerprint(ledger_keys.read_public_key(copy))
        except PreserveError as error:
            yield Finding(error.code, copy.name)
        else:
            if other != own:
                yield Finding("ledger.key-swapped", copy.name, "error", {"wanted": own, "found": other})
    for path in ledger_keys.key_files(public_key)[1:]:
        other = ledger_keys.fingerprint(ledger_keys.read_public_key(path))
        if other not in {present, *former}:
            yield Finding("ledger.key-unknown", str(path), "error", {"found": other})


def strangers(folder: Path) -> Iterator[Finding]:
    """What lies among the ledger's files and is none of them."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_symlink() or not path.is_file() or not _OWN.fullmatch(path.name):
            level: Severity = "note" if path.is_file() and OF_DESKTOP.fullmatch(path.name) else "error"
            yield Finding("ledger.stranger", path.name, level)
