"""A catalogue that was made beside another takes its place at once, and what it took the place of is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from preserve.data_management import ledger
from preserve.data_management.database import create_catalogue, open_catalogue, place_of
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.data_management.successors import former_of, successor_of
from preserve.home import Home
from preserve.settings import CatalogueAt, Settings

MOMENT = datetime(2026, 11, 28, 8, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path, schema: PostgresqlSchema) -> Home:
    """A home with a catalogue of one entry, on each engine."""
    at = None if request.param == "sqlite" else CatalogueAt(url=schema.url, schema_name=schema.schema)
    made = Home(tmp_path, Settings(archive_id="a1", institution="局", catalogue=at))
    catalogue = create_catalogue(place_of(made))
    with catalogue.begin() as connection:
        ledger.append(connection, action="a", subject="old", actor="z", details={}, moment=MOMENT)
    catalogue.close()
    return made


def _subjects(home: Home) -> list[str]:
    catalogue = open_catalogue(place_of(home))
    with catalogue.read() as connection:
        said = [entry.subject for entry in ledger.entries(connection)]
    catalogue.close()
    return said


def test_it_takes_the_place_and_the_old_one_is_kept(home: Home) -> None:
    for count in (1, 2):
        fresh = successor_of(home)
        made = fresh.make()
        fresh.require_old()
        with made.begin() as connection:
            ledger.append(connection, action="a", subject=f"new{count}", actor="z", details={}, moment=MOMENT)
        assert _subjects(home) == (["old"] if count == 1 else ["new1"])
        fresh.finish(made)
        kept = fresh.put(lambda what: None)
        assert kept.rpartition("/")[2].rpartition("#")[2] in former_of(home)
        assert _subjects(home) == [f"new{count}"]
    assert len(former_of(home)) == 2


def test_one_that_a_killed_run_left_is_made_anew(home: Home) -> None:
    left = successor_of(home).make()
    with left.begin() as connection:
        ledger.append(connection, action="a", subject="left", actor="z", details={}, moment=MOMENT)
    left.close()
    fresh = successor_of(home)
    made = fresh.make()
    with made.read() as connection:
        assert ledger.size(connection) == 0
    made.close()
    fresh.drop()
    assert _subjects(home) == ["old"] and former_of(home) == []
