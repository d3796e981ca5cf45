"""Texts in a recording: base64 for control characters, bytes without an encoding."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from preserve.ingest.readers.av_text import text_of


def _binary(data: bytes) -> dict[str, str]:
    return {"@dt": "binary.base64", "#value": base64.b64encode(data).decode()}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("iPhone 15", "iPhone 15"),
        ("执法记录仪", "执法记录仪"),
        (_binary(b"\tGoPro TCD"), "GoPro TCD"),
        (_binary("\x00执法仪\x01".encode("gb18030")), "执法仪"),
        (_binary("\t执法仪".encode()), "执法仪"),
        ({"#value": "no base64"}, ""),
        ("剪映专业版".encode().decode("latin-1"), "剪映专业版"),
        ("海康威视".encode("gbk").decode("latin-1"), "海康威视"),
        ("Café Zürich", "Café Zürich"),
        ("a\nb\x07c", "a b[U+0007]c"),
        (None, ""),
        (3, "3"),
    ],
    ids=str,
)
def test_letters_are_what_the_maker_wrote(value: Any, text: str) -> None:
    assert text_of(value) == text


def test_a_long_text_is_cut() -> None:
    assert len(text_of("x" * 10_000)) == 2000
