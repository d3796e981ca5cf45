"""A machine joins where program, rules, clock and store are as the others'; else it is told what differs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.clock import now, running_on, stamp
from preserve.data_management import nodes
from preserve.data_management.archive import Archive
from preserve.data_management.engines import sqlite
from preserve.data_management.nodes import Node
from preserve.errors import MediumProblem, PreserveError, Refused
from preserve.services.joining import APART, digest_of_profiles, joined, node_name, require_alike
from storage_adapters.directory import MARKER
from tests.support.delivered import until
from tests.support.people import staffed


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = staffed(tmp_path / "home", wu=Role.ARCHIVIST)
    yield opened
    opened.close()


def refused(archive: Archive, name: str = "a") -> PreserveError:
    with pytest.raises((Refused, MediumProblem)) as found, joined(archive, name, {"ingest": 1}):
        pass
    with archive.catalogue.read() as connection:
        assert nodes.all_nodes(connection) == []
    return found.value


def test_a_machine_is_there_while_it_works(archive: Archive) -> None:
    with joined(archive, "a", {"ingest": 1}), archive.catalogue.read() as connection:
        (there,) = nodes.all_nodes(connection)
        assert nodes.is_alive(there, nodes.clock_of(connection))
    with archive.catalogue.read() as connection:
        (left,) = nodes.all_nodes(connection)
    assert left.ended and not list(archive.home.store.glob(".probe-*"))


def test_it_waits_for_a_writer_that_hangs(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite, "WAIT", 0.1)
    with ThreadPoolExecutor(1) as beside:
        with archive.catalogue.begin():
            there = beside.submit(enter_and_leave, archive)
            until(lambda: "tried again: catalogue.busy" in caplog.text)
            assert not there.done()
        there.result()


def enter_and_leave(archive: Archive) -> None:
    with joined(archive, "a", {"ingest": 1}):
        pass


@pytest.mark.sqlite
def test_one_that_cannot_say_that_it_leaves_has_worked_well(archive: Archive) -> None:
    settings = archive.home.path / "preserve.toml"
    with joined(archive, "a", {"ingest": 1}), settings.open("a", encoding="utf-8") as moved:
        moved.write('[catalogue]\nurl = "postgresql://preserve@127.0.0.1:1/none"\n')  # nothing can be written any more
    with archive.catalogue.read() as connection:
        (there,) = nodes.all_nodes(connection)
    assert there.ended is None


def test_a_clock_that_is_wrong_is_refused(archive: Archive) -> None:
    wrong = now() + APART + timedelta(minutes=1)
    with running_on(lambda: wrong):
        assert refused(archive).code == "cluster.clock"


def test_a_store_that_is_not_there_is_refused(archive: Archive) -> None:
    archive.home.store.rename(archive.home.path / "elsewhere")
    assert refused(archive).code == "cluster.store"


def test_a_store_where_nothing_is_mounted_or_of_another_archive_is_refused(archive: Archive) -> None:
    marker = archive.home.store / MARKER
    whole = marker.read_bytes()
    marker.unlink()
    with pytest.raises(MediumProblem, match=r"cluster\.store"), joined(archive, "a", {}):
        pass
    marker.write_bytes(whole.replace(b"store-", b"store-x"))
    with pytest.raises(MediumProblem, match=r"cluster\.store"), joined(archive, "a", {}):
        pass
    marker.write_bytes(whole)
    with joined(archive, "a", {}):
        pass


def test_another_version_and_other_rules_beside_one_at_work_are_refused(archive: Archive) -> None:
    mine = Node("a", "w1", "boot", 1, "1.0", digest_of_profiles(archive.home.profiles), "{}")
    other = replace(mine, name="b", worker="w2", joined=stamp(now()), seen=stamp(now()))
    require_alike(mine, [other], now())
    for changed, code in ((replace(other, version="2.0"), "version"), (replace(other, profiles="0"), "profiles")):
        with pytest.raises(Refused) as found:
            require_alike(mine, [changed], now())
        assert found.value.code == f"cluster.{code}"
        require_alike(mine, [replace(changed, ended=stamp(now()))], now())
    require_alike(mine, [replace(other, version="0.9")], now(), beside=frozenset({"0.9"}))
    (archive.home.profiles / "jobs.toml").write_text("days = 3\n", encoding="utf-8")
    assert digest_of_profiles(archive.home.profiles) != mine.profiles


@pytest.mark.parametrize("name", ["\n", "x" * 65])
def test_a_name_that_nobody_can_read_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        node_name(name)
    assert node_name("节点一") == "节点一" and node_name()
