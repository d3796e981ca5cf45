"""BIFF8: formulas become the records of their saved results, in the same bytes."""

from __future__ import annotations

import struct

import pytest

from preserve.ingest.office_files.old_sheets import OldWorkbook
from preserve.ingest.office_files.remarks import Remarks


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _formula(result: bytes, tokens: bytes = b"\x1e\x01\x00") -> bytes:
    body = struct.pack("<HHH", 4, 1, 15) + result + struct.pack("<HIH", 0, 0, len(tokens)) + tokens
    return _record(0x0006, body)


def _string(words: str) -> bytes:
    return _record(0x0207, struct.pack("<HB", len(words), 1) + words.encode("utf-16-le"))


_WORDS = b"\0\0\0\0\0\0\xff\xff"


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (_formula(struct.pack("<d", 43532.0)), [0x0203, 0x0FFF]),
        (_formula(_WORDS) + _string("2019年"), [0x0204, 0x0FFF]),
        (_formula(_WORDS) + _record(0x04BC, b"\0" * 9) + _string("三月"), [0x0FFF, 0x04BC, 0x0006]),
        (_formula(b"\1\0\1\0\0\0\xff\xff"), [0x0205, 0x0FFF]),
        (_formula(b"\2\0\x2a\0\0\0\xff\xff"), [0x0205, 0x0FFF]),
        (_formula(b"\3\0\0\0\0\0\xff\xff"), [0x0204, 0x0FFF]),
        (_record(0x002F, b"\0\0") + _formula(struct.pack("<d", 1.0)), [0x002F, 0x0006]),
    ],
    ids=["number", "words", "shared", "truth", "error", "empty", "encrypted"],
)
def test_each_kind_of_result_has_its_record(data: bytes, kinds: list[int]) -> None:
    book = OldWorkbook(bytearray(data))
    book.hold(Remarks())
    assert len(book.data) == len(data)
    if kinds[-1] == 0x0006 and kinds[0] == 0x0FFF:  # where the words do not fit, all stays as it was
        assert bytes(book.data) == data
    else:
        assert [record.kind for record in book.records()] == kinds


def test_a_number_and_its_place_are_those_that_were_saved() -> None:
    book = OldWorkbook(bytearray(_formula(struct.pack("<d", 43532.0), b"\x19\x01\0\0\x41\xdd\0")))
    remarks = Remarks()
    assert book.hold(remarks)
    assert struct.unpack_from("<HHHd", book.data, 4) == (4, 1, 15, 43532.0)
    assert remarks.places == {"formula-frozen": ["-1!B5 TODAY"]}


def test_the_day_in_a_header_goes() -> None:
    words = "第&P页 &D"
    book = OldWorkbook(bytearray(_record(0x0014, struct.pack("<HB", len(words), 1) + words.encode("utf-16-le"))))
    assert book.hold(Remarks())
    assert bytes(book.data[7:]).decode("utf-16-le") == "第&P页 &&"


def test_what_is_cut_off_is_read_as_far_as_it_goes() -> None:
    data = _formula(struct.pack("<d", 1.0)) + struct.pack("<HH", 6, 400) + b"abc"
    assert len(OldWorkbook(bytearray(data)).records()) == 1
