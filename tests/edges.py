"""Kills a command from outside at its n-th change of a name: strace holds it before the call and lets it die there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.program import PROGRAM, Archive

_CALLS = "rename,renameat,renameat2,link,rmdir"


def killed_at(archive: Archive, edge: int, *arguments: str) -> bool:
    """Run a command that dies before its n-th change of a name; whether it got that far. Ended sooner, it succeeded."""
    done = _traced(archive, Path("/dev/null"), ["-e", f"inject={_CALLS}:signal=KILL:when={edge}"], arguments)
    assert done.returncode in (0, -9, 137), done.stderr + done.stdout
    return done.returncode != 0


def changes(archive: Archive, log: Path, *arguments: str) -> list[str]:
    """Run a command to its end; every change of a name that its main thread made, in order."""
    done = _traced(archive, log, [], arguments)
    assert done.returncode == 0, done.stderr + done.stdout
    lines = log.read_text(encoding="utf-8").splitlines()
    main = lines[0].split()[0]
    return [line for line in lines if line.split()[0] == main and "(" in line]


def _traced(
    archive: Archive, log: Path, options: list[str], arguments: tuple[str, ...]
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [
            "strace", "-f", "-qq", "-o", str(log), "-e", f"trace={_CALLS}", *options, str(PROGRAM), "--lang", "en",
            *arguments,
        ],
        env={**os.environ, "PRESERVE_HOME": str(archive.home), "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done
