"""A rebuild beside others, and one that is killed: what was answered for is in the ledger, once."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support import rebuilding
from tests.support.office import Office, make_office
from tests.support.program import Archive

pytestmark = pytest.mark.xdist_group("rebuilding")
WRITERS = 8


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Made once; each test has a copy of its archive."""
    return make_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def mine(office: Office, tmp_path: Path) -> Office:
    """The office with an archive of its own."""
    shutil.copytree(office.archive.home, tmp_path / "home")
    return Office(Archive(tmp_path / "home"), office.case, office.tokens, office.papers)


def opening(office: Office, name: str) -> subprocess.Popen[str]:
    """A person who enters a request."""
    return office.archive.start(
        "--json", "request", "open", "--capacity", "internal", "--name", name, "--case", office.case, "--purpose", "x"
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, dict[str, str]]:
    """Its status and document."""
    out, error = process.communicate(timeout=120)
    assert "Traceback" not in error
    return process.returncode, json.loads(out)


def numbers(office: Office) -> list[str]:
    """The requests that the ledger tells of."""
    return [entry["subject"] for entry in office.log() if entry["action"] == "request.opened"]


def whole(office: Office) -> None:
    """Nothing of a rebuild is left, and ledger and packages are good."""
    names = {path.name for path in office.archive.home.glob("catalogue.sqlite*") if ".before-" not in path.name}
    assert names <= {"catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm"}
    done = office.archive.run("ledger", "verify")
    assert done.returncode == 0, done.stderr
    assert office.archive.run("list").returncode == 0


@contextmanager
def a_reader(office: Office) -> Iterator[None]:
    """Somebody who looks at the catalogue, so that its log cannot be brought into it."""
    with closing(sqlite3.connect(office.archive.home / "catalogue.sqlite", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM ledger").fetchone()
        yield


@pytest.mark.parametrize("edge", ["filled", "aside"])
def test_who_writes_during_a_rebuild_waits_and_is_not_lost(edge: str, mine: Office) -> None:
    process = rebuilding.start(mine.archive.home, edge, "wait")
    writers = [opening(mine, f"n{number}") for number in range(WRITERS)]
    rebuilding.go_on(process)
    answers = [ended(one) for one in writers]
    assert {status for status, _ in answers} <= {0, 9}
    given = [document["number"] for status, document in answers if status == 0]
    assert given and len(set(given)) == len(given)
    assert sorted(numbers(mine)) == sorted(given)
    whole(mine)


def test_who_waits_too_long_is_told_that_it_is_busy(mine: Office) -> None:
    process = rebuilding.start(mine.archive.home, "held", "wait")
    began = time.monotonic()
    writer = opening(mine, "n")
    looker = mine.archive.start("--json", "list")
    another = mine.archive.start("--json", "catalogue", "rebuild")
    for one, code in ((writer, "catalogue.busy"), (looker, "catalogue.busy"), (another, "catalogue.being-rebuilt")):
        status, document = ended(one)
        assert status == 9, document
        assert document["error"]["code"] == code  # type: ignore[index]
    assert time.monotonic() - began < 30
    rebuilding.go_on(process)
    assert numbers(mine) == []
    whole(mine)


def test_where_the_catalogue_is_on_its_way_it_is_busy_and_not_missing(mine: Office) -> None:
    (mine.archive.home / "catalogue.sqlite").unlink()
    process = rebuilding.start(mine.archive.home, "filled", "wait")
    status, document = ended(opening(mine, "n"))
    assert (status, document["error"]["code"]) == (9, "catalogue.busy")  # type: ignore[index]
    rebuilding.go_on(process)
    whole(mine)


def test_a_hold_that_was_placed_during_a_rebuild_holds(mine: Office) -> None:
    """Without it the case could be destroyed although somebody was told that it is held."""
    process = rebuilding.start(mine.archive.home, "filled", "wait")
    placing = mine.archive.start("--json", "hold", "add", mine.case, "--kind", "litigation", "--reason", "诉讼")
    rebuilding.go_on(process)
    status, document = ended(placing)
    assert status == 0, document
    assert [entry["action"] for entry in mine.log()].count("hold.added") == 1
    whole(mine)


@pytest.mark.parametrize("edge", rebuilding.EDGES)
def test_killed_at_an_edge_the_next_command_finds_all_of_it(edge: str, mine: Office) -> None:
    with a_reader(mine):
        status, first = ended(opening(mine, "in the log only"))
        assert status == 0
        assert rebuilding.start(mine.archive.home, edge, "kill").returncode == -9
    status, after = ended(opening(mine, "after"))
    assert status == 0, after
    wanted = [first["number"], after["number"]]
    assert numbers(mine) == wanted
    done = mine.archive.run("catalogue", "rebuild")
    assert done.returncode == 0, done.stderr
    assert numbers(mine) == wanted
    whole(mine)


def test_killed_again_and_again(mine: Office) -> None:
    status, first = ended(opening(mine, "first"))
    assert status == 0
    for edge in ("aside", "ready", "filled", "aside-wal", "placed"):
        assert rebuilding.start(mine.archive.home, edge, "kill").returncode == -9
    assert numbers(mine) == [first["number"]]
    assert mine.archive.run("catalogue", "rebuild").returncode == 0
    assert numbers(mine) == [first["number"]]
    whole(mine)


@pytest.mark.parametrize("free", [0, 40, 400])
def test_a_rebuild_on_a_full_disk_changes_nothing(free: int, office: Office, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(place)], check=True)
    try:
        shutil.copytree(office.archive.home, place / "home")
        mine = Office(Archive(place / "home"), office.case, office.tokens, office.papers)
        status, first = ended(opening(mine, "first"))
        assert status == 0
        room = os.statvfs(place)
        with (place / "full").open("wb") as stream:
            os.posix_fallocate(stream.fileno(), 0, room.f_bavail * room.f_frsize - (free << 10))
        done = mine.archive.run("--json", "catalogue", "rebuild")
        assert done.returncode == 5, done.stdout + done.stderr
        assert not list(mine.archive.home.glob("catalogue.sqlite.*"))
        for words in (["list"], ["hold", "add", mine.case, "--kind", "litigation", "--reason", "诉讼"]):
            one = mine.archive.run("--json", *words)
            assert one.returncode in (0, 5), one.stdout + one.stderr
            assert one.returncode == 5 or free
        (place / "full").unlink()
        assert mine.archive.run("catalogue", "rebuild").returncode == 0
        assert numbers(mine) == [first["number"]]
        whole(mine)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
