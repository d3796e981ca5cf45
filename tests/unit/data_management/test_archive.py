"""An archive knows its bureau's day, and asks within each transaction what it was told to ask."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted
from preserve.home import Home
from preserve.settings import Settings
from tests.support.catalogues import new_catalogue


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    home = Home(tmp_path, Settings(archive_id="a", institution="总队", time_zone="Asia/Shanghai"))
    return Archive(home, new_catalogue(home.catalogue), lambda: datetime(2026, 12, 31, 20, tzinfo=UTC))


def test_the_day_is_that_of_the_bureau(archive: Archive) -> None:
    assert archive.today().isoformat() == "2027-01-01"


@pytest.mark.parametrize(("each", "asked"), [(True, 2), (False, 1)])
def test_a_guard_is_asked_in_writing_transactions(archive: Archive, each: bool, asked: int) -> None:
    calls: list[Connection] = []
    guarded = archive.guarded(calls.append, each=each)
    with guarded.catalogue.read():
        pass
    for _ in range(2):
        with guarded.catalogue.begin():
            pass
    assert len(calls) == asked


def test_a_guard_that_refuses_lets_nothing_be_written(archive: Archive) -> None:
    def refuse(connection: Connection) -> None:
        raise NotPermitted("people.nobody")

    guarded = archive.guarded(refuse, each=False)
    for _ in range(2):  # it was not asked with success: it is asked again
        with pytest.raises(NotPermitted), guarded.catalogue.begin():
            raise AssertionError
