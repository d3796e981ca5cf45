"""A server that is put back to an earlier moment: nothing is written until the store was asked, and nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import postgresql
from tests.support.program import Archive, found
from tests.support.tiny_case import write_case

pytestmark = pytest.mark.xdist_group("postgresql")


class Recovered:
    """A cluster that archives its log, with a base backup; it can be put back to a named moment, on the same port."""

    def __init__(self) -> None:
        self.folder = postgresql.make_folder()
        for name in ("log-archive", "base"):
            self._make(name)
        keeping = ("archive_mode=on", f"archive_command=cp %p {self.folder}/log-archive/%f", "wal_level=replica")
        self.server = postgresql.start(self.folder, *keeping)
        self.server.make_database("preserve")

    def _make(self, name: str) -> None:
        (self.folder / name).mkdir(mode=0o700)
        if postgresql.as_nobody():
            shutil.chown(self.folder / name, "nobody", "nogroup")

    def back_up(self) -> None:
        """A base backup, as the server's people make it each night."""
        asked = ["-h", "127.0.0.1", "-p", str(self.server.port), "-U", "preserve", "-D", f"{self.folder}/base"]
        self._run("pg_basebackup", *asked, "-X", "none", "-c", "fast")

    def name_this_moment(self, name: str) -> None:
        """A moment to come back to; what came before is in the archive of the log."""
        self.server.ask("SELECT pg_create_restore_point(%(name)s)", name=name)
        self.server.ask("SELECT pg_switch_wal()")

    def put_back(self, name: str) -> None:
        """Stop the server, and start one from the base backup and the log up to that moment."""
        port = self.server.port
        self.server.ask("SELECT pg_switch_wal()")
        self.server.process.terminate()
        self.server.process.wait(30)
        shutil.rmtree(self.folder / "data")
        (self.folder / "base").rename(self.folder / "data")
        (self.folder / "data" / "recovery.signal").touch()
        self.server = postgresql.start(
            self.folder,
            f"restore_command=cp {self.folder}/log-archive/%f %p",
            f"recovery_target_name={name}",
            "recovery_target_action=promote",
            port=port,
        )
        while self.server.ask("SELECT pg_is_in_recovery()") != [(False,)]:
            assert self.server.process.poll() is None

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [postgresql.program(program), *arguments],
            check=True,
            capture_output=True,
            cwd="/",
            **postgresql.as_nobody(),  # type: ignore[call-overload]
        )


@pytest.fixture
def recovered() -> Iterator[Recovered]:
    made = Recovered()
    yield made
    made.server.stop()


def _entries(archive: Archive) -> int:
    return int(archive.json("ledger", "verify")["entries"])


def test_what_came_after_is_brought_back_from_the_store(recovered: Recovered, tmp_path: Path) -> None:
    archive = found(tmp_path / "home", "--catalogue", recovered.server.url("preserve"))
    assert archive.run("ingest", str(write_case(tmp_path / "one"))).returncode == 0
    recovered.back_up()
    recovered.name_this_moment("evening")
    described = write_case(tmp_path / "two")
    file = described / "case.json"
    file.write_text(file.read_text(encoding="utf-8").replace("77号", "78号"), encoding="utf-8")
    assert archive.run("ingest", str(described)).returncode == 0
    numbers = {case["case_number"] for case in archive.json("list")["cases"]}
    entries = _entries(archive)
    assert len(numbers) == 2

    recovered.put_back("evening")

    again = archive.run("ingest", str(write_case(tmp_path / "three")))
    assert again.returncode == 4 and "catalogue rebuild" in again.stderr, again.stderr
    assert archive.run("ledger", "verify").returncode == 4
    made = archive.run("catalogue", "rebuild")
    assert made.returncode == 0, made.stdout + made.stderr
    assert {case["case_number"] for case in archive.json("list")["cases"]} == numbers
    assert archive.run("ledger", "verify").returncode == 0 and _entries(archive) >= entries
    assert archive.run("ingest", str(write_case(tmp_path / "four"))).returncode == 3  # the case is there
