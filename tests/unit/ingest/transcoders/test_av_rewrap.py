"""Streams put into another container as they are, and the proof of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.transcoders.av_rewrap import may_rewrap, rewrap
from preserve.programs import run


def _recording(path: Path, *options: str) -> Path:
    source = ("-f", "lavfi", "-i", "testsrc=d=0.4:s=64x48:r=10", "-f", "lavfi", "-i", "sine=d=0.4")
    run(["ffmpeg", "-loglevel", "error", *source, *options, "-y", str(path)])
    return path


@pytest.mark.parametrize(
    ("name", "options", "method"),
    [
        ("a.mkv", ("-c:v", "libx264", "-c:a", "aac"), "stream-digests-equal"),
        ("a.ts", ("-c:v", "libx264", "-c:a", "aac"), "decoded-frames-equal"),
    ],
)
def test_nothing_is_decoded_and_it_is_proven(name: str, options: tuple[str, ...], method: str, tmp_path: Path) -> None:
    source = _recording(tmp_path / name, *options)
    assert may_rewrap(source)
    result = rewrap(source, tmp_path, "result", lambda seconds: None, name)
    assert (result.suffix, result.proof.holds, result.proof.method) == (".mkv", True, method)
    assert result.proof.source == result.proof.result != {} and len(result.proof.commands) == 2
    assert dict(result.properties)["video codec"] == "h264"
    assert not result.findings


def test_a_codec_that_is_not_open_is_not_rewrapped(tmp_path: Path) -> None:
    assert not may_rewrap(_recording(tmp_path / "a.avi", "-c:v", "mpeg4", "-c:a", "mp3"))
