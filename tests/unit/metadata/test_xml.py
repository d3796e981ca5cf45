"""Values become text and attributes that every XML reader takes, whatever characters they hold."""

from __future__ import annotations

import sys

import pytest
from lxml import etree

from metadata.xml import attribute, text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("询问笔录 1.txt", "询问笔录 1.txt"),
        ("a<b>&c", "a&lt;b&gt;&amp;c"),
        ("a\rb\nc", "a b\nc"),
        ("a\x00b\ud800\ufffe", "a\ufffdb\ufffd\ufffd"),
        ("\U00020000\u200b", "\U00020000\u200b"),
    ],
)
def test_a_value(value: str, written: str) -> None:
    assert text(value) == written
    assert etree.fromstring(f"<a>{text(value)}</a>".encode()).text == written.replace("&lt;", "<").replace(
        "&gt;", ">"
    ).replace("&amp;", "&")


def test_every_character_that_is_taken_as_it_is_can_stand_in_xml() -> None:
    printable = "".join(char for char in map(chr, range(sys.maxunicode + 1)) if char.isprintable())
    assert etree.fromstring(f"<a b={attribute(printable)}/>".encode()).get("b") == printable
    assert etree.fromstring(f"<a>{text(printable)}</a>".encode()).text == printable
