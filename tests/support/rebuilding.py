"""`catalogue rebuild` in a process that waits, or is killed, at an edge of it: `python -m tests.support.rebuilding`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from preserve.administration.disposal.tombstones import after_rebuild
from preserve.archival_storage.media import server_store
from preserve.data_management.rebuild import rebuild
from preserve.home import open_home

EDGES = ("held", "filled", "made", "ready", "aside", "aside-wal", "aside-shm", "placed")


def start(home: Path, edge: str, act: str) -> subprocess.Popen[str]:
    """A rebuild that waits at the edge until a line comes (`wait`), or dies there (`kill`); returns once it is there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.rebuilding", str(home), edge, act],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == edge
    if act == "kill":
        process.wait(60)
    return process


def go_on(process: subprocess.Popen[str]) -> None:
    """Let a rebuild that waits go on, to its end."""
    process.communicate("\n", timeout=120)
    assert process.returncode == 0


def main(home_path: str, edge: str, act: str) -> None:
    """Say the edge, then wait or die."""
    home = open_home(Path(home_path))

    def told(what: str) -> None:
        if what == edge:
            print(what, flush=True)
            if act == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            sys.stdin.readline()

    rebuild(home, [server_store(home)], finish=after_rebuild(home), told=told)


if __name__ == "__main__":
    main(*sys.argv[1:])
