"""The log of situations of others names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent.parent
ROWS = [
    line.split("|")[1:-1]
    for line in (TESTS / "strangers" / "log.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|")
][2:]


def test_every_row_says_source_kind_result_and_a_test() -> None:
    assert len(ROWS) > 60
    assert [row for row in ROWS if len(row) != 4 or not all(cell.strip() for cell in row[:3])] == []


def test_every_test_that_is_named_is_there() -> None:
    known = {path.name for path in TESTS.rglob("test_*.py")}
    named = {name for row in ROWS for name in re.findall(r"test_\w+\.py", row[3])}
    assert named - known == set()
