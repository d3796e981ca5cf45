"""What became of a package's copies, told in PREMIS: every deed once, in order, valid for others' programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from metadata.entities import Agent, Event, IntellectualEntity
from metadata.premis import read_premis
from metadata.schemas import premis_schema
from preserve.archival_storage.auditing import run_audit
from preserve.archival_storage.drill import run_drills
from preserve.archival_storage.pace import Budget
from preserve.archival_storage.provenance import write_events
from preserve.archival_storage.replicate import replicate
from preserve.errors import Refused
from tests.support.kept import TWO, Kept, kept


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A package that was copied, drilled and audited."""
    with kept(tmp_path_factory.mktemp("provenance")) as whole:
        archive = whole.archive
        whole.beside("一号柜")
        replicate(archive.home, archive.catalogue, TWO, actor="li", now=archive.now)
        run_drills(archive.home, archive.catalogue, 1, actor="li", now=archive.now)
        run_audit(archive, TWO, Budget(), everything=True, actor="li")
        yield whole


def test_every_deed_in_its_order(lived: Kept, tmp_path: Path) -> None:
    target = tmp_path / "events.xml"
    with lived.archive.catalogue.read() as connection:
        count = write_events(lived.archive.home, connection, lived.name, target)
    told = list(read_premis(target, premis_schema()))
    events = [entity for entity in told if isinstance(entity, Event)]
    assert len(events) == count and len({event.identifier for event in events}) == count
    assert [event.when for event in events] == sorted(event.when for event in events)
    kinds = [event.kind for event in events]
    assert (kinds.count("replication"), kinds.count("fixity check"), kinds.count("validation")) == (2, 2, 1)
    # Times are whole seconds: within one, what was written comes before what was checked, and that before the rest.
    rank = {"replication": 0, "fixity check": 1}
    assert [(event.when, rank.get(event.kind, 2)) for event in events] == sorted(
        (event.when, rank.get(event.kind, 2)) for event in events
    )
    assert {event.outcome for event in events} == {"success"}
    agents = {entity.identifier for entity in told if isinstance(entity, Agent)}
    assert {link.identifier for event in events for link in event.agents} <= agents
    (entity,) = [entity for entity in told if isinstance(entity, IntellectualEntity)]
    assert entity.original_name == lived.name
    assert any("一号柜" in event.detail for event in events)


def test_of_another_package_nothing_and_nothing_is_written_over(lived: Kept, tmp_path: Path) -> None:
    home = lived.archive.home
    with lived.archive.catalogue.read() as connection:
        assert write_events(home, connection, f"{lived.objid}_v0002", tmp_path / "other.xml") == 0
        with pytest.raises(Refused):
            write_events(home, connection, lived.name, tmp_path / "other.xml")
        with pytest.raises(Refused):
            write_events(home, connection, lived.name, home.store / "events.xml")
