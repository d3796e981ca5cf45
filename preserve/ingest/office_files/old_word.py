"""Word 97 documents ([MS-DOC]): which fields are filled in anew, and how they are kept from it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from preserve.ingest.office_files.fields import is_filled_in, is_of_other_files, name_of
from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.xml_parts import NotLookedThrough

_FIELD_TABLES = (  # place among the pairs of the FIB, and how many texts lie before its own
    (16, 0),
    (17, 2),
    (18, 1),
    (19, 4),
    (48, 5),
    (57, 6),
    (59, 7),
)
_PAIRS = 0x9A
_LENGTHS = 0x4C  # ccpText and what follows it
_CLX = 33
_BEGIN, _SEPARATE, _END = 0x13, 0x14, 0x15
_SHOWN = 60
_NAMELESS = 2  # «perhaps a bookmark»: a kind of field that nobody fills in, so that its saved result is shown


@dataclass(slots=True)
class _Field:
    start: int
    place: int  # of its kind, in the table stream
    separated: int = -1


class OldWord:
    """The two streams of a document; `hold` changes the kinds of fields in `table`."""

    def __init__(self, main: bytes, table: bytes) -> None:
        self._main, self.table = main, bytearray(table)
        if len(main) < 0x300 or struct.unpack_from("<H", main)[0] != 0xA5EC:
            raise NotLookedThrough("no Word 97 document")
        self._pieces = list(self._read_pieces())

    @staticmethod
    def table_name(main: bytes) -> str:
        """Which of the two table streams counts."""
        return "1Table" if main[0x0B:0x0C] and main[0x0B] & 2 else "0Table"

    def _pair(self, number: int) -> tuple[int, int]:
        place = _PAIRS + 8 * number
        offset, length = struct.unpack_from("<II", self._main, place)
        return (offset, length) if offset + length <= len(self.table) else (0, 0)

    def _read_pieces(self) -> Iterator[tuple[int, int, int, bool]]:
        """First and last character, where they lie, and whether each is one byte."""
        start, length = self._pair(_CLX)
        place, end = start, start + length
        while place < end and self.table[place] == 1:
            place += 3 + struct.unpack_from("<H", self.table, place + 1)[0]
        if place + 5 > end or self.table[place] != 2:
            return
        count = (struct.unpack_from("<I", self.table, place + 1)[0] - 4) // 12
        place += 5
        if count < 0 or place + 12 * count + 4 > len(self.table):
            return
        bounds = struct.unpack_from(f"<{count + 1}I", self.table, place)
        for number in range(count):
            told = struct.unpack_from("<I", self.table, place + 4 * (count + 1) + 8 * number + 2)[0]
            single = bool(told & 0x40000000)
            offset = (told & 0x3FFFFFFF) // 2 if single else told
            yield bounds[number], bounds[number + 1], offset, single

    def _text(self, start: int, end: int) -> str:
        end = min(end, start + 512)
        said = ""
        for first, last, offset, single in self._pieces:
            low, high = max(start, first), min(end, last)
            if low >= high:
                continue
            width = 1 if single else 2
            raw = self._main[offset + (low - first) * width : offset + (high - first) * width]
            said += raw.decode("cp1252" if single else "utf-16-le", "replace")
        return said

    def hold(self, remarks: Remarks) -> bool:
        """Take their kind from the fields that would be filled in anew. Whether there were any."""
        lengths = struct.unpack_from("<8I", self._main, _LENGTHS)
        changed = False
        for number, before in _FIELD_TABLES:
            start, length = self._pair(number)
            count = (length - 4) // 6
            if count <= 0:
                continue
            places = struct.unpack_from(f"<{count}I", self.table, start)
            kinds = start + 4 * (count + 1)
            changed |= self._hold_table(places, kinds, sum(lengths[:before]), remarks)
        return changed

    def _hold_table(self, places: tuple[int, ...], kinds: int, before: int, remarks: Remarks) -> bool:
        fields: list[_Field] = []
        changed = False
        for number, place in enumerate(places):
            what = self.table[kinds + 2 * number] & 0x1F
            if what == _BEGIN:
                fields.append(_Field(before + place, kinds + 2 * number + 1))
            elif what == _SEPARATE and fields:
                fields[-1].separated = before + place
            elif what == _END and fields:
                changed |= self._hold_field(fields.pop(), before + place, remarks)
        return changed

    def _hold_field(self, ended: _Field, end: int, remarks: Remarks) -> bool:
        separated = ended.separated
        name = name_of(self._text(ended.start + 1, separated if separated >= 0 else end))
        if is_of_other_files(name):
            remarks.add("link", name)
        if not is_filled_in(name):
            return False
        shown = self._text(separated + 1, end).strip()[:_SHOWN] if separated >= 0 else ""
        shown = "".join(letter for letter in shown if letter >= " ")
        remarks.add("field-frozen" if shown else "field-empty", f"{name}: {shown}" if shown else name)
        self.table[ended.place] = _NAMELESS
        return True
