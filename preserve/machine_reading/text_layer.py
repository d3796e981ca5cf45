"""The unseen text over a scanned page: lines of a reading as PDF text that is not painted (ISO 32000-1, 9.3.6, mode 3).

Its font has blank glyphs only, for nothing of it is ever drawn: whatever script was read, it takes two kilobytes, and
no font of this machine is needed. What the text says stands in the font's ToUnicode map.
"""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from preserve.machine_reading.records import Line

FONT = "/Unseen"
_WIDE, _NARROW = 1000, 500
_EM, _ASCENT, _DESCENT = 1000, 800, -200
_MOST_CODES = 0xFFFE
_MADE = 3_849_984_000
"""The day of the font, in seconds since 1904: the same for all, so that the same text gives the same bytes."""
_MOST_SHOWN = 16_000
"""Characters of one string: PDF/A-2 allows 32,767 bytes (ISO 19005-2, 6.1.13)."""

_TALL = 1.5
"""A line of two characters or more that is so much higher than wide runs downwards."""

_LEAST = 0.01
"""Points: a box of less has no extent."""

_NEVER = frozenset("\ufeff\ufffe\uffff")
_LEFT_OUT = frozenset(("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))


def sayable(text: str) -> str:
    """What of a line can stand in the layer: no control or format characters, no halves of a pair; in one line."""
    flat = " ".join(text.split())
    return "".join(
        character for character in flat if character not in _NEVER and unicodedata.category(character) not in _LEFT_OUT
    )


class Unseen:
    """The characters of one document, each with the code by which its pages name it."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def code(self, character: str) -> int:
        """Its code, from 1; whoever comes after 65,534 others is told by the replacement character."""
        if character not in self._codes:
            if len(self._codes) == _MOST_CODES:
                return self._codes.setdefault("\ufffd", _MOST_CODES)
            self._codes[character] = len(self._codes) + 1
        return self._codes[character]

    def content(self, lines: Iterable[Line], width: float, height: float) -> bytes:
        """Operators that set the lines, in their order, over a page of this size in points."""
        shown = [piece for line in lines if (piece := self._line(line, width, height))]
        return b"\n".join((b"BT 3 Tr %s 1 Tf" % FONT.encode(), *shown, b"ET")) if shown else b""

    def _line(self, line: Line, width: float, height: float) -> bytes:
        text = sayable(line.text)[:_MOST_SHOWN]
        place = _place(line, text, width, height)
        if not text or place is None:
            return b""
        shown = self._shown(text, place.matrix)
        # PDFium sorts what begins at one height from left to right, columns too. A blank at the end stands between.
        return b"%s %s" % (shown, self._shown(" ", place.end)) if place.upright else shown

    def _shown(self, text: str, matrix: tuple[float, ...]) -> bytes:
        codes = b"".join(b"%04X" % self.code(character) for character in text)
        return b"%s Tm <%s> Tj" % (b" ".join(_number(value) for value in matrix), codes)

    def font(self, pdf: Any) -> Any:
        """The font with all characters that were asked for, as an object of the document (Type 0 over CIDFontType2)."""
        from pikepdf import Array, Dictionary, Name, Stream, String

        characters = sorted(self._codes, key=self._codes.__getitem__)
        glyphs = [0, *(1 if _is_wide(character) else 2 for character in characters)]
        file = Stream(pdf, _blank_font())
        file[Name.Length1] = len(_blank_font())
        name = Name("/PreserveUnseen")
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=name,
            Flags=4,
            FontBBox=Array([0, _DESCENT, _WIDE, _ASCENT]),
            ItalicAngle=0,
            Ascent=_ASCENT,
            Descent=_DESCENT,
            CapHeight=_ASCENT,
            StemV=80,
            FontFile2=pdf.make_indirect(file),
        )
        widths = [_WIDE if glyph == 1 else _NARROW for glyph in glyphs[1:]]
        below = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=name,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            DW=_WIDE,
            W=Array([1, Array(widths)]) if widths else Array([]),
            CIDToGIDMap=pdf.make_indirect(Stream(pdf, b"".join(glyph.to_bytes(2, "big") for glyph in glyphs))),
        )
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type0,
                BaseFont=name,
                Encoding=Name("/Identity-H"),
                DescendantFonts=Array([pdf.make_indirect(below)]),
                ToUnicode=pdf.make_indirect(Stream(pdf, _to_unicode(characters))),
            )
        )


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WFA"


def _number(value: float) -> bytes:
    written = f"{value:.4f}".rstrip("0").rstrip(".")
    return b"0" if written == "-0" else written.encode()


@dataclass(frozen=True, slots=True)
class _Place:
    """The text matrix of a line, and that of what follows it; `upright` where it runs down or up the page."""

    matrix: tuple[float, ...]
    end: tuple[float, ...]
    upright: bool


def _place(line: Line, text: str, width: float, height: float) -> _Place | None:
    """What lays this text into the line's box; None for a box without any extent.

    The box tells where the line begins and which way it runs, so that of a page on its side the text runs along it.
    """
    values = line.box
    corners = [
        (values[place] * width / 1000, height - values[place + 1] * height / 1000) for place in range(0, len(values), 2)
    ]
    first, second, third, fourth = corners
    along = _mean(_less(second, first), _less(third, fourth))
    up = _mean(_less(first, fourth), _less(second, third))
    start = fourth
    if len(text) > 1 and _length(up) > _TALL * _length(along):
        along, up, start = (-up[0], -up[1]), along, first
    natural = sum(_WIDE if _is_wide(character) else _NARROW for character in text) / _EM
    if not natural or _length(along) < _LEAST or _length(up) < _LEAST:
        return None
    rise = -_DESCENT / _EM
    x, y = start[0] + rise * up[0], start[1] + rise * up[1]
    size = along[0] / natural, along[1] / natural, *up
    return _Place((*size, x, y), (*size, x + along[0], y + along[1]), abs(along[1]) > abs(along[0]))


def _less(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] - other[0], one[1] - other[1]


def _mean(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _length(vector: tuple[float, float]) -> float:
    return math.hypot(*vector)


def _to_unicode(characters: list[str]) -> bytes:
    """The CMap from codes to characters (ISO 32000-1, 9.10.3), a hundred in a block."""
    rows = [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in enumerate(characters, 1)]
    blocks = [rows[place : place + 100] for place in range(0, len(rows), 100)]
    return "\n".join(
        (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange",
            *("\n".join((f"{len(block)} beginbfchar", *block, "endbfchar")) for block in blocks),
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        )
    ).encode()


@cache
def _blank_font() -> bytes:
    """A TrueType font of blank glyphs: one for what is missing, a wide one, one of half its width."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    widths = {".notdef": _WIDE, "wide": _WIDE, "narrow": _NARROW}
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder(list(widths))
    builder.setupCharacterMap({})
    glyphs = {}
    for name, width in widths.items():
        # There and back again: no area, but an extent. PDFium skips text whose glyphs have none.
        pen = TTGlyphPen(None)
        pen.moveTo((0, _DESCENT))
        pen.lineTo((width, _ASCENT))
        pen.closePath()
        glyphs[name] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (width, 0) for name, width in widths.items()})
    builder.setupHorizontalHeader(ascent=_ASCENT, descent=_DESCENT)
    builder.setupPost(keepGlyphNames=False)
    builder.setupMaxp()
    head = builder.font["head"]
    head.created = head.modified = _MADE
    builder.font.recalcTimestamp = False
    data = io.BytesIO()
    builder.font.save(data)
    return data.getvalue()
