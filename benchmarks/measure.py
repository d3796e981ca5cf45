"""What the benchmarks share: timing whole processes with their memory, making files, a home, rows of a table."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.support.tiny_case import answers_for

PROGRAM = str(Path(sys.executable).parent / "preserve")
KEEP = """
[[rule]]
name = "everything is kept"
lossless = "keep"
compact = "keep"
access = "none"

[estimate]
""" + "".join(
    f"{name} = 0.0\n"
    for name in ("ffv1", "ffv1_pixel", "rewrap", "flac", "raster", "pdfa", "utf8", "mp4", "m4a", "jpeg")
)


@dataclass(frozen=True)
class Timed:
    """Seconds of wall time, and the largest sum of resident memory of a process and its children, in bytes."""

    seconds: float
    memory: int


def timed(command: Sequence[str], *, home: Path | None = None, cwd: Path | None = None) -> Timed:
    """Run a command to its end and time it from outside. Raises RuntimeError when it fails."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    # Compiled modules are kept, as they are where the program is installed.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if home is not None:
        environment["PRESERVE_HOME"] = str(home)
    began = time.perf_counter()
    process = subprocess.Popen(
        list(command), env=environment, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    peak = [0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            try:
                one = psutil.Process(process.pid)
                family = [one, *one.children(recursive=True)]
                peak[0] = max(peak[0], max(p.memory_info().rss for p in family))
            except psutil.Error:
                continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, error = process.communicate()
    seconds = time.perf_counter() - began
    ended.set()
    watcher.join()
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]}: {process.returncode}: {error[-2000:]}")
    return Timed(seconds, peak[0])


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="preserve-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keeping_home(folder: Path) -> Path:
    """A new archive whose formats profile keeps everything."""
    timed([PROGRAM, "init", "--institution", "benchmark"], home=folder)
    (folder / "profiles" / "formats.toml").write_text(KEEP, encoding="utf-8")
    return folder


def describe(case: Path, number: str, files: Sequence[str]) -> None:
    """The description of a case of these files."""
    content: dict[str, Any] = {
        "case_number": number,
        "case_type": "检查",
        "title": number,
        "cause": "测试",
        "producer": {"name": "某局"},
        "start": "2026-01-05",
        "closed": "2026-02-02",
        "objects": [{"file": name, "kind": "文书", "stage": "调查"} for name in files],
    }
    content["acceptances"] = answers_for(content)  # one for each document that such a case lacks
    (case / "case.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


RUNS = 3
"""Each figure is the median of so many runs; `python -m benchmarks --once` takes one."""


def median_of(run: Callable[[], float]) -> float:
    """The median of as many runs as are taken."""
    return middle([run() for _ in range(RUNS)])


def middle(figures: Sequence[float]) -> float:
    """The median of an odd number of figures."""
    return sorted(figures)[len(figures) // 2]


def settle() -> None:
    """Let nothing of the last step be written back during the next."""
    os.sync()


def row(what: str, measured: str, floor: str, ratio: str, target: str, met: bool | None) -> str:
    """One row of the table."""
    mark = {True: "met", False: "**missed**", None: "—"}[met]
    return f"| {what} | {measured} | {floor} | {ratio} | {target} | {mark} |"
