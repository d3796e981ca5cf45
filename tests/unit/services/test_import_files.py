"""Lines that runs of a campaign add."""

from __future__ import annotations

from pathlib import Path

from preserve.services.import_files import _lines, add_line


def test_a_line_that_a_killed_run_cut_off_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.jsonl"
    add_line(file, {"case": 1})
    with file.open("ab") as out:
        out.write(b'{"case": 2, "sta')
    add_line(file, {"case": 3})
    assert [row["case"] for row in _lines(file)] == [1, 3]
