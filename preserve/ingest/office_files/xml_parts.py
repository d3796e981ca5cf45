"""XML read as a stream, with places: what stands where in a part, so that a few of its bytes can be written otherwise.

Nothing is held but the element being looked at; document types, and so entities, are refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO
from xml.parsers import expat

PIECE = 1 << 16
MOST = 512 << 20
"""Bytes of XML looked at in one part; a part that unpacks to more is no document of this world."""
MOST_EDITS = 2_000_000

_NAMES = (
    ("w", re.compile("wordprocessingml")),
    ("s", re.compile("spreadsheetml")),
    ("p", re.compile("presentationml")),
    ("r", re.compile("officeDocument/(2006/)?relationships")),
    ("rel", re.compile("package/2006/relationships")),
    ("mc", re.compile("markup-compatibility")),
    ("a", re.compile("drawingml.*main")),
    ("dc", re.compile("purl.org/dc/")),
    ("xlink", re.compile("xlink")),
    ("o", re.compile("schemas-microsoft-com:office:office")),
)
_ODF = re.compile(r"urn:oasis:names:tc:opendocument:xmlns:([\w-]+):")


class NotLookedThrough(ValueError):
    """A part that is not read to its end: not well-formed, with a document type, or endless."""


Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Edit:
    """The bytes of a part from `start` to `end`, and how their text is changed."""

    start: int
    end: int
    change: Change


@lru_cache(maxsize=4096)
def _short(name: str) -> str:
    """`w:ins` for an element of WordprocessingML, whatever prefix the file gives it, in either form of the standard."""
    parts = name.split(" ")
    if len(parts) < 2:
        return name
    if odf := _ODF.match(parts[0]):
        return f"{'draw' if odf[1] == 'drawing' else odf[1]}:{parts[1]}"
    return next((f"{prefix}:{parts[1]}" for prefix, known in _NAMES if known.search(parts[0])), parts[1])


class Part:
    """One part while it is read. Subclasses say what they look for in `start`, `end` and `text`."""

    def __init__(self) -> None:
        self.edits: list[Edit] = []
        self.path: list[str] = []
        self._waiting: list[Callable[[int], None]] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.namespace_prefixes = True
        self._parser.buffer_text = False
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.DefaultHandler = self._other

    def start(self, name: str, values: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """It ends; `path` still has it."""

    def text(self, data: str) -> None:
        """Characters, in any number of pieces."""

    @property
    def place(self) -> int:
        """Where what is being told of begins, in bytes."""
        return self._parser.CurrentByteIndex

    def after_this(self, then: Callable[[int], None]) -> None:
        """Have `then` called with the place where what is being told of ends."""
        self._waiting.append(then)

    def change_tag(self, change: Change) -> None:
        """The tag being told of is to be written otherwise."""
        start = self.place
        self.after_this(lambda end: self.change(start, end, change))

    def change(self, start: int, end: int, change: Change) -> None:
        """What stands from `start` to `end` is to be written otherwise. Raises NotLookedThrough for too many."""
        if end > start:
            self.edits.append(Edit(start, end, change))
        if len(self.edits) > MOST_EDITS:
            raise NotLookedThrough(f"more than {MOST_EDITS} places")

    def _close(self) -> None:
        while self._waiting:
            self._waiting.pop(0)(self.place)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._close()
        known = _short(name)
        self.path.append(known)
        if len(self.path) > 2000:
            raise NotLookedThrough("elements within elements without end")
        self.start(known, {_short(key): value for key, value in attributes.items()})

    def _end(self, _: str) -> None:
        self._close()
        self.end(self.path[-1])
        self.path.pop()

    def _text(self, data: str) -> None:
        self._close()
        self.text(data)

    def _other(self, _: str) -> None:
        self._close()

    def _doctype(self, *_: object) -> None:
        raise NotLookedThrough("it has a document type")

    def read(self, stream: IO[bytes], most: int = MOST) -> None:
        """Go through a whole part. Raises NotLookedThrough."""
        length = 0
        try:
            while piece := stream.read(PIECE):
                length += len(piece)
                if length > most:
                    raise NotLookedThrough(f"more than {most} bytes")
                self._parser.Parse(piece, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise NotLookedThrough(str(error)) from error
        self.edits.sort(key=lambda edit: (edit.start, edit.end))


def rewritten(stream: IO[bytes], edits: list[Edit]) -> Iterator[bytes]:
    """The bytes of a part with the edits in them, in pieces; where two overlap, the first counts."""
    place, encoding = 0, ""
    for edit in edits:
        if edit.start < place:
            continue
        while place < edit.start:
            piece = stream.read(min(PIECE, edit.start - place))
            if not piece:
                return
            encoding = encoding or _encoding(piece)
            place += len(piece)
            yield piece
        raw = stream.read(edit.end - edit.start)
        encoding = encoding or _encoding(raw)
        place += len(raw)
        yield edit.change(raw.decode(encoding, "surrogateescape")).encode(encoding, "surrogateescape")
    while piece := stream.read(PIECE):
        yield piece


def _encoding(beginning: bytes) -> str:
    """Enough of the encoding to write names in it: every other one that XML has here keeps ASCII as it is."""
    if beginning.startswith((codecs.BOM_UTF16_LE, b"<\0")):
        return "utf-16-le"
    return "utf-16-be" if beginning.startswith((codecs.BOM_UTF16_BE, b"\0<")) else "utf-8"
