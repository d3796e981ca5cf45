"""The worker that a service keeps: another takes the place of one that died, and none that of somebody else's."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator

import pytest

from preserve.serving.workers import KeptWorker, stop_all

PATIENCE = 30


class Starts:
    """Starts processes of these commands one after another, and says which was started."""

    def __init__(self, *commands: list[str] | None) -> None:
        self.commands = iter(commands)
        self.started: list[subprocess.Popen[bytes]] = []
        self.asked = threading.Semaphore(0)

    def __call__(self) -> subprocess.Popen[bytes] | None:
        command = next(self.commands)
        if command is not None:
            self.started.append(subprocess.Popen(command))
        self.asked.release()
        return self.started[-1] if command else None


@pytest.fixture
def keep() -> Iterator[list[KeptWorker]]:
    kept: list[KeptWorker] = []
    yield kept
    stop_all(kept)


def test_one_that_was_killed_is_started_again(keep: list[KeptWorker]) -> None:
    starts = Starts(["sleep", "600"], ["sleep", "601"])
    keep.append(KeptWorker(starts, 0.05))
    assert starts.asked.acquire(timeout=PATIENCE)
    starts.started[0].kill()
    assert starts.asked.acquire(timeout=PATIENCE)
    assert starts.started[1].poll() is None


def test_it_ends_with_the_service(keep: list[KeptWorker]) -> None:
    starts = Starts(["sleep", "600"])
    keep.append(KeptWorker(starts, 0.05))
    assert starts.asked.acquire(timeout=PATIENCE)
    stop_all(keep)
    assert starts.started[0].poll() is not None


def test_where_the_home_has_one_none_is_started_until_that_ends(keep: list[KeptWorker]) -> None:
    starts = Starts(None, None, ["sleep", "600"])
    keep.append(KeptWorker(starts, 0.05))
    for _ in range(2):
        assert starts.asked.acquire(timeout=PATIENCE)
        assert starts.started == []
    assert starts.asked.acquire(timeout=PATIENCE)
    assert starts.started[0].poll() is None


def test_one_that_cannot_be_started_is_tried_again(keep: list[KeptWorker]) -> None:
    starts = Starts(["/no/such/program"], ["sleep", "600"])
    keep.append(KeptWorker(starts, 0.05))
    assert starts.asked.acquire(timeout=PATIENCE)
    assert starts.started[0].poll() is None
