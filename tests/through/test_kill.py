"""Killed at any moment, an ingest goes on with the same command and ends as if nothing had happened."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from demo.make_case import make_case
from tests.support.program import Archive, found, kill, manifest, state_of

EDGES = ("started", "ingest.copied", "ingest.normalised", "ingest.sealed")
FRACTIONS = (0.35, 0.6, 0.75, 0.85, 0.95)

pytestmark = pytest.mark.xdist_group("kill")


class Undisturbed:
    """One case, and what became of it when nobody disturbed."""

    def __init__(self, folder: Path) -> None:
        self.case = make_case(folder / "案件", small=True)
        self.archive = found(folder / "archive")
        began = time.monotonic()
        done = self.archive.run("ingest", str(self.case))
        self.seconds = time.monotonic() - began
        assert done.returncode == 0, done.stderr
        (self.package,) = self.archive.packages()
        self.deposit = state_of(self.case)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Made once for all kills."""
    return Undisturbed(tmp_path_factory.mktemp("undisturbed"))


def kill_after(archive: Archive, case: Path, seconds: float) -> None:
    """Kill an ingest after so many seconds, unless it ended before."""
    process = archive.start("ingest", str(case))
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    kill(process)


def kill_at(archive: Archive, case: Path, act: str) -> None:
    """Kill an ingest as soon as its log tells of an act."""
    process = archive.start("ingest", str(case))
    deadline = time.monotonic() + 60
    while act not in archive.log_acts() and process.poll() is None and time.monotonic() < deadline:
        try:
            process.wait(0.003)
        except subprocess.TimeoutExpired:
            continue
    kill(process)


def assert_as_undisturbed(archive: Archive, undisturbed: Undisturbed) -> None:
    """Run to the end and compare with the undisturbed run."""
    done = archive.run("ingest", str(undisturbed.case))
    # A kill after the registration leaves nothing to do: the case is then known.
    assert done.returncode in (0, 3), done.stderr
    if done.returncode == 3:
        assert "in the archive already" in done.stderr, done.stderr
    (package,) = archive.packages()
    mine, other = manifest(package), manifest(undisturbed.package)
    assert sorted(mine) == sorted(other)
    originals = [name for name in mine if name.startswith("representations/original/data/")]
    assert originals
    assert {name: mine[name] for name in originals} == {name: other[name] for name in originals}
    assert archive.leftovers() == []
    assert archive.run("verify", str(package)).returncode == 0
    assert archive.run("ledger", "verify").returncode == 0
    assert len(archive.json("list")["cases"]) == 1
    assert state_of(undisturbed.case) == undisturbed.deposit


@pytest.mark.parametrize("act", EDGES)
def test_killed_at_the_edge_of_a_step(act: str, undisturbed: Undisturbed, tmp_path: Path) -> None:
    archive = found(tmp_path / "archive")
    kill_at(archive, undisturbed.case, act)
    assert_as_undisturbed(archive, undisturbed)


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_killed_somewhere(fraction: float, undisturbed: Undisturbed, tmp_path: Path) -> None:
    archive = found(tmp_path / "archive")
    kill_after(archive, undisturbed.case, undisturbed.seconds * fraction)
    assert_as_undisturbed(archive, undisturbed)


def test_killed_again_and_again(undisturbed: Undisturbed, tmp_path: Path) -> None:
    archive = found(tmp_path / "archive")
    for act in EDGES:
        kill_at(archive, undisturbed.case, act)
    assert_as_undisturbed(archive, undisturbed)


def test_asked_to_stop_it_stops_and_goes_on(undisturbed: Undisturbed, tmp_path: Path) -> None:
    archive = found(tmp_path / "archive")
    process = archive.start("ingest", str(undisturbed.case))
    deadline = time.monotonic() + 60
    while "ingest.copied" not in archive.log_acts() and process.poll() is None and time.monotonic() < deadline:
        try:
            process.wait(0.003)
        except subprocess.TimeoutExpired:
            continue
    os.kill(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 8, error
    assert "Traceback" not in error
    assert_as_undisturbed(archive, undisturbed)


def test_a_power_loss_makes_every_copied_file_be_read_again(undisturbed: Undisturbed, tmp_path: Path) -> None:
    """A file whose bytes never reached the medium has its name and size after a power loss, but not its content."""
    import sqlite3

    archive = found(tmp_path / "archive")
    kill_at(archive, undisturbed.case, "ingest.copied")
    with sqlite3.connect(archive.home / "catalogue.sqlite") as connection:
        connection.execute("UPDATE ingests SET boot = 'another boot'")
    (incoming,) = (archive.home / "store" / "incoming").iterdir()
    victim = max((p for p in incoming.rglob("*.pdf")), key=lambda p: p.stat().st_size)
    victim.write_bytes(b"\0" * victim.stat().st_size)
    assert_as_undisturbed(archive, undisturbed)
