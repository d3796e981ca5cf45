"""Ledger and records as they go onto a medium, and back into a home that lost them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.archival_storage.discs.sources import open_source
from preserve.archival_storage.media_contents import (
    ON_MEDIUM,
    compare_ledger,
    is_own,
    missing_records,
    take_records,
    write_ledger,
    write_records,
)
from preserve.data_management import checkpoints, ledger
from preserve.data_management.archive import Archive
from tests.support.sessions import founded


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def put_ledger(archive: Archive, root: Path) -> int:
    """Write the ledger onto a medium as a drive's session does; the entries it proves."""
    with archive.catalogue.begin() as connection:
        checkpoints.checkpoint(connection, archive.home.keys, archive.home.settings.archive_id, archive.now())
    with archive.catalogue.begin() as connection:
        checkpoints.export_segments(connection, archive.home.store / "ledger")
        size = ledger.size(connection)
    with archive.catalogue.read() as connection:
        write_ledger(archive.home, connection, root / "ledger", size, [])
    return size


def codes(archive: Archive, root: Path) -> set[str]:
    with archive.catalogue.read() as connection:
        return {finding.code for finding in compare_ledger(archive.home, connection, open_source(root), "M")}


def test_what_is_written_agrees_and_what_is_altered_is_named(archive: Archive, tmp_path: Path) -> None:
    root = tmp_path / "medium"
    root.mkdir()
    assert codes(archive, root) == set()  # no ledger yet
    assert put_ledger(archive, root) > 0 and codes(archive, root) == set()
    assert all(is_own(path.relative_to(root / "ledger").as_posix()) for path in (root / "ledger").rglob("*.*"))
    (root / "ledger" / "stranger.exe").touch()
    assert codes(archive, root) == {"ledger.stranger"}
    (root / "ledger" / "stranger.exe").unlink()
    segment = next((root / "ledger").glob("segment-*.jsonl"))
    whole = segment.read_bytes()
    segment.write_bytes(whole.replace(b"archive", b"archivE", 1))
    assert "ledger.medium-differs" in codes(archive, root)
    segment.unlink()
    assert "ledger.medium-lacks" in codes(archive, root)


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
