"""The ledger as it goes onto every disc and drive: segments, newest checkpoint, public key, proofs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from preserve.data_management import anchors, checkpoints, ledger
from preserve.home import Home
from storage_adapters.durable import write_file


def write_ledger(home: Home, connection: Connection, folder: Path, size: int, names: Sequence[str]) -> None:
    """Write what proves the first `size` entries, and that the packages `names` were registered among them."""
    for first, last, path in checkpoints.segments(home.store / "ledger"):
        if first <= size and last <= size:
            for one in (path, path.with_suffix(".checkpoint")):
                target = folder / one.name
                if not target.exists() or target.stat().st_size != one.stat().st_size:
                    write_file(target, one.read_bytes())
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
            anchor = anchors.anchor_in(json.loads(entry.text))
            if anchor is not None and anchor.name == name and entry.number <= size:
                proofs[name] = {"entry": entry.text, **checkpoints.inclusion(connection, entry.number, size)}
    write_file(folder / "proofs.json", (json.dumps(proofs, ensure_ascii=False, indent=1) + "\n").encode())
