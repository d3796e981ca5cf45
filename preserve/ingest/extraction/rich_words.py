"""The words of Rich Text Format, and of letters whose text Outlook packs as such ([MS-OXRTFCP], [MS-OXRTFEX]).

Letters stand as bytes of the font's code page or by number; Chinese ones take two bytes, which control words never
cut. Tables of fonts and colours, pictures and embedded objects are no words.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

_TOKEN = re.compile(rb"\\([a-zA-Z]+)(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]{1,65536})", re.DOTALL)
_DEEPEST = 500
_MOST_PACKED = 64 << 20
# Of the fonts' sets of letters (\fcharset), those that are met here; every other one is as the document says.
_SETS = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 204: "cp1251", 238: "cp1250"}
_PAGES = {932: "cp932", 936: "gb18030", 949: "cp949", 950: "big5", 54936: "gb18030", 65001: "utf-8"}
_NO_WORDS = frozenset(
    b"fonttbl colortbl stylesheet listtable listoverridetable rsidtbl xmlnstbl generator pict objdata themedata"
    b" colorschememapping datastore latentstyles filetbl revtbl fldinst bkmkstart bkmkend mmathPr wgrffmtfilter".split()
)
_STARRED = frozenset(b"shpinst htmltag mhtmltag annotation".split())  # read all the same, or known below
_ENDS = frozenset(b"par line page sect row softline column".split())
_BLANKS = frozenset(b"tab cell nestcell emspace enspace".split())
_SIGNS = {
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
    b"endash": "–",
    b"emdash": "—",
}
_BEGINNING = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def unpacked(data: bytes) -> bytes:
    """Rich text as it was before Outlook packed it. Raises ValueError for what is not so packed, or too long."""
    if len(data) < 16:
        raise ValueError("no packed rich text")
    _, size, kind, _ = struct.unpack_from("<II4sI", data)
    if size > _MOST_PACKED:
        raise ValueError(f"more than {_MOST_PACKED} bytes")
    if kind == b"MELA":
        return data[16 : 16 + size]
    if kind != b"LZFu":
        raise ValueError("no packed rich text")
    window = bytearray(_BEGINNING.ljust(4096, b" "))
    there, out, place = len(_BEGINNING), bytearray(), 16
    while place < len(data) and len(out) < size:
        flags, place = data[place], place + 1
        for bit in range(8):
            if place >= len(data) or len(out) >= size:
                break
            if not flags >> bit & 1:
                run, place = data[place : place + 1], place + 1
            else:
                token = int.from_bytes(data[place : place + 2], "big")
                place += 2
                if token >> 4 == there:
                    return bytes(out)
                run = _copied(window, token >> 4, there, (token & 15) + 2)
            for sign in run:
                window[there] = sign
                there = (there + 1) % 4096
            out += run
    return bytes(out[:size])


def _copied(window: bytearray, start: int, there: int, length: int) -> bytes:
    """What stood there before; a run may reach into what it writes itself."""
    found = bytearray()
    for step in range(length):
        place = (start + step) % 4096
        behind = (place - there) % 4096
        found.append(found[behind] if behind < step else window[place])
    return bytes(found)


@dataclass(frozen=True, slots=True)
class _Group:
    silent: bool = False
    fonts: bool = False
    only_rich: bool = False  # what stands there only for who shows no HTML
    replacing: int = 1  # letters behind a \u that stand in its place
    page: str = ""


class _Words:
    def __init__(self) -> None:
        self.html = False
        self._page = "cp1252"
        self._sets: dict[int, str] = {}
        self._font = 0
        self._groups = [_Group()]
        self._bytes = bytearray()
        self._skip = 0
        self._starred = False
        self._high: int | None = None

    def read(self, data: bytes) -> Iterator[str]:
        place = 0
        while found := _TOKEN.search(data, place):
            place = found.end()
            word, number, hexadecimal, sign, brace, plain = found.groups()
            if word == b"bin" and number and not number.startswith(b"-"):
                place += int(number)
            elif hexadecimal or plain:
                self._letters(bytes.fromhex(hexadecimal.decode()) if hexadecimal else plain)
            else:
                yield self._flushed()
                yield from self._brace(brace) if brace else self._word(word, number) if word else self._sign(sign)
            if len(self._bytes) > 1 << 16:
                yield self._flushed()
        yield self._flushed()

    def _letters(self, letters: bytes) -> None:
        skipped = min(self._skip, len(letters))
        self._skip -= skipped
        group = self._groups[-1]
        if not (group.silent or group.fonts or group.only_rich):
            self._bytes += letters[skipped:]

    def _flushed(self) -> str:
        letters, self._bytes = bytes(self._bytes), bytearray()
        return letters.decode(self._groups[-1].page or self._page, "replace") if letters else ""

    def _brace(self, brace: bytes) -> Iterator[str]:
        self._skip, self._starred = 0, False
        if brace == b"{":
            if len(self._groups) > _DEEPEST:
                raise ValueError("groups within groups without end")
            self._groups.append(self._groups[-1])
        elif len(self._groups) > 1:
            self._groups.pop()
        yield from ()

    def _sign(self, sign: bytes) -> Iterator[str]:
        group = self._groups[-1]
        if sign == b"*":
            self._starred = True
        elif not (group.silent or group.fonts or group.only_rich):
            if sign in b"\\{}":
                self._bytes += sign
            elif sign in b"\r\n":
                yield "\n"
            elif sign == b"~":
                yield " "

    def _word(self, word: bytes, number: bytes | None) -> Iterator[str]:
        group = self._groups[-1]
        value = int(number) if number else 0
        starred, self._starred = self._starred, False
        if word in _NO_WORDS or (starred and word not in _STARRED) or (word in (b"htmltag", b"mhtmltag") and starred):
            self._groups[-1] = replace(group, silent=group.silent or word != b"fonttbl", fonts=word == b"fonttbl")
        elif word in (b"fromhtml", b"fromtext"):
            self.html = word == b"fromhtml"
        elif word == b"htmlrtf":
            self._groups[-1] = replace(group, only_rich=self.html and number != b"0")
        elif word == b"ansicpg":
            self._page = _known(_PAGES.get(value, f"cp{value}"))
        elif word in (b"f", b"deff", b"fcharset"):
            self._set_font(word, value)
        elif word == b"uc":
            self._groups[-1] = replace(group, replacing=max(0, min(value, 100)))
        elif group.silent or group.fonts or group.only_rich:
            pass
        elif word == b"u":
            yield self._numbered(value % 65536)
            self._skip = group.replacing
        elif word in _ENDS:
            yield "\n"
        elif word in _BLANKS:
            yield "\t"
        elif word in _SIGNS:
            yield _SIGNS[word]

    def _set_font(self, word: bytes, value: int) -> None:
        group = self._groups[-1]
        if word == b"fcharset":
            if group.fonts and len(self._sets) < 10_000:
                self._sets[self._font] = _SETS.get(value, "")
            return
        self._font = value
        if not group.fonts:
            self._groups[-1] = replace(group, page=self._sets.get(value, ""))

    def _numbered(self, unit: int) -> str:
        """A letter by its number; those behind the first plane come as two."""
        if 0xD800 <= unit < 0xDC00:
            self._high = unit
            return ""
        high, self._high = self._high, None
        if 0xDC00 <= unit < 0xE000:
            return chr(0x10000 + ((high - 0xD800) << 10) + unit - 0xDC00) if high is not None else "\ufffd"
        return chr(unit)


def _known(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def words_of(data: bytes) -> Iterator[str]:
    """The words of rich text, a line for each paragraph. Raises ValueError for what is nested without end."""
    return _Words().read(data)
