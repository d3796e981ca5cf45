"""Marks of state secrets in a file (regulation Art. 20): in its text, and where readers of text do not look.

Headers, footers, templates and text boxes lie in parts of their own of office files and OFD; older office files and RTF
are read for their text only after they were converted. What is looked through here is inflated within bounds.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from pathlib import Path

from preserve.ingest.facts import Character
from preserve.ingest.rules.profile import SecrecyMarks
from preserve.ingest.rules.secrecy_marks import mark_in

MARK = "secrecy-mark"
"""What a file's facts call the mark that was found in it; no property of the file, and not written into packages."""

_PIECE, _OVERLAP = 1 << 20, 512
_MOST, _MOST_OF_A_PART = 128 << 20, 16 << 20  # bytes looked through of one file, and of one part of it
_MOST_PARTS = 2_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TAG = re.compile(r"<[^<>]*>")
_UNREADABLE = (OSError, ValueError, RuntimeError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error)


def mark_of(path: Path, character: Character, text: str, rule: SecrecyMarks) -> str:
    """The first mark of a state secret in a file of which `text` was read, or nothing. Never raises for its content."""
    if found := mark_in(text, rule):
        return found
    if character.kind != "document":
        return ""
    with suppress(*_UNREADABLE):
        for piece in _pieces(path):
            if found := mark_in(piece, rule):
                return found
    return ""


def _pieces(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(b"PK"):
            yield from _packed(path)
        elif head == _OLE:
            file.seek(0)
            yield from _old(file.read(_MOST))
        elif head.startswith(b"{\\rtf"):
            file.seek(0)
            yield rtf(file.read(_MOST))


def _packed(path: Path) -> Iterator[str]:
    """The text of every part that is XML, without its tags: words may be cut into several runs."""
    left = _MOST
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist()[:_MOST_PARTS]:
            if not member.filename.lower().endswith((".xml", ".rels")):
                continue
            with archive.open(member) as part:
                kept, here = "", min(left, _MOST_OF_A_PART)
                while here > 0 and (data := part.read(min(_PIECE, here))):
                    left, here = left - len(data), here - len(data)
                    page = kept + data.decode("utf-8", "ignore")
                    yield unescape(_TAG.sub("", page))
                    kept = page[-_OVERLAP:]


def _old(data: bytes) -> Iterator[str]:
    """Older office files keep Chinese as UTF-16 or, within a sheet's or slide's text, in the system's code page."""
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE + _OVERLAP]
        yield piece.decode("utf-16-le", "replace")
        yield piece[1:].decode("utf-16-le", "replace")
        yield piece.decode("gb18030", "replace")


def rtf(data: bytes) -> str:
    """The text of an RTF file: characters by number or as bytes of the code page, control words left out."""
    text = re.sub(rb"\\u(-?\d{1,5}) ?(?:\\'[0-9a-fA-F]{2}|\?)?", _by_number, data)
    text = re.sub(rb"\\'([0-9a-fA-F]{2})", lambda found: bytes.fromhex(found[1].decode()), text)
    return re.sub(r"\\[a-z]+-?\d* ?|[{}\r\n]", "", text.decode("gb18030", "ignore"))


def _by_number(found: re.Match[bytes]) -> bytes:
    return chr(int(found[1]) % 65536).encode("gb18030", "ignore")
