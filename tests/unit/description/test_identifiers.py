"""Numbers of people and organisations by their check digits, and what a spreadsheet rounded."""

from __future__ import annotations

import pytest

from preserve.description.identifiers import doubtful, rounded


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        "11010519491231002x",
        "440524188001010014",
        "91350100M000100Y43",
        "110105491231002",
        "G12345678",
        "H0123456700",
        "",
        "007",
    ],
)
def test_what_may_be_right(number: str) -> None:
    assert not doubtful(number)


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",
        "420101198001009984",
        "91350100M000100Y44",
        "4201011980010100",
        "42010119800101001",
        "4201011980010100171",
    ],
)
def test_what_cannot_be_right(number: str) -> None:
    assert doubtful(number)


@pytest.mark.parametrize("text", ["4.20101E+17", "4.20101198001E17", "９.14E+16", "4E+17"])
def test_a_power_of_ten_was_rounded(text: str) -> None:
    assert rounded(text)


@pytest.mark.parametrize("text", ["420101198001010017", "DSJ-A2E17", "1E", ""])
def test_other_text_was_not(text: str) -> None:
    assert not rounded(text)
