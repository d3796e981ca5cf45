"""Kills a command from outside at its n-th rename: strace holds it before the call and lets it die there."""

from __future__ import annotations

import os
import subprocess

from tests.program import PROGRAM, Archive

_CALLS = "rename,renameat,renameat2,link,rmdir"


def killed_at(archive: Archive, edge: int, *arguments: str, token: str = "") -> bool:
    """Run a command that dies before its n-th change of a name; whether it got that far. Ended sooner, it succeeded."""
    environment = {**os.environ, "PRESERVE_HOME": str(archive.home), "LC_ALL": "C.UTF-8"}
    if token:
        environment["PRESERVE_TOKEN"] = token
    done = subprocess.run(
        [
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={_CALLS}",
            "-e", f"inject={_CALLS}:signal=KILL:when={edge}", str(PROGRAM), "--lang", "en", *arguments,
        ],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, -9, 137), done.stderr + done.stdout
    return done.returncode != 0
