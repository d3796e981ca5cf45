"""What the system administrator sees of machine and service, and copies of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management import backup
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted
from preserve.services import system
from tests.support.sessions import appoint, entries, founded, founder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


@pytest.mark.sqlite
def test_versions_room_and_both_logs_are_told(archive: Archive) -> None:
    shown = system.show(founder(archive))
    assert set(shown.versions) == {"preserve", "schema", "python", "sqlite", "system"}
    assert {room.part for room in shown.rooms} == {"store", "home"} and all(room.total for room in shown.rooms)
    assert (shown.entries, shown.signed) == (len(entries(archive)), shown.signed)
    assert shown.catalogue > 0 and shown.backups == ()


@pytest.mark.sqlite
def test_a_copy_of_the_catalogue_is_listed_and_stands_in_the_ledger(archive: Archive) -> None:
    made = system.back_up(founder(archive))
    assert [one.name for one in system.show(founder(archive)).backups] == [made.name]
    entry = entries(archive)[-1]
    assert (entry["action"], entry["details"]["sha256"]) == (backup.BACKED_UP, made.sha256)


def test_who_keeps_no_bytes_may_not_look(archive: Archive) -> None:
    depositor = appoint(archive, "security", Role.SECURITY_ADMINISTRATOR) and appoint(archive, "dep", Role.DEPOSITOR)
    with pytest.raises(NotPermitted):
        system.show(depositor)
    with pytest.raises(NotPermitted):
        system.back_up(depositor)
