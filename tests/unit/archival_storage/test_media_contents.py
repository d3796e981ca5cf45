"""Ledger and records as they go onto a medium, and back into a home that lost them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.archival_storage.discs.sources import open_source
from preserve.archival_storage.media_contents import ON_MEDIUM, missing_records, take_records, write_records
from preserve.data_management import looks_segments
from preserve.data_management.archive import Archive
from preserve.data_management.looks_sealing import FOLDER as LOOKS
from tests.support.sessions import founded


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def test_records_go_once_and_come_back(archive: Archive, tmp_path: Path) -> None:
    home, root = archive.home, tmp_path / "drive"
    (home.store / "holds" / "H2026-0001").mkdir(parents=True)
    (home.store / "holds" / "H2026-0001" / "0001.json").write_text("{}")
    (home.store / "holds" / "H2026-0001" / ".scratch").touch()
    home.profiles.mkdir(exist_ok=True)
    (home.profiles / "terms.toml").write_text("a = 1\n")
    wanted = {"holds/H2026-0001/0001.json", "profiles/terms.toml"}
    assert wanted <= set(missing_records(home, root)) and not any(
        ".scratch" in name for name in missing_records(home, root)
    )
    assert write_records(home, root) >= 2 and list(missing_records(home, root)) == []
    assert (root / ON_MEDIUM / "holds/H2026-0001/0001.json").read_text() == "{}"
    (home.profiles / "terms.toml").write_text("a = 2\n")  # a drive has the rules as they were when it was last here
    assert list(missing_records(home, root)) == ["profiles/terms.toml"]
    (home.store / "holds" / "H2026-0001" / "0001.json").unlink()
    assert take_records(home, open_source(root)) == 1
    assert (home.store / "holds" / "H2026-0001" / "0001.json").read_text() == "{}"
    assert (home.profiles / "terms.toml").read_text() == "a = 2\n"  # what is there already is never replaced


def test_a_drive_follows_when_segments_of_looks_are_joined(archive: Archive, tmp_path: Path) -> None:
    home, root = archive.home, tmp_path / "drive"
    folder = home.store / LOOKS
    for number in range(1, 10):
        folder.mkdir(exist_ok=True)
        (folder / looks_segments.name_of(number, number)).write_text(f"{number}\n")
        write_records(home, root)
    assert len(looks_segments.segments(root / ON_MEDIUM / LOOKS)) == 9
    assert looks_segments.join(folder) == 1
    assert write_records(home, root) == 1
    on_drive = [path.name for _, _, path in looks_segments.segments(root / ON_MEDIUM / LOOKS)]
    assert on_drive == [path.name for _, _, path in looks_segments.segments(folder)]
    assert on_drive == [looks_segments.name_of(1, 8), looks_segments.name_of(9, 9)]
    assert list(looks_segments.lines(root / ON_MEDIUM / LOOKS)) == [str(number) for number in range(1, 10)]
