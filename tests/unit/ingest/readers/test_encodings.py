"""Which encoding bytes are text in, and that bytes of other things are no text."""

from __future__ import annotations

import pytest

from preserve.ingest.readers.encodings import codec_of, decode, encoding_of, is_text

CHINESE = "询问笔录：问：演出有没有批准？答：没有。"
TAIWAN = "詢問筆錄：問：演出有沒有批准？答：當事人擅自變更營業性演出內容。"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (CHINESE.encode("gbk"), "gb18030"),
        (CHINESE.encode(), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8"),
        (CHINESE.encode("utf-16"), "utf-16-le"),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "utf-16-be"),
        (CHINESE.encode("utf-32"), "utf-32-le"),
        (f"1\r\n{CHINESE}\r\n".encode("utf-16-le"), "utf-16-le"),
        (f"1\r\n{CHINESE}\r\n".encode("utf-16-be"), "utf-16-be"),
        (TAIWAN.encode("big5"), "big5hkscs"),
        (b"plain words", "ascii"),
        ("联系人：王小二".encode("gbk"), "gb18030"),
        ("𠮷野家招牌一块".encode("gb18030"), "gb18030"),
    ],
    ids=[
        "gbk",
        "utf-8",
        "mark",
        "utf-16",
        "big endian",
        "utf-32",
        "no mark",
        "no mark be",
        "big5",
        "ascii",
        "short",
        "4 byte",
    ],
)
def test_bytes_speak_for_themselves(data: bytes, name: str) -> None:
    assert encoding_of(data)[0] == name
    assert decode(data)[2]
    assert is_text(data)


@pytest.mark.parametrize(
    ("declared", "data", "name"),
    [
        ("gb2312", CHINESE.encode("gbk"), "gb18030"),
        ("gb2312", CHINESE.encode(), "utf-8"),
        ("utf-8", CHINESE.encode("gbk"), "gb18030"),
        ("iso-8859-1", CHINESE.encode("gbk"), "gb18030"),
        ("us-ascii", CHINESE.encode(), "utf-8"),
        ("big5", TAIWAN.encode("big5"), "big5hkscs"),
        ("x-unknown", CHINESE.encode("gbk"), "gb18030"),
        ("hz-gb-2312", CHINESE.encode("hz"), "hz"),
    ],
)
def test_what_is_declared_counts_where_it_can_be_true(declared: str, data: bytes, name: str) -> None:
    assert encoding_of(data, declared)[0] == name


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 8,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(40),
        b"\0\0\0\x18ftypmp42",
        "㜀㤀㠀㔀".encode("gb18030") * 40,
        b"",
    ],
    ids=["all bytes", "png", "mp4", "unusual characters", "nothing"],
)
def test_what_is_no_text_is_not_taken_for_it(data: bytes) -> None:
    assert not is_text(data) or not data


def test_lines_in_several_encodings_are_each_read_and_that_is_said() -> None:
    text, name, whole = decode(CHINESE.encode("gbk") + b"\n" + CHINESE.encode() + b"\n\xff\xff\n")
    assert text.count("演出有没有批准") == 2
    assert (name, whole) == ("mixed", False)


def test_a_character_cut_in_two_at_the_end_of_what_was_read_is_no_damage() -> None:
    assert encoding_of(CHINESE.encode()[:-1], whole=False)[0] == "utf-8"
    assert encoding_of(CHINESE.encode("gbk")[:-1], whole=False)[0] == "gb18030"


def test_names_of_encodings_are_taken_in_their_widest_form() -> None:
    assert [codec_of(name) for name in ("GB2312", '"gbk"', "x-gbk", "utf8", "latin1", "none such", "")] == [
        *("gb18030", "gb18030", "gb18030", "utf-8", "", "", "")
    ]
