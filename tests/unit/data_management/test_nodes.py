"""The table of machines: a name is one machine's while it is seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management import nodes
from preserve.data_management.archive import Archive
from preserve.data_management.nodes import Node
from preserve.errors import Conflict
from tests.support.people import staffed


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = staffed(tmp_path / "home", wu=Role.ARCHIVIST)
    yield opened
    opened.close()


def node(name: str, worker: str) -> Node:
    return Node(name, worker, "boot", 1, "1.0", "0" * 64, '{"ingest": 2}')


def test_a_name_is_one_machines_until_it_left_or_fell_silent_or_is_known_to_be_gone(archive: Archive) -> None:
    with archive.catalogue.begin() as connection:
        nodes.enter(connection, node("a", "w1"), ended=lambda before: False)
        with pytest.raises(Conflict):
            nodes.enter(connection, node("a", "w2"), ended=lambda before: False)
        nodes.enter(connection, node("a", "w2"), ended=lambda before: before.worker == "w1")
        assert not nodes.beat(connection, "w1"), "another one has the name"
        assert nodes.beat(connection, "w2") and nodes.all_nodes(connection)[0].profiles == "0" * 64
        assert nodes.beat(connection, "w2", "1" * 64) and nodes.all_nodes(connection)[0].profiles == "1" * 64
        nodes.leave(connection, "w2")
        nodes.enter(connection, node("a", "w3"), ended=lambda before: False)
        (there,) = nodes.all_nodes(connection)
        moment = nodes.clock_of(connection)
    with archive.catalogue.begin() as connection:
        connection.exec_driver_sql("UPDATE nodes SET seen = '2020-01-01T00:00:00Z'")
        nodes.enter(connection, node("b", "w4"), ended=lambda before: False)
        assert [one.name for one in nodes.all_nodes(connection)] == ["b"], "one that never comes back is forgotten"
    assert there.worker == "w3" and nodes.is_alive(there, moment)
    assert not nodes.is_alive(there, moment + nodes.SILENT + timedelta(seconds=1))
