"""A look is durable before it is shown, however the program ends; what is done to the log of looks is named."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from preserve.data_management import look_groups, looks
from preserve.data_management.database import open_catalogue
from preserve.data_management.look_groups import Seen
from preserve.home import open_home
from tests.support.program import Archive, found

pytestmark = pytest.mark.xdist_group("looks")


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive in which somebody looked twice before a segment was closed and twice since."""
    archive = found(tmp_path_factory.mktemp("looks") / "archive")
    for command in (("list",), ("list",), ("ledger", "checkpoint"), ("search", "演出"), ("list",)):
        assert archive.run(*command).returncode == 0
    return archive


@pytest.fixture
def archive(looked: Archive, tmp_path: Path) -> Archive:
    """The same archive in a folder of its own."""
    shutil.copytree(looked.home, tmp_path / "archive")
    return Archive(tmp_path / "archive")


def change(archive: Archive, statement: str) -> None:
    with closing(sqlite3.connect(archive.home / "catalogue.sqlite")) as base:
        base.execute(statement)
        base.commit()


def seen(archive: Archive) -> list[dict[str, object]]:
    with closing(sqlite3.connect(archive.home / "catalogue.sqlite")) as base:
        return [json.loads(entry) for (entry,) in base.execute("SELECT entry FROM looks ORDER BY number")]


def verify(archive: Archive) -> tuple[int, list[str]]:
    done = archive.json("ledger", "verify")
    return done["status"], [finding["code"] for finding in done["findings"]]


def test_looks_stand_in_their_log_and_the_ledger_has_its_root(archive: Archive) -> None:
    actions = ["catalogue.listed", "catalogue.listed", "catalogue.searched", "catalogue.listed"]
    assert [look["action"] for look in seen(archive)] == actions
    exported = [json.loads(line) for line in archive.run("ledger", "export").stdout.splitlines()]
    assert [entry["action"] for entry in exported if entry.get("log") == "looks"] == [*actions, "ledger.viewed"]
    (anchor,) = [entry for entry in exported if entry["action"] == "looks.anchored"]
    assert anchor["details"]["size"] == 2 and "log" not in anchor
    assert verify(archive) == (0, [])


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE looks SET entry = replace(entry, 'catalogue.listed', 'catalogue.wiped') WHERE number = 1", "changed"),
        ("DELETE FROM looks WHERE number = 2", "missing"),
        ("DELETE FROM looks WHERE number = 4", "missing"),
        ("DELETE FROM looks_checkpoint", "unsigned"),
    ],
    ids=["row changed", "row deleted", "last row deleted", "checkpoint deleted"],
)
def test_what_is_done_to_the_log_is_named(archive: Archive, statement: str, code: str) -> None:
    change(archive, statement)
    status, codes = verify(archive)
    assert status == 4 and f"looks.{code}" in codes


def test_a_root_that_was_changed_is_named(archive: Archive) -> None:
    change(
        archive, "UPDATE ledger SET entry = replace(entry, '\"size\":2', '\"size\":1') WHERE action = 'looks.anchored'"
    )
    status, codes = verify(archive)
    assert status == 4 and "ledger.entry-changed" in codes


def test_nothing_is_shown_where_looks_were_cut_off_until_the_catalogue_is_made_again(archive: Archive) -> None:
    change(archive, "DELETE FROM looks WHERE number = 4")
    refused = archive.json("list")
    assert (refused["status"], refused["error"]["code"]) == (4, "looks.rolled-back")
    done = archive.json("catalogue", "rebuild")
    assert "looks.lost" in [finding["code"] for finding in done["findings"]]
    assert archive.run("list").returncode == 0
    assert verify(archive) == (0, ["looks.tail-lost-noted"])
    assert [look["number"] for look in seen(archive)] == [1, 2, 3]


def test_without_its_catalogue_an_archive_has_the_looks_of_its_segments(archive: Archive) -> None:
    before = seen(archive)
    for path in archive.home.glob("catalogue.sqlite*"):
        path.unlink()
    assert archive.run("catalogue", "rebuild").returncode == 0
    assert seen(archive) == before[:2]
    assert archive.run("list").returncode == 0
    assert verify(archive)[0] == 0


def _look_and_die(home: Path, pipe: Connection) -> None:
    """Record a look, say so before anything is shown, and be killed before the program can end in order."""
    opened = open_home(home)
    catalogue = open_catalogue(opened)
    look_groups.record(opened, catalogue, Seen("case.viewed", "aip-x", "li", {}, datetime.now(UTC)))
    pipe.send(os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def killed(archive: Archive) -> Iterator[Archive]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_look_and_die, args=(archive.home, theirs))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL and ours.recv() == process.pid
    yield archive


def test_a_look_that_was_recorded_is_there_whatever_kills_the_program_then(killed: Archive) -> None:
    assert [look["actor"] for look in seen(killed)][-1] == "li" and len(seen(killed)) == 5
    assert killed.run("list").returncode == 0
    assert verify(killed) == (0, [])
    opened = open_catalogue(open_home(killed.home))
    with opened.read() as connection:
        assert looks.size(connection) == 6
    opened.close()
