"""Whether a workbook can be opened without harm: its XML is counted while it is inflated, before a library loads it."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers.expat import ExpatError, ParserCreate

from metadata.findings import Finding
from preserve.progress import check_stop

_LARGEST_UNPACKED = 256 << 20
_MOST_MEMBERS = 2_000
_LONGEST = 4 << 20  # bytes of one text, name or value; a cell may hold 32,767 characters
_PIECE = 1 << 16
_ZIP_ERRORS = (OSError, RuntimeError, NotImplementedError, ValueError, EOFError, MemoryError)

# Some forty thousand objects with all their columns; what lies beyond takes a library minutes and gigabytes.
MOST = {
    "si": 300_000,
    "c": 1_000_000,
    "row": 200_000,
    "mergeCell": 10_000,
    "sheet": 100,
    "xf": 70_000,
    "font": 10_000,
    "definedName": 10_000,
    "hyperlink": 100_000,
    "Relationship": 20_000,
    "Override": 5_000,
    "Default": 1_000,
    "dataValidation": 10_000,
    "col": 20_000,
    "cfRule": 10_000,
    "r": 1_000_000,
}
_MOST_ELEMENTS = 3_000_000


class _Hostile(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def hostile(data: bytes) -> Iterator[Finding]:
    """What speaks against opening a workbook: bombs, document types, more elements than a case has. Raises Stopped."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _LARGEST_UNPACKED:
                yield Finding("case.workbook-bomb", "", "refuse", {"limit": _LARGEST_UNPACKED})
                return
            counting = _Counting()
            for member in members:
                with archive.open(member) as stream:
                    counting.read(member.filename, stream)
    except _Hostile as error:
        yield error.finding
    except (zipfile.BadZipFile, zlib.error, ExpatError, *_ZIP_ERRORS) as error:
        yield Finding("case.workbook-damaged", "", "refuse", {}, detail=repr(error))


class _Counting:
    """Counts over all members of one workbook, by what is really inflated, whatever the zip's own list says."""

    def __init__(self) -> None:
        self.size = 0
        self.elements = 0
        self.counts = dict.fromkeys(MOST, 0)

    def read(self, name: str, stream: IO[bytes]) -> None:
        """Read one member. Raises _Hostile, and ExpatError where it should be XML and is not."""
        xml = name.lower().endswith((".xml", ".rels"))
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = False
        parser.StartDoctypeDeclHandler = self._refuse(name)
        parser.StartElementHandler = self._element
        text = _Text()
        parser.CharacterDataHandler = text.more
        parser.EndElementHandler = text.ended
        fed, parsing = 0, True
        while piece := stream.read(_PIECE):
            check_stop()
            self.size += len(piece)
            fed += len(piece)
            if self.size > _LARGEST_UNPACKED:
                raise _Hostile(Finding("case.workbook-bomb", name, "refuse", {"limit": _LARGEST_UNPACKED}))
            if parsing:
                try:
                    parser.Parse(piece, False)
                except ExpatError:
                    if xml:
                        raise
                    parsing = False  # a picture, or settings of a printer
                if fed - max(parser.CurrentByteIndex, 0) > _LONGEST and parsing:
                    raise _many("characters", _LONGEST)
        if xml:
            parser.Parse(b"", True)

    def _refuse(self, name: str) -> Callable[..., None]:
        def seen(*_: object) -> None:
            raise _Hostile(Finding("case.workbook-entities", name, "refuse"))

        return seen

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > _MOST_ELEMENTS:
            raise _many("elements", _MOST_ELEMENTS)
        kind = name.rpartition(" ")[2]
        if kind in self.counts:
            self.counts[kind] += 1
            if self.counts[kind] > MOST[kind]:
                raise _many(kind, MOST[kind])
            if kind in ("Override", "Default"):
                _check_part(attributes)


class _Text:
    """How much text one element holds; a library would keep it all."""

    def __init__(self) -> None:
        self.length = 0

    def more(self, text: str) -> None:
        self.length += len(text)
        if self.length > _LONGEST:
            raise _many("characters", _LONGEST)

    def ended(self, name: str) -> None:
        self.length = 0


def _check_part(attributes: dict[str, str]) -> None:
    """A part that is XML must bear a name that says so, or it would be loaded as what was not looked at."""
    name = attributes.get("PartName", "." + attributes.get("Extension", "xml")).lower()
    if attributes.get("ContentType", "").endswith("+xml") and not name.endswith((".xml", ".rels", ".vml")):
        raise _Hostile(Finding("case.workbook-damaged", name[:100], "refuse", {}, detail="part without a name of XML"))


def _many(what: str, limit: int) -> _Hostile:
    return _Hostile(Finding("case.workbook-many", "", "refuse", {"what": f"<{what}>", "limit": limit}))
