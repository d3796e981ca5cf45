"""PRONOM's container signatures: what lies inside a ZIP or OLE2 file says which format it is."""

from __future__ import annotations

import re
import zipfile
from functools import cache
from pathlib import Path

from preserve.ingest.identifiers.prefilter import best, needs
from preserve.ingest.identifiers.tables import load

_MOST = 16 << 20  # bytes of one member looked at; a member that unpacks to more is no format description
_BEGIN = 6  # bytes of a literal that are looked for first


@cache
def _expression(text: bytes) -> re.Pattern[bytes]:
    return re.compile(text)


@cache
def _needed(text: bytes) -> bytes:
    """Bytes without which the expression matches nothing; none where they are not known."""
    need = best(needs(text, "VAR"))
    return need.literal if need else b""


def _matching(data: bytes, signatures: list[tuple[str, bytes]]) -> list[str]:
    found = []
    known: dict[bytes, bool] = {}
    for puid, text in signatures:
        needed = _needed(text)
        begin = needed[:_BEGIN]  # many begin alike
        if begin not in known:
            known[begin] = begin in data
        if known[begin] and needed in data and _expression(text).search(data):
            found.append(puid)
    return found


def _zip(path: Path) -> list[str]:
    found: list[str] = []
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for member, signatures in load().containers["zip"].items():
            if member in names:
                with archive.open(member) as file:
                    found += _matching(file.read(_MOST), signatures)
    return found


def _ole(path: Path) -> list[str]:
    import olefile

    found: list[str] = []
    with olefile.OleFileIO(str(path)) as container:
        streams = ["/".join(parts) for parts in container.listdir()]
        for member, signatures in load().containers["ole"].items():
            stream = next((name for name in streams if name == member or name[1:] == member), None)
            if stream is not None:
                with container.openstream(stream) as file:
                    found += _matching(file.read(_MOST), signatures)
    return found


def match(kind: str, path: Path) -> list[str]:
    """PUIDs of the container signatures that match, in fido's order. Empty for a file that cannot be opened."""
    try:
        return _zip(path) if kind == "zip" else _ole(path)
    except Exception:  # noqa: BLE001  # hostile or damaged containers raise anything; the outer signature then stands
        return []
