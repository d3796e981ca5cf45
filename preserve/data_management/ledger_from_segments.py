"""The ledger entered again into an empty catalogue from its segment files, entry by entry, with their checkpoints."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from metadata.findings import Finding
from preserve.data_management import checkpoints, ledger, segment_cover
from preserve.data_management.merkle import Frontier
from preserve.data_management.tables import ledger as ledger_table
from preserve.errors import NotIntact

_AT_ONCE = 1000


def enter(connection: Connection, folder: Path, findings: list[Finding]) -> None:
    """Every entry and checkpoint that the segments of a folder tell, and a note of how many.

    Raises NotIntact where one is broken before the end, or a stretch is missing.
    """
    try:
        _enter_segments(connection, folder)
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, IntegrityError) as error:
        raise NotIntact("ledger.segment-broken", str(folder), detail=str(error)) from error
    findings.append(Finding("catalogue.ledger-from-segments", str(folder), "note", {"count": ledger.size(connection)}))


def _enter_segments(connection: Connection, folder: Path) -> None:
    cover = segment_cover.cover_of(folder)
    if not segment_cover.is_covered(cover, 1, max((piece.last for piece in cover), default=0)):
        raise ValueError("a segment is missing")
    pieces = {piece.last: piece.first for piece in cover}
    signed = {int(path.stem.rpartition("-")[2]): path for path in folder.glob("segment-*.checkpoint")}
    frontier = Frontier()
    broken: list[str] = []
    lines = segment_cover.read_lines(folder, broken.append)
    while rows := [ledger.row_of(line) for line in islice(lines, _AT_ONCE)]:
        connection.execute(ledger_table.insert(), rows)
        for row in rows:
            frontier.add(row["leaf"])
            if frontier.size in signed:
                checkpoint = checkpoints.parse_checkpoint(signed[frontier.size].read_text(encoding="utf-8"))
                peaks = frontier.peaks() if checkpoint.size == frontier.size else None
                checkpoints.keep(connection, checkpoint, peaks=peaks, first_entry=pieces.get(frontier.size))
    if broken and broken[0] != cover[-1].name:  # an end that is lost is told by the head
        raise ValueError(broken[0])
