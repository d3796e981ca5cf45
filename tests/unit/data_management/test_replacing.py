"""A catalogue that is open while another one takes its place: never written to again, and never mixed with the new."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from preserve.data_management import database, replacing
from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.engines import sqlite
from preserve.errors import Busy, MediumProblem, NotIntact
from preserve.work import hold

pytestmark = pytest.mark.sqlite


def put(catalogue: Catalogue, value: str) -> None:
    """Write one row."""
    with catalogue.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS said (word TEXT)"))
        connection.execute(text("INSERT INTO said VALUES (:word)"), {"word": value})


def said(catalogue: Catalogue) -> list[str]:
    """What stands in it."""
    with catalogue.read() as connection:
        return list(connection.execute(text("SELECT word FROM said ORDER BY word")).scalars())


def another(path: Path, value: str) -> Path:
    """A finished catalogue that is to take the other's place."""
    made = create_catalogue(path.with_name("other"))
    put(made, value)
    database.fold(made)
    made.close()
    return made.path


def test_who_had_it_open_goes_on_with_the_new_one(tmp_path: Path) -> None:
    catalogue = create_catalogue(tmp_path / "catalogue.sqlite")
    put(catalogue, "old")
    with catalogue.read():  # its log stays in use
        kept = replacing.replace(another(catalogue.path, "new"), catalogue.path)
        put(catalogue, "more")
    assert said(catalogue) == ["more", "new"]
    catalogue.close()
    again = database.open_catalogue(tmp_path / "catalogue.sqlite")
    assert said(again) == ["more", "new"]
    again.close()
    with closing(sqlite3.connect(kept)) as old:
        assert old.execute("SELECT word FROM said").fetchall() == [("old",)]


def test_an_old_connection_that_is_closed_takes_nothing_of_the_new_one_with_it(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    catalogue = create_catalogue(path)
    put(catalogue, "old")
    late = closing(sqlite3.connect(path))
    with late as connection:
        connection.execute("SELECT count(*) FROM said").fetchone()
        replacing.replace(another(path, "new"), path)
        put(catalogue, "more")
    assert (tmp_path / "catalogue.sqlite-wal").stat().st_size
    assert said(catalogue) == ["more", "new"]
    catalogue.close()


def test_what_was_begun_on_the_old_one_is_not_recorded(tmp_path: Path) -> None:
    catalogue = create_catalogue(tmp_path / "catalogue.sqlite")
    put(catalogue, "old")
    fresh = another(catalogue.path, "new")
    with pytest.raises(Busy) as caught, catalogue.begin() as connection:
        connection.execute(text("INSERT INTO said VALUES ('lost')"))
        os.replace(fresh, catalogue.path)  # as no program of ours does
    assert caught.value.code == "catalogue.replaced"
    assert caught.value.status == 9


class Guard:
    """Rules that let nobody begin."""

    question = ""

    def settled(self) -> bool:
        return False

    def before(self) -> None:
        pass

    def opening(self, connection: object) -> None:
        raise NotIntact("ledger.contradicts-checkpoint")

    def closing(self, connection: object) -> None:
        raise AssertionError("it was not stopped")


def test_a_guard_stops_a_transaction_before_anything_is_done(tmp_path: Path) -> None:
    made = create_catalogue(tmp_path / "catalogue.sqlite")
    put(made, "old")

    with pytest.raises(NotIntact):
        put(Catalogue(made.place, made.engine, Guard()), "new")
    assert said(made) == ["old"]


def test_a_replacement_that_was_cut_off_waits_for_who_is_at_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacing, "WAIT", 0.1)
    catalogue = create_catalogue(tmp_path / "catalogue.sqlite")
    put(catalogue, "old")
    os.replace(another(catalogue.path, "new"), f"{catalogue.path}.ready")
    with hold(replacing.lock_of(catalogue.path), Busy("x")), pytest.raises(Busy) as caught:
        said(catalogue)
    assert caught.value.code == "catalogue.busy"
    assert said(catalogue) == ["new"]
    catalogue.close()


def test_a_locked_catalogue_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "WAIT", 0.1)
    path = tmp_path / "catalogue.sqlite"
    catalogue = create_catalogue(path)
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE'); "
    code += "print(flush=True); sys.stdin.readline()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdin is not None
        other.stdout.readline()
        with pytest.raises(Busy):
            put(catalogue, "x")
        other.stdin.write("\n")
    put(catalogue, "x")
    assert said(catalogue) == ["x"]


@pytest.mark.parametrize("free", [0, 16, 48, 200])
def test_a_full_disk_is_a_problem_of_the_medium(free: int, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], check=True)
    try:
        catalogue = create_catalogue(place / "catalogue.sqlite")
        put(catalogue, "old")
        catalogue.close()
        room = os.statvfs(place)
        left = room.f_bavail * room.f_frsize - (free << 10)
        (place / "full").write_bytes(bytes(max(left, 0)))
        with pytest.raises(MediumProblem):
            put(catalogue, "x" * (1 << 20))
        with pytest.raises(MediumProblem):
            create_catalogue(place / "another")
        (place / "full").unlink()
        assert said(catalogue) == ["old"]
        catalogue.close()
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
