"""Word 97: what is no such document, or claims more than it has, is said and not followed."""

from __future__ import annotations

import struct

import pytest

from preserve.ingest.office_files.old_word import OldWord
from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.xml_parts import NotLookedThrough


def _document(table: bytes, pairs: dict[int, tuple[int, int]], text: str) -> OldWord:
    """The two streams: pieces of one-byte text behind the head, and a table with these pairs of offset and length."""
    main = bytearray(0x400)
    struct.pack_into("<H", main, 0, 0xA5EC)
    struct.pack_into("<I", main, 0x4C, len(text))
    for number, (offset, length) in pairs.items():
        struct.pack_into("<II", main, 0x9A + 8 * number, offset, length)
    return OldWord(bytes(main) + text.encode("cp1252"), table)


_TEXT = "A\x13 DATE \x142019-03-08\x15B"
_PIECES = b"\x02" + struct.pack("<I", 16) + struct.pack("<II", 0, len(_TEXT)) + struct.pack("<HIH", 0, 0x40000800, 0)
_FIELDS = struct.pack("<IIII", 1, 8, 19, len(_TEXT)) + bytes((0x13, 31, 0x14, 0, 0x15, 0))


def test_a_field_loses_its_kind_and_keeps_its_words() -> None:
    document = _document(_PIECES + _FIELDS, {33: (0, len(_PIECES)), 16: (len(_PIECES), len(_FIELDS))}, _TEXT)
    remarks = Remarks()
    assert document.hold(remarks)
    assert remarks.places == {"field-frozen": ["DATE: 2019-03-08"]}
    before, after = _PIECES + _FIELDS, bytes(document.table)
    assert [number for number in range(len(before)) if before[number] != after[number]] == [len(before) - 5]


def test_a_page_number_is_left_alone() -> None:
    text = _TEXT.replace("DATE", "PAGE")
    document = _document(_PIECES + _FIELDS, {33: (0, len(_PIECES)), 16: (len(_PIECES), len(_FIELDS))}, text)
    assert not document.hold(Remarks())


@pytest.mark.parametrize("pair", [(0, 1 << 31), (1 << 31, 16), (4, 3)])
def test_tables_that_lead_out_of_the_stream_are_none(pair: tuple[int, int]) -> None:
    document = _document(_PIECES, {33: (0, len(_PIECES)), 16: pair}, _TEXT)
    assert not document.hold(Remarks())


@pytest.mark.parametrize("main", [b"", b"\xec\xa5", bytes(0x400)])
def test_what_is_no_word_document_is_not_looked_through(main: bytes) -> None:
    with pytest.raises(NotLookedThrough):
        OldWord(main, b"")
