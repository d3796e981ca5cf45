"""How much lies in a folder that waits, and the fingerprint that ingest would give it; kept for a minute."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from preserve.errors import Refused
from preserve.ingest.opening import line_of
from preserve.ingest.sources.folder import FolderSource

_SECONDS = 60.0
_MOST = 5000


@dataclass(frozen=True, slots=True)
class Figures:
    """Files, bytes, and the fingerprint of the files; `newest` is the latest time of any, in nanoseconds.

    `readable` is false where the folder could not be read to its end.
    """

    files: int = 0
    bytes: int = 0
    fingerprint: str = ""
    newest: int = 0
    readable: bool = True


_kept: dict[Path, tuple[float, Figures]] = {}


def figures(folder: Path, *, fresh: bool = False) -> Figures:
    """Of a folder and everything below it; walked again after a minute, or at once where it must be `fresh`."""
    moment = time.monotonic()
    known = _kept.get(folder)
    if known is not None and not fresh and moment - known[0] < _SECONDS:
        return known[1]
    if len(_kept) > _MOST:
        _kept.clear()
    found = _walked(folder)
    _kept[folder] = (moment, found)
    return found


def _walked(folder: Path) -> Figures:
    files = size = newest = 0
    digest = hashlib.sha256()
    try:
        for entry in FolderSource(folder).entries():
            if entry.kind == "folder":
                continue
            digest.update(line_of(entry))
            files, size = files + 1, size + entry.size
            newest = max(newest, entry.modified_ns or 0)
    except Refused:
        return Figures(files, size, "", newest, readable=False)
    return Figures(files, size, digest.hexdigest(), newest)
