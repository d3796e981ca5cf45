"""Drawings of CAD: which release of which program wrote one, and the words in a DXF.

A DXF is pairs of lines, a number that says what follows and the value (Autodesk, DXF Reference), or the same in bytes
behind a mark. A DWG has no published form: its release stands in its first six bytes, and nothing else is read.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from preserve.ingest.readers import encodings
from preserve.ingest.readers.report import Report

_RELEASES = {
    "AC1.2": "1.2",
    "AC1.40": "1.4",
    "AC1.50": "2.05",
    "AC2.10": "2.10",
    "AC1002": "2.5",
    "AC1003": "2.6",
    "AC1004": "9",
    "AC1006": "10",
    "AC1009": "11/12",
    "AC1012": "13",
    "AC1014": "14",
    "AC1015": "2000",
    "AC1018": "2004",
    "AC1021": "2007",
    "AC1024": "2010",
    "AC1027": "2013",
    "AC1032": "2018",
}
"""Of AutoCAD, by the sign that begins a DWG and stands in a DXF as $ACADVER; source: PRONOM and the DXF Reference."""

_BINARY = b"AutoCAD Binary DXF\r\n\x1a\0"
_MOST_LINE = 1 << 16
_MOST_HEAD = 20_000  # pairs in which the head is sought
_MOST = 512 << 20
# Entities with words, and the numbers of the values in which they stand (Autodesk, DXF Reference, ENTITIES).
_WORDED = {
    "TEXT": (1,),
    "MTEXT": (3, 1),
    "ATTRIB": (1, 3),
    "ATTDEF": (1, 3),
    "DIMENSION": (1,),
    "TOLERANCE": (1,),
    "MULTILEADER": (304,),
    "ACAD_TABLE": (1, 302),
    "LAYER": (2,),
    "BLOCK": (),
}
_NUMBERED = re.compile(r"\\[Uu]\+([0-9A-Fa-f]{4})")
_TWO_BYTES = re.compile(r"\\[Mm]\+[1-5]([0-9A-Fa-f]{4})")
# Of MTEXT: a stack of two numbers, a format with its value up to the semicolon, one without.
_STACKED = re.compile(r"\\S([^;]*?)[#^/]([^;]*);")
_FORMATS = re.compile(r"\\[ACcFfHhQTtWwp][^;\\{}]{0,200};|\\[LlOoKkNX]")
_PERCENT = {"%%d": "°", "%%p": "±", "%%c": "⌀", "%%u": "", "%%o": "", "%%k": "", "%%%": "%"}


def is_drawing(mime: str) -> bool:
    """Whether a format is one of these, by its MIME type."""
    return mime.startswith(("image/vnd.dwg", "image/vnd.dxf", "image/x-dwg", "image/x-dxf", "application/dxf"))


def read(path: Path, report: Report) -> None:
    """Fill the report. Raises OSError, ValueError for a DXF that is none."""
    report.tool = "preserve drawing reader 1"
    with path.open("rb") as file:
        head = file.read(22)
    if head.startswith(b"AC") and not head.startswith(_BINARY):
        _release(head[:6].split(b"\0")[0].decode("latin-1"), report)
        return
    report.add("Form", "binary DXF" if head == _BINARY else "DXF")
    known = _head(path)
    if version := known.get("$ACADVER"):
        _release(version, report)
    report.add("CodePage", known.get("$DWGCODEPAGE"))
    report.add("LastSavedBy", known.get("$LASTSAVEDBY"))


def _release(version: str, report: Report) -> None:
    report.add("Version", f"{version} (AutoCAD {_RELEASES[version]})" if version in _RELEASES else version[:20])


def _head(path: Path) -> dict[str, str]:
    """The variables of the head by name, the first value of each."""
    known: dict[str, str] = {}
    name = ""
    for number, value in islice(_pairs(path), _MOST_HEAD):
        if number == 9:
            name = value
        elif name:
            known.setdefault(name, value)
            name = ""
        elif number == 0 and value == "ENDSEC" and known:
            break
    return known


def words_of(path: Path) -> Iterator[str]:
    """The words of a DXF, one entity a line: texts, attributes, dimensions that say something, names of layers.

    Raises ValueError for what is no DXF.
    """
    entity = ""
    said: list[str] = []
    for number, value in _pairs(path):
        if number == 0:
            yield from _shown(entity, said)
            entity, said = value, []
        elif number in _WORDED.get(entity, ()) and sum(map(len, said)) < _MOST_LINE:
            said.append(value)
    yield from _shown(entity, said)


def _shown(entity: str, said: list[str]) -> Iterator[str]:
    words = plain_words("".join(said) if entity == "MTEXT" else "\n".join(said), formatted=entity == "MTEXT")
    if words and words != "<>" and not (entity == "LAYER" and words == "0"):
        yield f"{words}\n"


def plain_words(text: str, *, formatted: bool) -> str:
    """What a text shows, without the signs that say how; `formatted`: it is MTEXT, which has more of them."""
    text = _NUMBERED.sub(lambda found: chr(int(found[1], 16)), text)
    text = _TWO_BYTES.sub(lambda found: bytes.fromhex(found[1]).decode("gb18030", "replace"), text)
    for sign, shown in _PERCENT.items():
        text = text.replace(sign, shown).replace(sign.upper(), shown)
    if formatted:
        text = (
            text.replace("\\\\", "\0")
            .replace("\\P", "\n")
            .replace("\\~", " ")
            .replace("\\{", "\1")
            .replace("\\}", "\2")
        )
        text = _FORMATS.sub("", _STACKED.sub(r"\1/\2", text)).replace("{", "").replace("}", "")
        text = text.replace("\0", "\\").replace("\1", "{").replace("\2", "}")
    return text.strip()


def _pairs(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        head = file.read(len(_BINARY))
    return _binary(path) if head == _BINARY else _lines(path)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The pairs of a DXF in lines; in the code page that its head names, which newer ones say is UTF-8."""
    page, read = _Page(), 0
    with path.open("rb") as file:
        while (line := file.readline(_MOST_LINE)) and read < _MOST:
            raw = file.readline(_MOST_LINE)
            read += len(line) + len(raw)
            try:
                number = int(line)
            except ValueError:
                raise ValueError(f"no number of a group: {line[:20]!r}") from None
            yield number, page.decoded(number, raw.strip(b"\r\n"))


