"""Copies of the catalogue: whole, readable, private, few; none is left where one could not be made."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from preserve.data_management import backup
from preserve.data_management.archive import Archive
from preserve.errors import Stopped
from tests.support.sessions import founded

pytestmark = pytest.mark.sqlite

MOMENT = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def make(archive: Archive, moment: datetime = MOMENT) -> backup.Backup:
    return backup.back_up(archive.home, archive.catalogue, actor="li", moment=moment, progress=lambda moved: None)


def test_a_copy_has_every_row_and_only_its_owner_reads_it(archive: Archive) -> None:
    made = make(archive)
    path = backup.folder_of(archive.home) / made.name
    assert hashlib.sha256(path.read_bytes()).hexdigest() == made.sha256 and path.stat().st_size == made.size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(sqlite3.connect(path)) as copy, closing(sqlite3.connect(archive.home.catalogue)) as own:
        count = "SELECT count(*) FROM ledger"
        assert copy.execute(count).fetchone()[0] == own.execute(count).fetchone()[0] - 1  # the copy's own entry
    assert sorted(file.name for file in path.parent.iterdir()) == [made.name]


def test_the_oldest_go_and_all_go_when_something_was_destroyed(archive: Archive) -> None:
    names = [make(archive, MOMENT + timedelta(hours=hour)).name for hour in range(backup.KEPT + 2)]
    assert [one.name for one in backup.backups(archive.home)] == names[:1:-1]
    backup.drop_all(archive.home)
    assert backup.backups(archive.home) == [] and not list(backup.folder_of(archive.home).iterdir())


def test_one_that_was_stopped_leaves_nothing(archive: Archive) -> None:
    def stop(moved: int) -> None:
        raise Stopped("work.stopped")

    with pytest.raises(Stopped):
        backup.back_up(archive.home, archive.catalogue, actor="li", moment=MOMENT, progress=stop)
    assert not list(backup.folder_of(archive.home).iterdir())
