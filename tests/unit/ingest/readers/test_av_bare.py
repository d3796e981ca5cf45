"""A picture stream without a container: every picture is counted, and what it does not say is told."""

from __future__ import annotations

import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from preserve.ingest.readers.av import read
from preserve.ingest.readers.report import Report

HEVC = ("-c:v", "libx265", "-x265-params", "log-level=none")


def _said(path: Path, *options: str, rate: int = 25) -> Report:
    source = ("-f", "lavfi", "-i", f"testsrc=d=3:s=64x48:r={rate}")
    subprocess.run(["ffmpeg", "-v", "error", *source, *options, str(path)], check=True)
    report = Report(path.name)
    read(path, report, ZoneInfo("Asia/Shanghai"))
    return report


@pytest.mark.parametrize(
    ("name", "options", "rate"),
    [
        ("a.h264", ("-c:v", "libx264"), 25),
        ("b-frames.264", ("-c:v", "libx264", "-bf", "2"), 25),
        ("a.h265", HEVC, 25),  # MediaInfo alone says 16 pictures
        ("slow.h265", HEVC, 10),
    ],
)
def test_every_picture_is_counted(name: str, options: tuple[str, ...], rate: int, tmp_path: Path) -> None:
    report = _said(tmp_path / name, *options, rate=rate)
    assert report.duration == pytest.approx(3.0)
    (stream,) = report.streams
    known = dict(stream.properties)
    assert (known["FrameCount"], known["FrameRate"]) == (str(3 * rate), f"{rate}.000")
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("format.no-times", "note")
    assert finding.values == {"count": 3 * rate, "rate": str(rate)}


@pytest.mark.parametrize("name", ["a.mp4", "a.ts", "a.mkv"])
def test_a_container_has_times(name: str, tmp_path: Path) -> None:
    report = _said(tmp_path / name, "-c:v", "libx264")
    assert report.findings == [] and report.duration == pytest.approx(3.0, abs=0.1)


def test_a_name_says_nothing(tmp_path: Path) -> None:
    report = _said(tmp_path / "a.h264", "-c:v", "libx264", "-f", "mp4")
    assert report.findings == []
