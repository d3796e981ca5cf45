"""What `check` foretells of a package's size, against what ingest then takes, under both policies."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Archive, found
from tests.support.tiny_case import write_case

RECORDINGS = {
    "现场.mp4": ("testsrc2=s=320x180:r=12", ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")),
    "入口.mov": ("testsrc=s=160x120:r=25", ("-c:v", "libx264", "-crf", "35", "-c:a", "pcm_alaw", "-ar", "8000")),
    "录像.avi": ("testsrc2=s=320x180:r=12", ("-c:v", "libx264", "-bf", "0", "-c:a", "pcm_alaw", "-ar", "8000")),
    "另存.avi": ("testsrc=s=160x120:r=25", ("-c:v", "libx264", "-bf", "2", "-c:a", "pcm_s16le", "-ar", "8000")),
    "旧机.mpg": ("mandelbrot=s=176x144:r=25", ("-c:v", "mpeg2video", "-c:a", "mp2")),
    "光盘.vob": ("mandelbrot=s=176x144:r=25", ("-c:v", "mpeg2video", "-c:a", "pcm_dvd", "-ar", "48000", "-ac", "2")),
    "录像机.h265": ("testsrc2=s=320x180:r=25", ("-an", "-c:v", "libx265", "-x265-params", "log-level=none")),
    "监控.wmv": ("testsrc2=s=160x120:r=10", ("-c:v", "wmv2", "-c:a", "wmav2")),
    "询问.mp3": ("", ("-c:a", "libmp3lame")),
}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with recordings in open codecs, of discs and recorders too, and in a codec at risk: two seconds each."""
    folder = write_case(tmp_path_factory.mktemp("forecast") / "case")
    for name, (picture, codecs) in RECORDINGS.items():
        sources = ("-f", "lavfi", "-i", picture) if picture else ()
        options = (*sources, "-f", "lavfi", "-i", "anoisesrc=a=0.05:r=16000", "-t", "2", *codecs)
        subprocess.run(["ffmpeg", "-v", "error", "-y", *options, str(folder / name)], check=True)
    file = folder / "case.json"
    description = json.loads(file.read_text(encoding="utf-8"))
    description["objects"] += [{"file": name, "kind": "录音录像", "stage": "调查"} for name in RECORDINGS]
    file.write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
    return folder


def _checked(archive: Archive, case: Path) -> dict[str, Any]:
    done = archive.run("--json", "check", str(case))
    assert done.returncode == 0, done.stderr
    checked: dict[str, Any] = json.loads(done.stdout)["checks"][0]
    return checked


def _taken(archive: Archive, case: Path) -> int:
    assert archive.run("ingest", str(case)).returncode == 0
    (package,) = (archive.home / "store" / "packages").iterdir()
    return sum(path.stat().st_size for path in package.rglob("*") if path.is_file())


def test_the_forecast_is_what_ingest_takes(case: Path, tmp_path: Path) -> None:
    archives = {policy: found(tmp_path / policy, "--policy", policy) for policy in ("compact", "lossless")}
    checks = {policy: _checked(archive, case) for policy, archive in archives.items()}
    assert checks["compact"]["forecast"] == checks["lossless"]["forecast"]
    said = archives["compact"].run("check", str(case))
    assert "under compact" in said.stderr and "this archive has compact" in said.stderr
    taken = {policy: _taken(archive, case) for policy, archive in archives.items()}
    assert taken["lossless"] > 1.5 * taken["compact"]
    for policy, check in checks.items():
        assert check["policy"] == policy and check["needed"] == check["forecast"][policy]
        assert check["needed"] == pytest.approx(taken[policy], rel=0.2)


def test_the_forecast_of_many_small_papers(tmp_path: Path) -> None:
    """What is written of each file counts for more than its bytes."""
    case = write_case(tmp_path / "case")
    file = case / "case.json"
    description = json.loads(file.read_text(encoding="utf-8"))
    for number in range(150):
        (case / f"材料{number}.txt").write_text("现场检查笔录，当事人陈述。" * 20, encoding="utf-8")
        description["objects"].append({"file": f"材料{number}.txt", "kind": "文书", "stage": "调查"})
    file.write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
    archive = found(tmp_path / "home", "--policy", "compact")
    assert _checked(archive, case)["needed"] == pytest.approx(_taken(archive, case), rel=0.1)
