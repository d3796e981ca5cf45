"""What a command does, counted where the speed of the machine plays no part: queries, steps, bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import PROGRAM

_COUNTERS = Path(__file__).parent / "counters"
# What is read, and the memory of the largest process, is told of a process and of those it waited for, so each command
# has a process of its own around it. Two processors, so that as many workers start everywhere.
_AROUND = """
import os, resource, subprocess, sys
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
if done.returncode not in (0, 5):
    sys.exit(done.stderr.decode(errors="replace")[-2000:])
with open("/proc/self/io") as file:
    print(file.readline().split()[1], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""
_SUMMED = ("queries", "steps", "decodings", "programs", "opened")


@dataclass(frozen=True, slots=True)
class Counts:
    """Statements, steps of SQLite's machine, JSON texts decoded, programs started, files opened, Python processes.

    `imported` are the modules, without those of Python's own library, in the process that has most of them. `read` are
    the bytes that all of them read, from files and pipes, without Python's modules; `memory` is that of the largest
    process, in bytes.
    """

    queries: int
    steps: int
    decodings: int
    programs: int
    opened: int
    imported: int
    processes: int
    read: int
    memory: int


def count(arguments: Sequence[str], home: Path) -> Counts:
    """Run a command of the program to its end. Raises RuntimeError where it fails."""
    with tempfile.TemporaryDirectory(prefix="preserve-counts-") as folder:
        environment = {
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "PRESERVE_HOME": str(home),
            "PYTHONPATH": str(_COUNTERS),
            "BENCHMARK_COUNTS": folder,
        }
        command = [sys.executable, "-I", "-c", _AROUND, PROGRAM, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
        counted = [json.loads(path.read_bytes()) for path in Path(folder).iterdir()]
    read, memory = map(int, done.stdout.split())
    return Counts(
        **{name: sum(counts[name] for counts in counted) for name in _SUMMED},
        imported=max(counts["imported"] for counts in counted),
        processes=len(counted),
        read=read - sum(counts["modules"] for counts in counted),
        memory=memory,
    )
