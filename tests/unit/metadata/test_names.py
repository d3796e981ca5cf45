"""Stored names are safe and unique; the depositor's names can be had back from XML byte for byte."""

from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from metadata.names import one_name, original_bytes, safe_names, text_of, xml_name

PART = st.text(st.characters(exclude_characters="/\x00"), min_size=1, max_size=140)
PATHS = st.lists(st.lists(PART, min_size=1, max_size=5).map("/".join), unique=True, max_size=12)


@given(PATHS)
def test_stored_names_are_safe_everywhere(paths: list[str]) -> None:
    names = list(safe_names(paths))
    assert len(names) == len(paths)
    for name in names:
        assert unicodedata.is_normalized("NFC", name)
        for part in name.split("/"):
            assert part not in ("", ".", "..") and part == part.rstrip(" .\u3000\xa0")
            assert len(part) <= 110 and len(part.encode()) <= 255
            assert not set(part) & set('%\\:*?"<>|\n\r\t\u2028\u2029')
            assert all(ord(letter) >= 32 and ord(letter) <= 0xFFFF for letter in part)


@given(PATHS)
def test_no_two_stored_names_are_one_where_case_is_folded(paths: list[str]) -> None:
    keys = [unicodedata.normalize("NFC", name.casefold()) for name in safe_names(paths)]
    assert len(set(keys)) == len(keys)


@given(PATHS)
def test_stored_names_are_the_same_every_time(paths: list[str]) -> None:
    assert list(safe_names(paths)) == list(safe_names(paths))


@given(st.lists(st.binary(min_size=1, max_size=60).filter(lambda b: b"\x00" not in b and b"/" not in b), max_size=6))
def test_names_of_any_bytes_are_stored_as_utf8(raw: list[bytes]) -> None:
    for name in safe_names(os.fsdecode(one) for one in raw):
        assert name.encode()


@given(st.binary(max_size=200))
def test_depositors_bytes_come_back_from_xml(raw: bytes) -> None:
    name = xml_name(raw.decode("utf-8", "surrogateescape"))
    element = etree.Element("x")
    element.text = name  # raises ValueError for what XML cannot hold
    again = etree.fromstring(etree.tostring(element)).text or ""
    assert original_bytes(again) == raw


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        ("笔录/询问笔录.docx", "笔录/询问笔录.docx"),
        ("CON.txt", "_CON.txt"),
        ("100%.txt", "100_.txt"),
        ("a:b?.txt", "a_b_.txt"),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
        ("末尾 ", "末尾"),
        ("...", "_"),
    ],
)
def test_examples(path: str, stored: str) -> None:
    assert list(safe_names([path])) == [stored]


def test_names_that_meet_are_numbered_in_the_order_they_come() -> None:
    assert list(safe_names(["A.txt", "a.txt", "a.TXT", "D/x", "d/x"])) == [
        "A.txt",
        "a (2).txt",
        "a (3).TXT",
        "D/x",
        "d (2)/x",
    ]


def test_names_from_chinese_windows_are_read() -> None:
    assert text_of("询问笔录".encode("gb18030")) == "询问笔录"
    assert list(safe_names([os.fsdecode("现场.jpg".encode("gb18030"))])) == ["现场.jpg"]


def test_letters_of_simple_parts_are_the_same_in_every_form() -> None:
    hanzi = "".join(map(chr, range(0x4E00, 0x9FA6)))
    assert unicodedata.normalize("NFC", hanzi) == hanzi.casefold() == hanzi
    assert not any(unicodedata.category(letter) == "Cn" for letter in hanzi)
    parts = [hanzi[begin : begin + 80] for begin in range(0, len(hanzi), 80)]
    assert list(safe_names(parts)) == parts
    (shorter,) = safe_names(["文" * 81 + ".txt"])  # more bytes than a part may have
    assert len(shorter.encode()) <= 240 and shorter.endswith(".txt")


@given(st.text(max_size=200))
@example("../../x")
@example("文罚字\u202e〔2026〕1号\u200b")
def test_what_is_no_path_makes_one_name_in_which_nothing_is_unseen(text: str) -> None:
    name = one_name(text)
    assert "/" not in name and name not in ("", ".", "..") and len(name.encode()) <= 255
    assert not {unicodedata.category(sign) for sign in name} & {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
    assert list(safe_names([f"a/{name}"])) == [f"a/{name}"]
