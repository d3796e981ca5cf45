"""An upgrade is whole, or everything is as it was: catalogue, settings, and the release that is in use."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.program import Archive
from tests.support.small_case import ingest, small_archive, small_case

UPGRADE = Path(__file__).parents[2] / "deploy" / "install" / "upgrade.py"
VENV = Path(sys.executable).parent.parent


@pytest.fixture
def home(tmp_path: Path) -> Path:
    archive = small_archive(tmp_path / "home")
    ingest(archive, small_case(tmp_path, "临文执〔2026〕1号"))
    archive.close()
    return tmp_path / "home"


def _upgrade(home: Path, old: Path, new: Path) -> subprocess.CompletedProcess[str]:
    link = home.parent / "preserve"
    link.symlink_to(old)
    command = [sys.executable, str(UPGRADE), str(home), str(link), str(new), str(home.parent / "backups"), "--yes"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _rows(home: Path) -> str:
    """Digest of every row of every table in the catalogue."""
    digest = hashlib.sha256()
    with closing(sqlite3.connect(home / "catalogue.sqlite")) as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for name, sql in tables:
            if "VIRTUAL" not in sql:
                digest.update(repr((name, sql, connection.execute(f'SELECT * FROM "{name}"').fetchall())).encode())
    return digest.hexdigest()


def _as_of(home: Path, schema: str) -> None:
    with closing(sqlite3.connect(home / "catalogue.sqlite")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (schema,))
        connection.commit()


def test_a_catalogue_on_a_server_is_not_for_this(home: Path) -> None:
    with (home / "preserve.toml").open("a", encoding="utf-8") as settings:
        settings.write('[catalogue]\nurl = "postgresql://preserve@127.0.0.1:1/none"\n')
    old = home.parent / "release-1"
    old.mkdir()
    before = _rows(home)
    done = _upgrade(home, old, VENV)
    assert done.returncode == 1 and "schema-changes.md" in done.stderr
    assert (home.parent / "preserve").resolve() == old and _rows(home) == before


def test_a_release_that_works_is_used_and_the_catalogue_is_kept_beside(home: Path) -> None:
    old = home.parent / "release-1"
    old.mkdir()
    before = _rows(home)
    done = _upgrade(home, old, VENV)
    assert done.returncode == 0, done.stderr
    assert (home.parent / "preserve").resolve() == VENV.resolve()
    (backup,) = (home.parent / "backups").iterdir()
    assert (backup / "preserve.toml").read_bytes() == (home / "preserve.toml").read_bytes()
    assert _rows(backup) == before


def test_a_release_that_does_not_leaves_everything_as_it_was(home: Path) -> None:
    old = home.parent / "release-1"
    old.mkdir()
    _as_of(home, "9999")  # of a release that is newer than the one which is to be installed
    before, settings = _rows(home), (home / "preserve.toml").read_bytes()
    done = _upgrade(home, old, VENV)
    assert done.returncode == 1, done.stdout
    assert "as it was" in done.stderr
    assert (home.parent / "preserve").resolve() == old.resolve()
    assert (_rows(home), (home / "preserve.toml").read_bytes()) == (before, settings)


def test_what_a_release_did_before_it_failed_is_undone(home: Path) -> None:
    """The new release migrates, writes, leaves its log beside the catalogue open, and then fails."""
    new = home.parent / "release-2"
    (new / "bin").mkdir(parents=True)
    program = new / "bin" / "preserve"
    program.write_text(
        f"#!{sys.executable}\n"
        "import os, sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[sys.argv.index('--home') + 1] + '/catalogue.sqlite')\n"
        "connection.execute('DELETE FROM cases')\n"
        "connection.execute('CREATE TABLE of_the_new_release (a)')\n"
        "connection.commit()\n"
        "os._exit(1)\n"
    )
    program.chmod(0o755)
    old = home.parent / "release-1"
    old.mkdir()
    before = _rows(home)
    done = _upgrade(home, old, new)
    assert done.returncode == 1, done.stderr
    assert _rows(home) == before
    assert Archive(home).json("ledger", "verify")["ok"]


def test_a_damaged_catalogue_is_not_touched(home: Path) -> None:
    catalogue = home / "catalogue.sqlite"
    with closing(sqlite3.connect(catalogue)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(catalogue.read_bytes())
    for page in range(8, 30):
        data[page * 4096 : page * 4096 + 512] = b"\xa5" * 512
    catalogue.write_bytes(data)
    old = home.parent / "release-1"
    old.mkdir()
    done = _upgrade(home, old, VENV)
    assert done.returncode == 1
    assert "Nothing was changed" in done.stderr
    assert catalogue.read_bytes() == bytes(data)
