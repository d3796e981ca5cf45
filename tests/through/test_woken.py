"""A process that was stopped between its lease and a file, and wakes up when another has taken its work over."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from metadata.verify import verify_package
from preserve.administration.duties import Role
from preserve.administration.restoring import restore_package
from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.media import store_identity
from preserve.archival_storage.repair import damaged_copies, repair_copy
from preserve.data_management.archive import Archive
from preserve.progress import Silent, Unit
from tests.support import postgresql
from tests.support.exported import digests_below
from tests.support.medium import written_medium
from tests.support.on_postgresql import lasting_server, staffed_on
from tests.support.people import entries
from tests.support.small_case import ingest, left_over, small_case

__all__ = ["lasting_server"]

_LATE = b"what the former attempt had not written yet"


@pytest.fixture
def server(lasting_server: postgresql.Server) -> postgresql.Server:
    """No test of this module harms it."""
    return lasting_server


@pytest.fixture
def archive(tmp_path: Path, server: postgresql.Server) -> Iterator[Archive]:
    """An archive with its catalogue on it."""
    opened = staffed_on(server, tmp_path, zhou=Role.DEPOSITOR, wu=Role.ARCHIVIST)
    yield opened
    opened.close()


class Waking(Silent):
    """Does something when a stage begins."""

    def __init__(self, code: str, what: Callable[[], None]) -> None:
        super().__init__()
        self.code, self.what = code, what

    def begin(
        self, code: str, total: int | None = None, files: int = 0, *, unit: Unit = "bytes", **values: object
    ) -> None:
        """At that code."""
        if code == self.code:
            self.what()


class Stopped:
    """An attempt that stands still before it opens a file whose name ends so; its lease has run out."""

    def __init__(self, archive: Archive, server: postgresql.Server, case: Path, ending: str, times: int = 1) -> None:
        arguments = [sys.executable, "-m", "tests.support.stopping", archive.home.path, case, ending, str(times)]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        _, status = os.waitpid(self.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), "it came to its end"
        database, _, schema = archive.catalogue.place.name.rpartition("/")[2].partition("#")
        server.ask(f"UPDATE {schema}.leases SET until = '2020-01-01T00:00:00.000000Z'", database)

    def wake(self) -> str:
        """Let it go on to its end; what it says."""
        os.kill(self.process.pid, signal.SIGCONT)
        said, _ = self.process.communicate(timeout=60)
        return said.strip()


@pytest.mark.parametrize(
    ("ending", "when"),
    [
        ("旧笔录.txt.part", "ingest.step-check"),
        (".jsonl.part", "ingest.step-normalise"),
        ("/METS.xml", "ingest.step-read-back"),
        ("/manifest-sha256.txt", "ingest.step-register"),
        ("/manifest-sha256.txt", "after all"),
    ],
)
def test_it_writes_into_no_folder_of_the_attempt_after_it(
    archive: Archive, server: postgresql.Server, tmp_path: Path, ending: str, when: str
) -> None:
    case = small_case(tmp_path, "测〔2026〕1号")
    stopped = Stopped(archive, server, case, ending)
    said: list[str] = []
    result = ingest(archive, case, Waking(when, lambda: said.append(stopped.wake())))
    said += [] if said else [stopped.wake()]
    assert said == ["lease.lost"] and stopped.process.returncode == 9
    assert result.resumed and verify_package(result.location).intact
    assert [entry["action"] for entry in entries(archive)].count("case.registered") == 1
    assert [path.name for path in (archive.home.store / "packages").iterdir()] == [result.name]


def test_a_file_that_it_has_open_is_none_of_the_package(
    archive: Archive, server: postgresql.Server, tmp_path: Path
) -> None:
    case = small_case(tmp_path, "测〔2026〕2号")
    stopped = Stopped(archive, server, case, "/manifest-sha256.txt")
    (built,) = (archive.home.store / "incoming").iterdir()
    unfinished = built / "data" / built.name.partition("_v")[0] / "representations/original/data/ 旧笔录.txt.part"
    unfinished.write_bytes(b"half")
    held = [os.open(unfinished, os.O_WRONLY)]
    held += [os.open(path, os.O_WRONLY) for path in built.rglob("*") if path.is_file() and path.parent.name != "data"]
    result = ingest(archive, case)
    for handle in held:
        os.write(handle, _LATE)
        os.close(handle)
    assert stopped.wake() == "lease.lost"
    assert verify_package(result.location).intact
    assert not list(result.location.rglob("*.part"))


def test_stopped_when_nothing_was_left_but_the_rename_it_publishes_nothing_any_more(
    archive: Archive, server: postgresql.Server, tmp_path: Path
) -> None:
    """It had asked for its lease, and was told that it has it; the server rolls that back after ten seconds."""
    case = small_case(tmp_path, "测〔2026〕3号")
    stopped = Stopped(archive, server, case, "/home/store", 2)
    said: list[str] = []
    result = ingest(archive, case, Waking("ingest.step-check", lambda: said.append(stopped.wake())))
    assert said != [] and stopped.process.returncode == 9
    assert result.resumed and verify_package(result.location).intact
    assert [entry["action"] for entry in entries(archive)].count("case.registered") == 1
    assert left_over(archive) == []


@pytest.mark.parametrize("damaged", [False, True])
def test_a_late_restoring_or_repair_writes_into_no_folder_of_the_one_after_it(
    archive: Archive, server: postgresql.Server, tmp_path: Path, damaged: bool
) -> None:
    """It stands still with a file half made, and goes on in the middle of the other's work."""
    taken = ingest(archive, small_case(tmp_path, "测〔2026〕4号"))
    source = written_medium(archive, tmp_path / "drv", taken.name)
    before = digests_below(taken.location)
    if damaged:
        (file,) = taken.location.glob("data/*/representations/original/data/旧笔录.txt")
        file.chmod(0o640)
        file.write_bytes(b"?" * file.stat().st_size)
        with archive.catalogue.begin() as connection:
            medium = store_identity(archive.home)
            change_copy(connection, taken.name, medium, "suspect", actor="wu", moment=archive.now())
    else:
        shutil.rmtree(taken.location)
    stopped = Stopped(archive, server, source.path, "旧笔录.txt.part")
    said: list[str] = []

    class Waker(Silent):
        """Wakes the other one up when the first bytes came."""

        def __call__(self, moved: int, files: int = 0) -> None:
            if not said:
                said.append(stopped.wake())

    if damaged:
        (found,) = damaged_copies(archive.home, archive.catalogue)
        assert repair_copy(archive, *found, inserted=[source.path], actor="wu", progress=Waker()).done
    else:
        restore_package(
            archive.home, archive.catalogue, taken.name, [source], actor="wu", now=archive.now, progress=Waker()
        )
    assert said == ["lease.lost"] and stopped.process.returncode == 9
    assert digests_below(taken.location) == before and verify_package(taken.location).intact
    assert len(entries(archive, "copy.repaired" if damaged else "package.restored")) == 1
