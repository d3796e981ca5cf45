"""The room that is reckoned by names, before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.home import Home
from preserve.ingest.receive import Deposit
from preserve.ingest.sources import Entry
from preserve.ingest.sources.folder import FolderSource
from preserve.ingest.space import reckon
from preserve.settings import Settings


def _room(tmp_path: Path, policy: str, name: str, size: int = 100 << 20) -> float:
    """How many times its size a file needs."""
    settings = Settings.model_validate({"archive_id": "a", "institution": "b", "policy": policy})
    home = Home(tmp_path, settings)
    nothing = reckon(home, _deposit(tmp_path))
    return (reckon(home, _deposit(tmp_path, Entry(name, "file", size, 0))) - nothing) / size


def _deposit(origin: Path, *files: Entry) -> Deposit:
    return Deposit(FolderSource(origin), origin, "folder", "", files, (), (), {}, "", b"", "", ())


@pytest.mark.parametrize("name", ["a.h264", "a.264", "a.H265", "录像.265"])
def test_a_bare_stream_is_kept_under_compact_alone(name: str, tmp_path: Path) -> None:
    assert 1 < _room(tmp_path, "compact", name) < 2
    assert _room(tmp_path, "lossless", name) > 10


@pytest.mark.parametrize(("name", "least", "most"), [("a.mp4", 2, 3), ("a.wmv", 16, 18), ("a.pdf", 1, 1.1)])
def test_other_files_as_before(name: str, least: float, most: float, tmp_path: Path) -> None:
    assert least < _room(tmp_path, "compact", name) < most
