"""What a whole ingest takes in memory grows little with the files of the case, in whatever process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import describe, keeping_home

_MOST = 20 << 10  # bytes a file; measured 7 to 9 kB, and a description kept as objects in two lists would be over it

_INGEST = """
import sys
from pathlib import Path
from preserve.cli.main import main
try:
    main()
finally:
    print("peak", Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0], file=sys.stderr)
"""


def _peak(folder: Path, count: int) -> int:
    """The most memory, in bytes, that the main process of an ingest of so many small files has."""
    case = folder / "case"
    names = [f"{number // 500:04}/文书{number:06}.txt" for number in range(count)]
    for name in names:
        (case / name).parent.mkdir(parents=True, exist_ok=True)
        (case / name).write_text(f"{name} 现场检查笔录", encoding="utf-8")
    describe(case, f"测{count}号", names)
    environment = {**os.environ, "PRESERVE_HOME": str(keeping_home(folder / "home")), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-c", _INGEST, "ingest", str(case)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stderr.rpartition("peak ")[2]) << 10


def test_twice_the_files_take_little_more_memory(tmp_path: Path) -> None:
    few, many = (_peak(tmp_path / str(count), count) for count in (1_000, 2_000))
    assert many < few + 1_000 * _MOST, (few, many)
