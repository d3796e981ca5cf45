"""One case of a million files taken in by the real program, for the memory that its processes take.

`PRESERVE_SOAK_FILES` says how many files the case has; a case of a tenth of them goes before it, so that what grows
with each file is told from what does not.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from benchmarks.measure import PROGRAM, describe, keeping_home, timed

MANY = 1_000_000
_A_FOLDER = 1_000


def _case(folder: Path, count: int) -> Path:
    """A case of so many tiny texts, each of its own bytes."""
    names = []
    for number in range(count):
        name = f"{number // _A_FOLDER:04}/文书{number:07}.txt"
        if number % _A_FOLDER == 0:
            (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(f"{number} 现场检查笔录", encoding="utf-8")
        names.append(name)
    describe(folder, f"海量{count}号", names)
    return folder


def _peak(folder: Path, count: int) -> tuple[int, float]:
    """The largest memory of any process of a whole ingest, in MiB, and its seconds."""
    home = keeping_home(folder / "home")
    # A deposit's bounds are the archive's own; this campaign asks for memory beyond those that are shipped.
    ours = (Path(__file__).parents[2] / "profiles" / "deposit.toml").read_text(encoding="utf-8")
    for name, value in (("most_files", 2 * MANY), ("description_limit", 256 << 20)):
        ours = _with(ours, name, value)
    (home / "profiles" / "deposit.toml").write_text(ours, encoding="utf-8")
    case = _case(folder / "case", count)
    took = timed([PROGRAM, "ingest", str(case)], home=home)
    shutil.rmtree(folder)
    return took.memory >> 20, took.seconds


def _with(profile: str, name: str, value: int) -> str:
    """The profile with another number of that name."""
    changed, times = re.subn(rf"(?m)^{name} = \d+", f"{name} = {value}", profile)
    assert times == 1, name
    return changed


def run(folder: Path, seconds: float, seed: int) -> str:
    """Once through, whatever the time given."""
    count = int(os.environ.get("PRESERVE_SOAK_FILES", MANY))
    said = []
    for files in (count // 10, count):
        peak, took = _peak(folder / str(files), files)
        said.append(f"{files:,} files: largest process {peak} MiB, {took:.0f} s")
        print(said[-1], flush=True)
    return f"one case, whole ingest; {'; '.join(said)}."
