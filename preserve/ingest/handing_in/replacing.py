"""Other files for an upload that went back: what is the same stays, what is new is sent, what is gone goes."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from preserve.ingest.handing_in.arrivals import arrived
from preserve.ingest.handing_in.manifest import Offered, digest, read, written
from preserve.ingest.handing_in.rooms import Record, Room


def replace_list(room: Room, record: Record, files: Sequence[Offered], top: str) -> Record:
    """Put another list in place; the record as it is then. The deposit must be held.

    What was there under the same path, of the same size and time, need not be sent again. First nothing counts as
    arrived, then the new list stands, then what stays counts: a crash in between costs sending, and mixes up nothing.
    """
    before, there = read(room.manifest.read_bytes()), arrived(room)
    stays = {(one.path, one.size, one.mtime): there[line] for line, one in enumerate(before, 1) if line in there}
    update = {"state": "uploading", "files": len(files), "bytes": sum(file.size for file in files), "top": top}
    new = record.model_copy(update={**update, "declared": digest(files)})
    room.arrivals.unlink(missing_ok=True)
    for path in room.parts.iterdir() if room.parts.is_dir() else ():
        path.unlink()
    room.put(room.manifest, written(files))
    room.write(new)
    rows = ""
    for line, file in enumerate(files, 1):
        known = stays.get((file.path, file.size, file.mtime))
        if known is not None and file.sha256 in ("", known.sha256):
            rows += json.dumps([line, known.sha256, False]) + "\n"  # read again when it is closed
    room.put(room.arrivals, rows.encode())
    return new


def sweep(room: Room, files: Sequence[Offered]) -> None:
    """Take away what the list does not name: files of an earlier list, and folders that are empty then."""
    named = {file.path for file in files}
    for folder, folders, found in os.walk(room.files, topdown=False):
        for name in found:
            path = os.path.join(folder, name)
            if os.path.relpath(path, room.files) not in named:
                os.unlink(path)
        for name in folders:
            inner = os.path.join(folder, name)
            if not os.listdir(inner):
                os.rmdir(inner)
