"""Rich Text: fields are held in place, and what is not shown is noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.office_files.holding import hold


def _rtf(folder: Path, inside: str) -> Path:
    path = folder / "a.rtf"
    path.write_bytes(b"{\\rtf1\\ansi\\ansicpg936 " + inside.encode("ascii") + b"}")
    return path


@pytest.mark.parametrize(
    ("result", "shown"),
    [("2019-03-08", "2019-03-08"), ("2019\\u24180\\'3f3\\u26376\\'3f", "2019年3月"), ("2019\\'c4\\'ea", "2019年")],
    ids=["digits", "unicode", "gbk"],
)
def test_a_field_is_held_with_what_it_showed(tmp_path: Path, result: str, shown: str) -> None:
    path = _rtf(tmp_path, '{\\field{\\*\\fldinst { DATE \\\\@ "yyyy"}}{\\fldrslt {' + result + "}}}")
    remarks = hold(path, tmp_path / "b.rtf")
    assert remarks.places == {"field-frozen": [f"DATE: {shown}"]}
    text = (tmp_path / "b.rtf").read_text(encoding="ascii")
    assert "PRESERVED" in text
    assert "DATE" not in text
    assert result in text


def test_days_without_a_saved_value_are_left_out_and_told(tmp_path: Path) -> None:
    remarks = hold(_rtf(tmp_path, "printed \\chdate  at {\\field{\\*\\fldinst PAGE}{\\fldrslt 1}}"), tmp_path / "b.rtf")
    assert remarks.places == {"field-empty": ["chdate"]}
    assert b"chdate" not in (tmp_path / "b.rtf").read_bytes()


def test_changes_comments_hidden_text_and_objects_are_noted(tmp_path: Path) -> None:
    inside = "{\\revised new}{\\deleted old}{\\v hidden}{\\*\\annotation note}{\\object{\\*\\objdata 00}}{\\v0 shown}"
    remarks = hold(_rtf(tmp_path, inside), tmp_path / "b.rtf")
    assert remarks.counts == {"tracked-change": 2, "hidden-text": 1, "comment": 1, "embedded": 1}


def test_groups_without_end_are_not_looked_through(tmp_path: Path) -> None:
    assert list(hold(_rtf(tmp_path, "{" * 5000), tmp_path / "b.rtf").counts) == ["not-looked-through"]
