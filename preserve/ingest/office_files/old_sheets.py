"""Excel 97 workbooks (BIFF8, [MS-XLS]): each formula becomes the result that was saved with it, in the same bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from preserve.ingest.office_files.cells import held_header, letters_of
from preserve.ingest.office_files.remarks import Remarks

_FORMULA, _STRING, _NUMBER, _LABEL, _ERROR = 0x0006, 0x0207, 0x0203, 0x0204, 0x0205
_HEADER, _FOOTER, _BEGINNING, _SHEET = 0x0014, 0x0015, 0x0809, 0x0085
_SHARED = (0x04BC, 0x0221, 0x0236)  # what a formula that is told once for many cells is followed by
_FILLER = 0x0FFF  # a record that nobody knows and everybody passes over
_VOLATILE = {63: "RAND", 74: "NOW", 78: "OFFSET", 125: "CELL", 148: "INDIRECT", 221: "TODAY", 244: "INFO", 255: ""}
_MOST_FORMULAS = 2_000_000


@dataclass(slots=True)
class _Record:
    kind: int
    place: int  # of its four leading bytes
    length: int

    @property
    def end(self) -> int:
        return self.place + 4 + self.length


@dataclass(slots=True)
class OldWorkbook:
    """The bytes of the Workbook stream; `hold` changes them in place."""

    data: bytearray
    sheets: list[str] = field(default_factory=list)

    def records(self) -> list[_Record]:
        """All records that are not cut off; those of an encrypted book are not to be read."""
        found, place = [], 0
        while place + 4 <= len(self.data):
            kind, length = struct.unpack_from("<HH", self.data, place)
            if place + 4 + length > len(self.data):
                break
            found.append(_Record(kind, place, length))
            place += 4 + length
        return found

    def hold(self, remarks: Remarks) -> bool:
        """Put results in place of formulas. Whether anything was changed."""
        records = self.records()
        if any(record.kind == 0x002F for record in records[:8]):  # FILEPASS
            return False
        changed, sheet = False, -1
        for number, record in enumerate(records):
            if record.kind == _SHEET:
                self._sheet(record)
            elif record.kind == _BEGINNING:
                sheet += 1
            elif record.kind == _FORMULA and record.length >= 22:
                name = self.sheets[sheet - 1] if 0 < sheet <= len(self.sheets) else str(sheet)
                changed |= self._formula(record, records[number + 1 : number + 3], name, remarks)
            elif record.kind in (_HEADER, _FOOTER):
                changed |= self._header(record, remarks)
        return changed

    def _sheet(self, record: _Record) -> None:
        raw = bytes(self.data[record.place + 10 : record.end])
        if len(raw) < 2:
            return
        wide = raw[1] & 1
        name = raw[2 : 2 + raw[0] * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1", "replace")
        self.sheets.append(name)

    def _formula(self, record: _Record, after: list[_Record], sheet: str, remarks: Remarks) -> bool:
        body = record.place + 4
        row, column, _ = struct.unpack_from("<HHH", self.data, body)
        where = f"{sheet}!{letters_of(column + 1)}{row + 1}"
        functions = _functions(bytes(self.data[body + 22 : record.end]))
        held = self._result(record, after)
        if functions:
            remarks.add("formula-frozen" if held else "formula-live", f"{where} {functions}".strip())
        return held

    def _result(self, record: _Record, after: list[_Record]) -> bool:
        """Put the record of its result in its place. Whether that could be done."""
        body = record.place + 4
        result = bytes(self.data[body + 6 : body + 14])
        if result[6:8] != b"\xff\xff":
            self._write(record, _NUMBER, bytes(self.data[body : body + 14]), record.end)
            return True
        kind = result[0]
        if kind == 0:
            return self._words(record, after)
        if kind in (1, 2):
            value = bytes((result[2], 1 if kind == 2 else 0))
            self._write(record, _ERROR, bytes(self.data[body : body + 6]) + value, record.end)
            return True
        if kind == 3:  # an empty text
            self._write(record, _LABEL, bytes(self.data[body : body + 6]) + b"\0\0\0", record.end)
            return True
        return False

    def _words(self, record: _Record, after: list[_Record]) -> bool:
        """A result that is text stands in the next record; between them may be the formula of many cells."""
        body = record.place + 4
        said = next((one for one in after if one.kind == _STRING), None)
        if said is None or (said is not after[0] and after[0].kind not in _SHARED):
            return False
        words = bytes(self.data[said.place + 4 : said.end])
        if len(words) < 3 or words[2] & ~1:  # formatted, or going on in another record
            return False
        length, wide = struct.unpack_from("<H", words)[0], words[2] & 1
        if 3 + length * (1 + wide) > len(words):
            return False
        label = bytes(self.data[body : body + 6]) + words
        if said is after[0]:
            self._write(record, _LABEL, label, said.end)
        elif 4 + len(label) <= said.end - said.place:
            self._write(said, _LABEL, label, said.end)
            self._write(record, _FILLER, b"", record.end)
        else:
            return False
        return True

    def _write(self, record: _Record, kind: int, content: bytes, end: int) -> None:
        """A record of this kind in place of `record`, and one that says nothing in what is left before `end`."""
        place = record.place
        left = end - place - 4 - len(content)
        self.data[place : place + 4 + len(content)] = struct.pack("<HH", kind, len(content)) + content
        if left >= 4:
            filler = struct.pack("<HH", _FILLER, left - 4) + b"\0" * (left - 4)
            self.data[end - left : end] = filler

    def _header(self, record: _Record, remarks: Remarks) -> bool:
        """`&D` and its like get a form of the same length: `&&` shows as `&`, and the letter is left out."""
        raw = bytes(self.data[record.place + 4 : record.end])
        if len(raw) < 3:
            return False
        encoding = "utf-16-le" if raw[2] & 1 else "latin-1"
        words = raw[3:].decode(encoding, "replace")
        _, codes = held_header(words)
        if not codes:
            return False
        remarks.add("field-empty", " ".join(codes))
        for code in codes:
            for form in (code, code.lower()):
                words = words.replace(form, "&&")
        content = words.encode(encoding, "replace")
        self.data[record.place + 7 : record.place + 7 + len(content)] = content
        return True


def _functions(tokens: bytes) -> str:
    """A function among the tokens whose result changes by itself; `?` where the whole is marked as such."""
    for number, name in _VOLATILE.items():
        for token in (b"\x21", b"\x41", b"\x61"):
            if name and token + struct.pack("<H", number) in tokens:
                return name
        for token in (b"\x22", b"\x42", b"\x62"):
            place = tokens.find(token)
            while name and place >= 0:
                if tokens[place + 2 : place + 4] == struct.pack("<H", number):
                    return name
                place = tokens.find(token, place + 1)
    return "?" if b"\x19\x01" in tokens[:4] else ""
