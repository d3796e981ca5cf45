"""Kills a command from outside at its n-th change of a name: strace holds it before the call and lets it die there."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.program import PROGRAM, Archive

_CALLS = "rename,renameat,renameat2,link,rmdir"


@dataclass(frozen=True)
class Edge:
    """The n-th call of that name by the main thread, and what was called."""

    call: str
    number: int
    text: str


def killed_at(archive: Archive, edge: Edge, *arguments: str) -> bool:
    """Run a command that dies before that change of a name; whether it got that far. Ended sooner, it succeeded."""
    options = ["-e", f"inject={edge.call}:signal=KILL:when={edge.number}"]
    done = _traced(archive, Path("/dev/null"), options, arguments)
    assert done.returncode in (0, -9, 137), done.stderr + done.stdout
    return done.returncode != 0


def edges_of(archive: Archive, log: Path, *arguments: str) -> list[Edge]:
    """Run a command to its end; every change of a name that its main thread made, in order."""
    done = _traced(archive, log, [], arguments)
    assert done.returncode == 0, done.stderr + done.stdout
    found: list[Edge] = []
    main = ""
    for line in log.read_text(encoding="utf-8").splitlines():
        thread, _, text = line.partition(" ")
        main = main or thread
        call = text.strip().partition("(")[0]
        if thread == main and call in _CALLS.split(","):
            found.append(Edge(call, 1 + sum(one.call == call for one in found), text))
    return found


def _traced(
    archive: Archive, log: Path, options: list[str], arguments: tuple[str, ...]
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [
            "strace",
            "-f",
            "-qq",
            "-o",
            str(log),
            "-e",
            f"trace={_CALLS}",
            *options,
            str(PROGRAM),
            "--lang",
            "en",
            *arguments,
        ],
        env={**os.environ, "PRESERVE_HOME": str(archive.home), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done
