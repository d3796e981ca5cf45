"""The clock in a recording of 720p, read by machine: how fast, whether a cut is found, and whether nothing else is.

A recording of BENCHMARK_CLOCK_SECONDS (600) with a clock that ffmpeg draws, out of which 45 s were cut without coding
anew. The floor is ffmpeg decoding the same key frames; the peer, where it is installed, PySceneDetect on the same file,
which looks for cuts in the picture and knows no clock.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import middle, row, scratch
from preserve.machine_reading.clock import clock_engine, read_clock
from preserve.machine_reading.clock_judging import judge, reads_of
from preserve.machine_reading.clock_profile import clock_profile
from preserve.machine_reading.records import ClockShown
from preserve.machine_reading.stretches import read_stretches
from preserve.typesetting.fonts import face
from tests.support.made_recordings import cut_out

SECONDS = int(os.environ.get("BENCHMARK_CLOCK_SECONDS", "600"))
_GONE = 45
_QUIET = ["ffmpeg", "-nostdin", "-v", "error", "-y"]


def _recording(folder: Path) -> Path:
    """A noisy picture of 1280 × 720 at 25 frames a second, key frames every second, a clock at the top."""
    file, _ = face()
    shown = r"%{pts\:localtime\:1773480580\:%Y-%m-%d %H\\\:%M\\\:%S}"
    clock = f"drawtext=fontfile={file}:text='{shown}':x=860:y=16:fontsize=36:fontcolor=white:borderw=2"
    picture = f"testsrc2=s=1280x720:r=25:d={SECONDS + _GONE},noise=alls=20:allf=t,{clock}"
    sound = ["-f", "lavfi", "-i", f"sine=d={SECONDS + _GONE}"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "4M", "-g", "25", "-bf", "0", "-pix_fmt", "yuv420p"]
    whole = folder / "whole.mp4"
    subprocess.run([*_QUIET, "-f", "lavfi", "-i", picture, *sound, *coded, "-c:a", "aac", str(whole)], check=True)
    return cut_out(whole, SECONDS // 2, SECONDS // 2 + _GONE, folder / "cut.mp4")


def _floor(path: Path) -> float:
    began = time.perf_counter()
    subprocess.run([*_QUIET, "-skip_frame", "nokey", "-i", str(path), "-an", "-f", "null", "-"], check=True)
    return time.perf_counter() - began


def _peer(path: Path) -> float | None:
    if importlib.util.find_spec("scenedetect") is None:
        return None
    code = "import sys; from scenedetect import detect, ContentDetector; detect(sys.argv[1], ContentDetector())"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    return time.perf_counter() - began


def main() -> list[str]:
    """Rows for the table."""
    profile, engine = clock_profile(None), clock_engine()
    with scratch() as folder:
        path = _recording(folder)
        floor = middle([_floor(path) for _ in range(measure.RUNS)])
        taken, shown = [], []
        for _ in range(measure.RUNS):
            began = time.perf_counter()
            shown = [one for one in read_clock(path, "a.mp4", profile, engine) if isinstance(one, ClockShown)]
            taken.append(time.perf_counter() - began)
        began = time.perf_counter()
        list(read_stretches(path, "a.mp4", profile.stretches))
        measured = time.perf_counter() - began
        peer = _peer(path)
    seconds = middle(taken)
    breaks = judge(reads_of(shown, profile.least_score), profile)
    right = [one for one in breaks if one.before.at - 2 <= SECONDS // 2 <= one.after.at + 2]
    read = sum(bool(one.shows) for one in shown)
    times = SECONDS / seconds
    what = f"clock of {SECONDS} s of 720p"
    rows = [
        row(what, f"{seconds:.1f} s", f"its own length, {SECONDS} s", f"{times:.0f}×", "≥ 10×", times >= 10),
        row(
            what,
            f"{seconds:.1f} s",
            f"ffmpeg decodes its key frames: {floor:.1f} s",
            f"{seconds / floor:.1f}",
            "—",
            None,
        ),
        row(
            "frames in which it was read",
            str(read),
            f"{len(shown)} looked at",
            f"{read / len(shown):.3f}",
            "≥ 0.98",
            read >= 0.98 * len(shown),
        ),
        row(f"{_GONE} s cut out, found within 2 s", str(len(right)), "1 cut", "—", "1", len(right) == 1),
        row("false jumps and stops", str(len(breaks) - len(right)), "—", "—", "0", len(breaks) == len(right)),
        row(
            f"dead stretches of {SECONDS} s of 720p",
            f"{measured:.1f} s",
            f"its own length, {SECONDS} s",
            f"{SECONDS / measured:.0f}×",
            "≥ 10×",
            SECONDS / measured >= 10,
        ),
    ]
    if peer is not None:
        rows.append(
            row(
                what,
                f"{seconds:.1f} s",
                f"PySceneDetect, cuts of the picture: {peer:.1f} s",
                f"{peer / seconds:.1f}× faster",
                "—",
                None,
            )
        )
    return rows
