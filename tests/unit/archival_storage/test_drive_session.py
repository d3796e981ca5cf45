"""A sitting at a drive: what it changes on the drive and in the inventory, and what one that was cut off leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.archival_storage.drive_session import DriveSession
from preserve.archival_storage.guide import OWN
from preserve.archival_storage.media import MediumWish, add_medium, require_medium
from preserve.archival_storage.opening import Opened, open_medium
from preserve.archival_storage.policy import read_policy
from preserve.archival_storage.replicate import replicate
from preserve.data_management.archive import Archive
from preserve.data_management.holdings import MediumRow
from storage_adapters.drive import DriveAdapter
from storage_adapters.errors import WrongMedium
from storage_adapters.marker import read_marker
from tests.support.loop import Loop, loop
from tests.support.sessions import founded


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Loop]:
    with loop(tmp_path) as made:
        yield made


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def row_of(archive: Archive) -> MediumRow:
    with archive.catalogue.read() as connection:
        return require_medium(connection, "DRV-01")


def opened(archive: Archive, place: Path) -> DriveAdapter:
    medium = open_medium(archive.home, row_of(archive), place)
    assert isinstance(medium, Opened) and medium.drive is not None
    return medium.drive


def test_a_sitting_leaves_a_drive_that_explains_itself_and_makes_clones_stale(archive: Archive, drive: Loop) -> None:
    wish = MediumWish("drive", str(drive.top), "DRV-01", "二号楼")
    add_medium(archive.home, archive.catalogue, wish, actor="li", moment=archive.now())
    before = opened(archive, drive.top)
    before.require()
    session = DriveSession(archive.home, archive.catalogue, row_of(archive), before, actor="li", now=archive.now)
    session.begin()
    assert row_of(archive).details["unfinished"] is True
    assert read_marker(drive.top).facts["session"] == row_of(archive).details["session"]
    with pytest.raises(WrongMedium):
        before.require()  # as a clone made before this sitting would be
    session.end()
    row = row_of(archive)
    assert row.details["unfinished"] is False and set(row.details["guide"]) == set(OWN)
    assert all((drive.top / name).is_file() for name in (*OWN, "ledger/checkpoint.txt", "ledger/ledger.pub"))
    opened(archive, drive.top).require()


def test_a_sitting_that_was_cut_off_is_ended_by_the_next_run(archive: Archive, drive: Loop) -> None:
    wish = MediumWish("drive", str(drive.top), "DRV-01")
    add_medium(archive.home, archive.catalogue, wish, actor="li", moment=archive.now())
    DriveSession(
        archive.home, archive.catalogue, row_of(archive), opened(archive, drive.top), actor="li", now=archive.now
    ).begin()
    assert not (drive.top / "verify.py").exists()
    policy = read_policy(archive.home.profiles)
    assert replicate(archive.home, archive.catalogue, policy, actor="li", now=archive.now) == ([], [], [])
    assert row_of(archive).details["unfinished"] is False and (drive.top / "verify.py").is_file()
