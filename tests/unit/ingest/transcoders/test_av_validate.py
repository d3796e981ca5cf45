"""MediaConch judges our Matroska files, and what it says is kept as it is."""

from __future__ import annotations

from pathlib import Path

from preserve.ingest.transcoders.av_validate import validate
from tests.support.material.corpus import make_media


def _silent(seconds: float) -> None:
    """Nobody watches."""


def test_a_good_file_passes_and_what_is_no_matroska_does_not(tmp_path: Path) -> None:
    path = make_media(tmp_path, "ffv1.mkv")["ffv1.mkv"]
    validation = validate(path, _silent)
    assert validation.outcome == "pass"
    assert validation.tool.startswith("MediaConch 2")
    assert validation.command == ("mediaconch", "-mc", "-fs", "RESULT")
    assert validation.detail == "pass! RESULT"
    wrong = tmp_path / "wrong.mkv"
    wrong.write_bytes(path.read_bytes()[:2000])
    assert validate(wrong, _silent).outcome == "fail"
