"""A ledger with entries and segments, and segments joined as a kill may leave them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from preserve.administration.founding import found as found_archive
from preserve.data_management import checkpoints, ledger, segment_cover
from preserve.data_management.database import Catalogue
from preserve.home import Home

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def founded_home(folder: Path) -> Home:
    """The home of an archive that was just founded."""
    return found_archive(
        folder / "home", institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh"
    ).home


def add_entries(catalogue: Catalogue, count: int = 1) -> None:
    """Add entries in one transaction."""
    with catalogue.begin() as connection:
        for _ in range(count):
            ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)


def joined_by_hand(folder: Path, begin: int, end: int) -> Path:
    """The segments from the `begin`th to the `end`th in one file, with its checkpoint, beside them."""
    parts = checkpoints.segments(folder)[begin - 1 : end]
    joined = folder / f"segment-{parts[0][0]:010d}-{parts[-1][1]:010d}.jsonl"
    joined.write_bytes(b"".join(path.read_bytes() for _, _, path in parts))
    joined.with_suffix(".checkpoint").write_bytes(parts[-1][2].with_suffix(".checkpoint").read_bytes())
    return joined


def export_segments(connection: Connection, folder: Path) -> list[Path]:
    """Close a segment within a transaction, and join nothing: as earlier releases did, and for a ledger without a home."""
    written = checkpoints.write_segments(connection, folder)
    segment_cover.mark_closed(connection, folder)
    return written
