"""What is wrong with the names in a deposit: told from the list alone, before a byte of any file is read."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from metadata.compact import PackedTexts, Places
from metadata.findings import Finding
from metadata.identity import precise, readable
from preserve.ingest.sources import Entry
from preserve.ingest.sources.inventory import paths_of

if TYPE_CHECKING:
    from preserve.ingest.receive import DepositProfile

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def hostile(entry: Entry, profile: DepositProfile) -> Iterator[Finding]:
    """What is wrong with one name of a deposit, before anything of it is read."""
    path = entry.path
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\")) or ".." in parts or (len(path) > 1 and path[1] == ":" and path[0].isalpha()):
        yield Finding("sip.traversal", path, "refuse")
    elif "" in parts or "." in parts or "\0" in path:
        yield Finding("sip.bad-path", path, "refuse")
    if len(parts) > profile.deepest:
        yield Finding("sip.too-deep", path, "refuse", {"limit": profile.deepest})
    if entry.kind in ("symlink", "hardlink", "fifo", "device", "socket"):
        yield Finding(f"sip.{entry.kind}", path, "refuse", {"target": entry.target})
    if entry.encrypted:
        yield Finding("sip.member-encrypted", path, "refuse")
    if (
        entry.compressed is not None
        and entry.size > profile.ratio_matters_from
        and entry.size > profile.largest_ratio * max(entry.compressed, 1)
    ):
        ratio = entry.size // max(entry.compressed, 1)
        yield Finding("sip.bomb", path, "refuse", {"ratio": ratio, "limit": profile.largest_ratio})


def links_out(entries: Sequence[Entry]) -> Iterator[Finding]:
    """A file of a folder with more hard links than the folder holds has another name outside, and may change there."""
    inside = Counter(entry.inode for entry in entries if entry.links > 1)
    for entry in entries:
        if entry.links > 1 and inside[entry.inode] < entry.links:
            yield Finding("sip.hardlink", entry.path, "refuse", {"target": ""})


def misleading(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Characters that turn the direction of writing make `gpj.exe` look like `exe.jpg` (Unicode TR 36 §2.2)."""
    for path in paths_of(entries):
        if not _TURNING.isdisjoint(path):
            yield Finding("sip.name-misleads", path, "warning")


def collisions(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Two members of one path are refused: one would take the other's place. Names that are one to some file system
    only, by Unicode form or letters' case, are told; both files are kept, under names of their own."""
    paths, keys = PackedTexts(), PackedTexts()
    there, seen = Places(paths, len(entries)), Places(keys, len(entries))
    for place, path in enumerate(paths_of(entries)):
        key = unicodedata.normalize("NFC", readable(path).casefold())
        paths.append(path)
        keys.append(key)
        if there.add(place, path) != place:
            yield Finding("sip.names-collide", path, "refuse", {"other": path})
        elif (first := seen.add(place, key)) != place:
            values = {"name": precise(path), "other": precise(paths[first])}
            yield Finding("sip.names-alike", path, "warning", values)