class _Page:
    """The encoding of texts as the head gives it: newer releases write UTF-8, older ones a code page of Windows."""

    def __init__(self) -> None:
        self._name, self._variable, self._version = "", b"", ""

    def decoded(self, number: int, raw: bytes) -> str:
        """The text of a value; what the head says of the encoding is taken along."""
        if number == 9:
            self._variable = raw.strip()
        elif self._variable == b"$ACADVER" and not self._version:
            self._version = raw.decode("ascii", "replace").strip()
            self._name = "utf-8" if self._version >= "AC1021" else self._name
        elif self._variable == b"$DWGCODEPAGE" and not self._name:
            self._name = _page(raw)
        return _decoded(raw[:_MOST_LINE], self._name).strip()


def _page(raw: bytes) -> str:
    """The code page of Windows that a head names as ANSI_936."""
    found = re.fullmatch(rb"(?:ANSI|ansi)_(\d{3,4})", raw.strip())
    return {"936": "gb18030", "950": "big5"}.get(number := found[1].decode(), f"cp{number}") if found else ""


def _decoded(raw: bytes, name: str) -> str:
    if raw.isascii():
        return raw.decode("ascii")
    try:
        return raw.decode(name or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return encodings.decode(raw)[0]


def _binary(path: Path) -> Iterator[tuple[int, str]]:
    """The same in bytes: the number in two, numbers little-endian, texts up to a zero (release 13 and later)."""
    if path.stat().st_size > _MOST:
        raise ValueError(f"more than {_MOST} bytes")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        place, page = len(_BINARY), _Page()
        while place + 2 <= len(data):
            (number,) = struct.unpack_from("<H", data, place)
            place += 2
            size = _size(number)
            if size is None:
                end = data.find(b"\0", place)
                if end < 0:
                    return
                raw, place = data[place : min(end, place + _MOST_LINE)], end + 1
                yield number, page.decoded(number, raw)
            elif size < 0:
                place += 1 + (data[place] if place < len(data) else 0)
            else:
                place += size


def _size(number: int) -> int | None:
    """Bytes of a value; None for a text, below zero for bytes that say themselves how many they are."""
    if 10 <= number < 60 or 110 <= number < 150 or 210 <= number < 240 or 460 <= number < 470 or 1010 <= number < 1060:
        return 8
    if 60 <= number < 80 or 170 <= number < 180 or 270 <= number < 290 or 370 <= number < 390 or 400 <= number < 410:
        return 2
    if 1060 <= number <= 1070:
        return 2
    if 90 <= number < 100 or 420 <= number < 430 or 440 <= number < 460 or number == 1071:
        return 4
    if 160 <= number < 170:
        return 8
    if 290 <= number < 300:
        return 1
    return -1 if 310 <= number < 320 or number == 1004 else None
