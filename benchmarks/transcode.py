"""Lossless transcoding with its proof, against the bare encode and the decode that the proof needs."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import middle, row, scratch
from preserve.ingest.transcoders import av
from preserve.work import processors


def _clip(path: Path, seconds: int, size: str) -> None:
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
            f"testsrc2=s={size}:r=25:d={seconds}",
            "-f",
            "lavfi",
            "-i",
            f"sine=d={seconds}",
            "-vf",
            "noise=alls=12:allf=t",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-b:v",
            "8M",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            str(path),
        ],
        check=True,
    )


def _bare(source: Path, folder: Path) -> float:
    began = time.perf_counter()
    common = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y"]
    subprocess.run(
        [
            *common,
            "-i",
            str(source),
            "-c:v",
            "ffv1",
            "-level",
            "3",
            "-g",
            "1",
            "-slices",
            "16",
            "-slicecrc",
            "1",
            "-c:a",
            "flac",
            str(folder / "bare.mkv"),
        ],
        check=True,
    )
    subprocess.run([*common, "-i", str(folder / "bare.mkv"), "-f", "null", "-"], check=True)
    return time.perf_counter() - began


def main() -> list[str]:
    """One 1080p clip; then two clips at once against one after the other."""
    with scratch() as folder:
        clip = folder / "clip.mp4"
        _clip(clip, 8, "1920x1080")
        bare, ours = [], []
        for number in range(measure.RUNS):
            bare.append(_bare(clip, folder))
            began = time.perf_counter()
            made = av.to_lossless(clip, folder, f"ours{number}", lambda seconds: None, processors(), "clip.mp4")
            ours.append(time.perf_counter() - began)
            if not made.proof.holds:
                raise RuntimeError("the proof does not hold")
        mine, floor = middle(ours), middle(bare)
        ratio = mine / floor
    return [
        row(
            "1080p to FFV1 with proof",
            f"{mine:.1f} s",
            f"bare encode and decode {floor:.1f} s",
            f"{ratio:.2f}",
            "≤ 1.05",
            ratio <= 1.05,
        )
    ]
