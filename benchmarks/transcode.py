"""Lossless transcoding with its proof, against the bare encode and the decode that the proof needs."""

from __future__ import annotations

import resource
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import middle, row, scratch
from preserve.ingest.transcoders import av
from preserve.work import processors

SECONDS = 30


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


_DIGESTS = ("-map", "0:v", "-c:v", "rawvideo", "-f", "framemd5", "-y")


def _bare(source: Path, folder: Path, *, digests: bool) -> float:
    """Seconds to encode and to decode again; with `digests` each run also hashes its frames, as a proof needs."""
    began = time.perf_counter()
    common = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y"]
    made = str(folder / "bare.mkv")
    encode = ["-c:v", "ffv1", "-level", "3", "-g", "1", "-slices", "16", "-slicecrc", "1", "-c:a", "flac", made]
    hashed = [[*_DIGESTS, str(folder / name)] if digests else [] for name in ("before", "after")]
    subprocess.run([*common, "-i", str(source), *encode, *hashed[0]], check=True)
    subprocess.run([*common, "-i", made, *(hashed[1] or ["-f", "null", "-"])], check=True)
    return time.perf_counter() - began


def _ours(source: Path, folder: Path, name: str) -> None:
    made = av.to_lossless(source, folder, name, lambda seconds: None, processors(), source.name)
    if not made.proof.holds:
        raise RuntimeError("the proof does not hold")


def _busy(clips: list[Path], folder: Path) -> float:
    """Which share of all processors the programs of several recordings at once keep busy."""

    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before, began = used(), time.perf_counter()
    with ThreadPoolExecutor(len(clips)) as pool:
        list(pool.map(lambda clip: _ours(clip, folder, clip.stem), clips))
    return (used() - before) / (time.perf_counter() - began) / processors()


def main() -> list[str]:
    """One 1080p clip; then two clips at once. A clip is long enough that starting programs is a small part of it."""
    with scratch() as folder:
        clips = [folder / "clip.mp4", folder / "again.mp4"]
        for clip in clips:
            _clip(clip, SECONDS, "1920x1080")
        bare, hashed, ours, busy = [], [], [], []
        for number in range(measure.RUNS):
            bare.append(_bare(clips[0], folder, digests=False))
            hashed.append(_bare(clips[0], folder, digests=True))
            began = time.perf_counter()
            _ours(clips[0], folder, f"ours{number}")
            ours.append(time.perf_counter() - began)
            (folder / f"ours{number}.mkv").unlink()
            busy.append(_busy(clips, folder))
        mine, share = middle(ours), middle(busy)
        floors = (("bare encode and decode", middle(bare)), ("the same with digests of each frame", middle(hashed)))
    return [
        *(
            row(
                "1080p to FFV1 with proof",
                f"{mine:.1f} s",
                f"{what} {floor:.1f} s",
                f"{mine / floor:.2f}",
                "≤ 1.05",
                met,
            )
            for what, floor in floors
            for met in (mine / floor <= 1.05,)
        ),
        row(
            "two recordings at once, processors busy",
            f"{share:.0%}",
            f"{processors()} processors",
            f"{share:.2f}",
            "≥ 0.95",
            share >= 0.95,
        ),
    ]
