"""Rules for archival numbers that no number could be made by are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.administration.numbering.profile import read_numbering
from preserve.errors import Refused
from preserve.profiles import SHIPPED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('kind = "fonds"', 'kind = "code"'),
        ("level = 3", "level = 4"),
        ("level = 3", "level = 2"),
        ('kind = "sequence"', 'kind = "year"'),
        ('permanent = "Y"\n', ""),
        ('permanent = "Y"', 'permanent = "D30"'),
        ('values = ["ZF"]', 'values = ["Z-F"]'),
        ('values = ["ZF"]', 'values = ["ZF"]\nby_type = { coercion = "QZ" }'),
        ("least = 3", "least = 5"),
        ('use = "check"', 'use = "guess"'),
    ],
)
def test_what_makes_no_number_is_refused(tmp_path: Path, before: str, after: str) -> None:
    text = (SHIPPED / "numbering.toml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "numbering.toml").write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_numbering(tmp_path)
    assert refused.value.code == "profile.wrong"


def test_to_give_numbers_each_code_has_a_value(tmp_path: Path) -> None:
    text = (SHIPPED / "numbering.toml").read_text(encoding="utf-8").replace('values = ["ZF"]', "")
    (tmp_path / "numbering.toml").write_text(text, encoding="utf-8")
    assert read_numbering(tmp_path).part[2].values == ()
    (tmp_path / "numbering.toml").write_text(text.replace('use = "check"', 'use = "give"'), encoding="utf-8")
    with pytest.raises(Refused):
        read_numbering(tmp_path)
