"""2 GiB of video under `keep`, against copying it, syncing it and reading it back once."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import PROGRAM, describe, keeping_home, middle, row, scratch, settle, timed

SIZE = 2 << 30


def _video(path: Path) -> None:
    """A short real video, followed by random bytes in a free box, as large as asked."""
    subprocess.run(
        [
            "ffmpeg",
            "-nostdin",
            "-loglevel",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=640x360:d=4",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            "-movflags",
            "+faststart",
            str(path),
        ],
        check=True,
    )
    rest = SIZE - path.stat().st_size
    block = os.urandom(8 << 20)
    with path.open("ab") as out:
        out.write((1).to_bytes(4, "big") + b"free" + rest.to_bytes(8, "big"))
        rest -= 16
        while rest > 0:
            rest -= out.write(block[: min(len(block), rest)])


def _floor(source: Path, target: Path) -> float:
    settle()
    began = time.perf_counter()
    shutil.copyfile(source, target)
    with target.open("rb+") as stream:
        os.fsync(stream.fileno())
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        hashlib.file_digest(stream, "sha256")
    seconds = time.perf_counter() - began
    target.unlink()
    return seconds


def main() -> list[str]:
    """The ratio of the medians of the runs of each, in turn."""
    with scratch() as folder:
        case = folder / "case"
        case.mkdir()
        _video(case / "录像.mp4")
        describe(case, "基准1号", ["录像.mp4"])
        (case / "录像.mp4").read_bytes()
        floors, ours = [], []
        for number in range(measure.RUNS):
            floors.append(_floor(case / "录像.mp4", folder / "copy.mp4"))
            home = keeping_home(folder / f"home{number}")
            settle()
            ours.append(timed([PROGRAM, "ingest", str(case)], home=home).seconds)
            shutil.rmtree(home)
        floor, mine = middle(floors), middle(ours)
    ratio = mine / floor
    return [
        row(
            "2 GiB of video, whole ingest",
            f"{mine:.1f} s",
            f"cp, fsync, one SHA-256 read-back: {floor:.1f} s",
            f"{ratio:.2f}",
            "≤ 1.15",
            ratio <= 1.15,
        )
    ]
