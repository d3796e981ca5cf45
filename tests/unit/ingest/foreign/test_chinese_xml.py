"""XML in the encodings of Chinese systems, whatever its declaration says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.errors import Refused
from preserve.ingest.foreign.chinese_xml import name_of, parsed, rows_of, text_of, values_of

TEXT = "现场检查笔录"


@pytest.mark.parametrize("declared", ["GB18030", "gb2312", "GBK", "UTF-8", ""])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_what_it_says_is_read_even_where_the_declaration_is_wrong(declared: str, encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    root = parsed(f"{head}<题名>{TEXT}</题名>".encode(encoding), "a.xml")
    assert (name_of(root), root.text) == ("题名", TEXT)


def test_bytes_of_no_encoding_are_refused() -> None:
    with pytest.raises(Refused, match=r"foreign\.encoding"):
        text_of(b"\xff\xff\x80\x81", "a.txt")


def test_document_types_and_broken_documents_are_refused() -> None:
    for data in (b"<!DOCTYPE a><a/>", b"<a>", b"<" + b"a" * 100):
        with pytest.raises(Refused, match=r"foreign\.unreadable"):
            parsed(data, "a.xml")


def test_rows_have_their_texts_and_attributes_once() -> None:
    root = parsed(
        '<目录><文件 档号="1"><题名> 甲  乙 </题名><题名>丙</题名><空/></文件><别的><x/></别的></目录>'.encode(), "a"
    )
    assert list(rows_of(root, {"文件": False})) == [(False, {"档号": "1", "题名": "甲 乙"})]
    assert values_of(root)["题名"] == "甲 乙"


@given(st.binary(max_size=400))
def test_anything_is_read_or_refused(data: bytes) -> None:
    try:
        parsed(data, "a.xml")
    except Refused as refused:
        assert refused.code in ("foreign.unreadable", "foreign.encoding")
