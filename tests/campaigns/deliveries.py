"""A delivery with a file of more than 4 GiB: page and program read all of it, in memory that does not grow with it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.support.browser import Browser, opened
from tests.support.dips import CONTENT, DIP, make_dip, make_ledger, seal

SIZE = (4 << 30) + 77
MEMORY = 1 << 20  # KiB that the part of the browser which runs the page may ever take


def _peak(browser: Browser) -> int:
    """The most memory that the process with the page took, KiB."""
    most = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (
                os.getpgid(int(process.name)) == browser.process.pid
                and b"renderer" in (process / "cmdline").read_bytes()
            ):
                said = (process / "status").read_text()
                most = max(most, int(said.partition("VmHWM:")[2].split()[0]))
    return most


def run(folder: Path, seconds: float, seed: int) -> str:
    """One round, however long it takes; only its last bytes tell the file from an empty one."""
    log = make_ledger(folder / "archive")
    root = make_dip(log, folder)
    film = root / "data" / DIP / CONTENT[-1][0]
    with film.open("r+b") as stream:
        stream.truncate(SIZE)
        stream.seek(-8, os.SEEK_END)
        stream.write(seed.to_bytes(8, "big"))
    seal(log, root)
    began = time.monotonic()
    done = subprocess.run([sys.executable, root / "verify.py", "--json"], capture_output=True, check=False)
    program = time.monotonic() - began
    # The first sealing of the same delivery stands in the ledger, but not in this proof.
    assert done.returncode == 0, done.stdout
    with opened(folder / "profile") as browser:
        browser.open(root / "verify.html")
        began = time.monotonic()
        browser.choose("folder", root)
        page = time.monotonic() - began
        result = browser.run("({intact: last.intact, bytes: last.bytes, problems: last.problems})")
        memory = _peak(browser)
    assert isinstance(result, dict) and result["intact"] and result["bytes"] > SIZE, result
    assert 0 < memory < MEMORY, memory
    return (
        f"a film of {SIZE:,} bytes in a delivery, SHA-256 and SM3 both: intact by verify.py in {program:.0f} s and by "
        f"the page in {page:.0f} s, which took at most {memory >> 10} MiB."
    )
