"""A catalogue in a file of its own, and a transaction in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.data_management.database import Catalogue
from tests.support.catalogues import new_catalogue


@pytest.fixture
def plain_catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue that belongs to no archive."""
    made = new_catalogue(tmp_path / "catalogue.sqlite")
    yield made
    made.close()


@pytest.fixture
def connection(plain_catalogue: Catalogue) -> Iterator[Connection]:
    """A write transaction in it."""
    with plain_catalogue.begin() as opened:
        yield opened
