"""Rich text: Chinese by bytes and by numbers, what is no word, and the form that Outlook packs it in."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.ingest.extraction.rich_words import unpacked, words_of

_PACKED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
"""The example of [MS-OXRTFCP] §4.1."""


def _read(text: bytes) -> str:
    return "".join(words_of(text))


def _hex(words: str, encoding: str = "gb18030") -> bytes:
    return b"".join(b"\\'%02x" % sign for sign in words.encode(encoding))


def test_the_example_of_the_specification_is_unpacked() -> None:
    assert unpacked(_PACKED) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_runs_may_reach_into_themselves() -> None:
    packed = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert unpacked(packed) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"  # [MS-OXRTFCP] §4.2


@pytest.mark.parametrize(
    "data", [b"", b"x" * 15, _PACKED[:8] + b"abcd" + _PACKED[12:], struct.pack("<II4sI", 9, 1 << 31, b"LZFu", 0)]
)
def test_what_is_not_so_packed_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpacked(data)


@given(st.binary(max_size=300))
def test_anything_behind_the_head_ends(data: bytes) -> None:
    assert len(unpacked(struct.pack("<II4sI", len(data) + 12, 5000, b"LZFu", 0) + data)) <= 5000


@given(
    st.lists(st.sampled_from([b"{", b"}", b"\\par ", b"\\u26426?", b"\\'b4", b"\\*", b"\\bin9 ", b"\\f1", b"x", b"\\"]))
)
def test_any_order_of_signs_ends(signs: list[bytes]) -> None:
    _read(b"{\\rtf1 " + b"".join(signs))


def test_chinese_stands_by_bytes_by_numbers_and_by_the_font() -> None:
    fonts = (
        b"{\\fonttbl{\\f0\\fcharset134 SimSun;}{\\f1\\fcharset136 "
        + _hex("細明體", "big5")
        + b";}{\\f2\\fcharset0 Arial;}}"
    )
    body = b"\\f0 " + _hex("当事人") + b"\\par\\f1 " + _hex("處罰", "big5") + b"\\f2\\uc1 \\u20915?\\u23450? end\\tab x"
    assert _read(b"{\\rtf1\\ansi\\ansicpg936" + fonts + body + b"}") == "当事人\n處罰决定 end\tx"


def test_what_stands_for_older_programs_is_left_out() -> None:
    assert _read(b"{\\rtf1\\uc2\\u55357??\\u56832??\\uc0\\u26426 z}") == "\U0001f600机z"


def test_tables_pictures_and_unknown_destinations_are_no_words() -> None:
    text = rb"{\rtf1{\info{\title Title}}{\colortbl;\red0;}{\pict\jpegblip ffd8ffe0}{\*\unknown secret}{\*\shpinst{\shptxt box}}a\bin4 \{}}b}"
    assert _read(text).replace("Title", "") == "boxab"


def test_a_page_of_html_inside_gives_its_words_once() -> None:
    text = rb"{\rtf1\ansi\ansicpg936\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 \'c4\'e3\htmlrtf }\htmlrtf0 x}"
    assert _read(text) == "你x"


def test_groups_without_end_are_refused() -> None:
    with pytest.raises(ValueError):
        _read(b"{\\rtf1" + b"{" * 10_000)
