"""Rich Text Format: fields, changes nobody accepted, comments, hidden text; read as a stream."""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass, field
from pathlib import Path

from preserve.ingest.office_files.fields import is_filled_in, is_of_other_files, name_of
from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.xml_parts import Edit, NotLookedThrough

_TOKEN = re.compile(rb"\\([a-zA-Z]+)(-?\d+)? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}]{1,65536})", re.DOTALL)
_MOST = 1 << 30
_DEEPEST = 2000
_SHOWN = 60
_DAYS = frozenset((b"chdate", b"chtime", b"chdpl", b"chdpa"))


@dataclass(slots=True)
class _Group:
    name: bytes = b""
    ignorable: bool = False
    hidden: bool = False
    changed: bool = False
    words: list[bytes] = field(default_factory=list)
    first_word: tuple[int, int] = (0, 0)
    instruction: str = ""
    instruction_place: tuple[int, int] = (0, 0)


class RichText:
    """A document; `edits` give each field that would be filled in anew a name that no program knows."""

    def __init__(self, remarks: Remarks) -> None:
        self.edits: list[Edit] = []
        self._remarks = remarks
        self._groups: list[_Group] = [_Group()]
        self._replaced = False

    def read(self, path: Path) -> None:
        """Go through the file. Raises NotLookedThrough for what has no end, and OSError."""
        if path.stat().st_size > _MOST:
            raise NotLookedThrough(f"more than {_MOST} bytes")
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for found in _TOKEN.finditer(data):
                self._token(found)

    def _token(self, found: re.Match[bytes]) -> None:
        word, number, hexadecimal, sign, brace, words = found.groups()
        group = self._groups[-1]
        if brace == b"{":
            if len(self._groups) > _DEEPEST:
                raise NotLookedThrough("groups within groups without end")
            self._groups.append(_Group(hidden=group.hidden, changed=group.changed))
        elif brace == b"}":
            if len(self._groups) > 1:
                self._group_ends(self._groups.pop())
        elif word:
            self._word(group, word, number)
            if word == b"u" and number:
                letter = chr(int(number) % 65536)
                self._words(group, letter.encode("gb18030", "replace"), found.start(), found.end())
            if word in _DAYS:
                self._remarks.add("field-empty", word.decode())
                self.edits.append(Edit(found.start(), found.end(), lambda raw: ""))
        elif sign == b"*":
            group.ignorable = True
        elif hexadecimal and not self._replaced:
            self._words(group, bytes.fromhex(hexadecimal.decode()), found.start(), found.end())
        elif words and words.strip():
            self._words(group, words, found.start(), found.end())
        # Behind each \\u stands what older programs show in its place.
        self._replaced = word == b"u"

    def _word(self, group: _Group, word: bytes, number: bytes | None) -> None:
        on = number != b"0"
        if word in (b"fldinst", b"fldrslt", b"field", b"annotation", b"objdata", b"object") and not group.name:
            group.name = word
            if word == b"annotation":
                self._remarks.add("comment")
            elif word == b"objdata":
                self._remarks.add("embedded")
        elif word == b"v":
            group.hidden = on
        elif word in (b"revised", b"deleted"):
            group.changed = on
            if on:
                self._remarks.add("tracked-change")
        elif word == b"plain":
            group.hidden = group.changed = False

    def _words(self, group: _Group, words: bytes, start: int, end: int) -> None:
        for outer in reversed(self._groups):
            if outer.name in (b"fldinst", b"fldrslt"):
                if not outer.words:
                    outer.first_word = (start, end)
                if sum(map(len, outer.words)) < _SHOWN:
                    outer.words.append(words)
                break
        if group.hidden and not group.ignorable:
            self._remarks.add("hidden-text")

    def _group_ends(self, ended: _Group) -> None:
        around = next((one for one in reversed(self._groups) if one.name == b"field"), None)
        said = b"".join(ended.words).decode("latin-1").strip()
        if ended.name == b"fldinst" and around is not None:
            around.instruction, around.instruction_place = said, ended.first_word
        elif ended.name == b"fldrslt" and around is not None:
            around.words.append(b"".join(ended.words))
        elif ended.name == b"field":
            self._field_ends(ended)

    def _field_ends(self, ended: _Group) -> None:
        name = name_of(ended.instruction)
        if is_of_other_files(name):
            self._remarks.add("link", ended.instruction)
        if not is_filled_in(name):
            return
        shown = b"".join(ended.words).decode("gb18030", "replace").strip()
        self._remarks.add("field-frozen" if shown else "field-empty", f"{name}: {shown}" if shown else name)
        start, end = ended.instruction_place
        if end > start:
            self.edits.append(Edit(start, end, lambda raw: " PRESERVED "))
