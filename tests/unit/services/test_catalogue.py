"""The catalogue as a whole: who may bring its schema to a newer one, and what that says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management.database import SCHEMA, place_of
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.data_management.upgrading import BASELINE
from preserve.errors import NotPermitted
from preserve.home import Home
from preserve.progress import Silent
from preserve.services import catalogue
from preserve.services.session import Session, SystemUser
from tests.support import postgresql
from tests.support.older_schema import to_0021
from tests.support.people import staffed
from tests.support.program import Archive as Program


class Told(Silent):
    """What somebody who watches was told."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[tuple[str, int]] = []
        self.steps = 0

    def begin(self, code: str, total: int | None = None, files: int = 0, **values: object) -> None:
        """A stretch of work."""
        self.begun.append((code, files))

    def __call__(self, moved: int, files: int = 0) -> None:
        """Some of it is done."""
        self.steps += files


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    """A real server."""
    started = postgresql.start()
    yield started
    started.stop()


@pytest.fixture
def home(tmp_path: Path, server: postgresql.Server) -> Home:
    """An archive on it, as the first release there had it."""
    archive = staffed(
        tmp_path / "home", server.make_database("old"), sun=Role.SYSTEM_ADMINISTRATOR, zhou=Role.DEPOSITOR
    )
    archive.close()
    place = place_of(archive.home)
    assert isinstance(place, PostgresqlSchema)
    to_0021(place)
    return archive.home


def test_who_keeps_the_archive_upgrades_it_and_nobody_else(home: Home) -> None:
    told = Told()
    with pytest.raises(NotPermitted):
        catalogue.upgrade(Session(SystemUser("zhou"), "en", opened_home=home))
    done = catalogue.upgrade(Session(SystemUser("sun"), "en", told, opened_home=home))
    assert (done.before, done.now) == (BASELINE, SCHEMA)
    assert told.begun[-1] == ("catalogue.upgrading", len(done.steps)) and told.steps == len(done.steps)
    assert catalogue.upgrade(Session(SystemUser("sun"), "en", opened_home=home)).steps == ()


def test_an_older_one_is_not_made_again_or_moved_by_the_way(home: Home) -> None:
    for arguments in (("rebuild",), ("move", "--to", "file")):
        said = Program(home.path).json("catalogue", *arguments)
        assert said["error"]["code"] == "catalogue.older"
