"""Fixtures: a PostgreSQL server that a test may kill, and a staffed archive whose catalogue lies on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from tests.support import postgresql
from tests.support.people import staffed


def staffed_on(server: postgresql.Server, folder: Path, *, signs: bool = False, **roles: Role) -> Archive:
    """A new archive in `folder`, with a database of its own on the server; its people as `staffed` has them."""
    return staffed(folder / "home", server.make_database(f"d{uuid4().hex}"), signs=signs, **roles)


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    """A server that may be killed."""
    started = postgresql.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def lasting_server() -> Iterator[postgresql.Server]:
    """A server for all tests of a module; none of them harms it."""
    started = postgresql.start()
    yield started
    started.stop()


@pytest.fixture
def archive(tmp_path: Path, server: postgresql.Server) -> Iterator[Archive]:
    """An archive on the server, with a depositor zhou and an archivist wu."""
    opened = staffed_on(server, tmp_path, zhou=Role.DEPOSITOR, wu=Role.ARCHIVIST)
    yield opened
    opened.close()
