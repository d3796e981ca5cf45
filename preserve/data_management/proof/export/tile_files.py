"""The ledger as files that readers of transparency logs take (C2SP tlog-tiles): checkpoint, tiles, entry bundles."""

from __future__ import annotations

import struct
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from preserve.data_management import checkpoints, ledger
from preserve.data_management.merkle import DIGEST
from preserve.data_management.signed_notes import verifier_key
from preserve.data_management.tiles import WIDTH
from preserve.errors import NotIntact, Refused
from storage_adapters.durable import write_file

LONGEST = (1 << 16) - 1
"""Bytes of an entry that a bundle can hold: it gives each length as 16 bits."""


def write_tiles(connection: Connection, public_key: Path, folder: Path) -> int:
    """Write what the newest checkpoint covers into the new folder; how many entries that are.

    `ledger.vkey` is the public key as such readers take it. Raises Refused where an entry is too long for the form,
    NotIntact where the tiles are not those of the checkpoint.
    """
    signed = checkpoints.newest(connection)
    assert signed is not None, "an archive begins with an entry"
    tree = checkpoints.tree(connection)
    if tree.size() != signed.size or tree.root(0, signed.size) != signed.root:
        raise NotIntact("ledger.contradicts-checkpoint", str(folder), first=1, last=signed.size)
    for level, place, hashes in tree.all():
        write_file(folder / tile_path(str(level), place, len(hashes) // DIGEST), hashes)
    entries = ledger.entries(connection, 1, signed.size)
    for place in range(-(-signed.size // WIDTH)):
        bundle = [_prefixed(entry) for entry in islice(entries, WIDTH)]
        write_file(folder / tile_path("entries", place, len(bundle)), b"".join(bundle))
    public = checkpoints.read_public_key(public_key)
    write_file(folder / "ledger.vkey", f"{verifier_key(signed.origin, public)}\n".encode())
    write_file(folder / "checkpoint", signed.text().encode())
    return signed.size


def tile_path(level: str, place: int, count: int) -> str:
    """Where a tile lies: three digits a folder, an x before all but the last; one that is not full says its width."""
    parts = [f"{place % 1000:03d}"]
    while place := place // 1000:
        parts.insert(0, f"x{place % 1000:03d}")
    return f"tile/{level}/{'/'.join(parts)}" + ("" if count == WIDTH else f".p/{count}")


def _prefixed(entry: ledger.Entry) -> bytes:
    data = entry.text.encode()
    if len(data) > LONGEST:
        raise Refused("ledger.entry-too-long", str(entry.number), number=entry.number, limit=LONGEST)
    return struct.pack(">H", len(data)) + data
