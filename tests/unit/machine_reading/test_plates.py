"""Number plates in lines of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.machine_reading.plates import plates_in


@pytest.mark.parametrize(
    ("line", "plates"),
    [
        ("浙J12345", [("浙J12345", True)]),
        ("浙J·8D3K6 停在门口", [("浙J·8D3K6", True)]),
        ("粤BD12345", [("粤BD12345", True)]),
        ("京A1234警", [("京A1234警", True)]),
        ("车牌号浙j12345。", [("浙j12345", True)]),
        ("J·12345", [("J·12345", False)]),
        ("折J12345", [("折J12345", False)]),
        ("浙江省", []),
        ("A12 号", []),
        ("见附件 B12345 一份", []),
        ("ﬁ浙J12345", []),
    ],
)
def test_plates(line: str, plates: list[tuple[str, bool]]) -> None:
    assert [(line[one.start : one.end], one.sure) for one in plates_in(line)] == plates


@given(st.text(max_size=60))
def test_whatever_a_line_holds(line: str) -> None:
    assert all(0 <= one.start < one.end <= len(line) for one in plates_in(line))
