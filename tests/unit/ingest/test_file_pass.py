"""One pass over each file: the archive's time zone is where the cameras' clocks run."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from preserve.ingest.facts import Character, from_json
from preserve.ingest.file_pass import Batch, Job, take_batch, take_file

_NAME = "IMG_20260312_093015.txt"
_HERE = ZoneInfo("Asia/Urumqi")  # 03:30:15 UTC, where China's time would be 01:30:15


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / _NAME).write_text("现场记录", encoding="utf-8")
    return folder


def test_a_batch_and_a_single_file_read_the_clock_in_that_zone(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    job = Job(1, _NAME, _NAME, (source / _NAME).stat().st_size)
    batch = Batch(str(source), str(target), "", _HERE, ("sha256",), (job,))
    (in_batch,) = take_batch(batch)
    (target / _NAME).unlink()
    alone = take_file(batch, lambda moved: None)
    for taken in (in_batch, alone):
        started = from_json(Character, taken.characterised).started
        assert started is not None
        assert started.isoformat() == "2026-03-12T03:30:15+00:00"
