"""Which files of an upload are whole: a log that grows at its end, so that a crash takes at most its last line."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from preserve.ingest.handing_in.rooms import Room


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole file: its SHA-256, empty where it was not reckoned yet; `safe`: its bytes are on the disk for good."""

    sha256: str
    safe: bool


def note(room: Room, rows: Mapping[int, Arrived | None]) -> None:
    """Write down that files are whole, or (None) that one is not after all."""
    text = "\n" + "".join(  # after whatever a crash left of the line before
        json.dumps([line, row.sha256, row.safe] if row is not None else [line, None, False]) + "\n"
        for line, row in rows.items()
    )
    handle = os.open(room.arrivals, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
    try:
        os.write(handle, text.encode())
        os.fdatasync(handle)
    finally:
        os.close(handle)


def arrived(room: Room) -> dict[int, Arrived]:
    """The whole files by their line. A line that a crash cut short counts for nothing: the file is sent again."""
    known: dict[int, Arrived] = {}
    try:
        text = room.arrivals.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return known
    for row in text.split("\n"):
        try:
            line, sha256, safe = json.loads(row)
        except ValueError:
            continue
        if sha256 is None:
            known.pop(int(line), None)
        else:
            known[int(line)] = Arrived(str(sha256), bool(safe))
    return known
