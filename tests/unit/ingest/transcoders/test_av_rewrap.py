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
        ("pcm.mov", ("-c:v", "libx264", "-c:a", "pcm_s16le"), "stream-digests-equal"),
        ("big-endian.mov", ("-c:v", "libx264", "-c:a", "pcm_s16be"), "stream-digests-equal"),
        ("a-law.mov", ("-c:v", "libx264", "-c:a", "pcm_alaw", "-ar", "8000"), "stream-digests-equal"),
        ("mu-law.mov", ("-c:v", "libx264", "-c:a", "pcm_mulaw", "-ar", "8000"), "stream-digests-equal"),
        ("adpcm.mkv", ("-c:v", "libx264", "-c:a", "adpcm_ms", "-ar", "8000"), "stream-digests-equal"),
        ("ima.mkv", ("-c:v", "libx264", "-c:a", "adpcm_ima_wav", "-ar", "8000"), "stream-digests-equal"),
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


@pytest.mark.parametrize("name", ["a.mpg", "a.mxf"])
def test_mpeg_2_goes_on_as_it_is(name: str, tmp_path: Path) -> None:
    sound = ("-c:a", "pcm_s16le", "-ar", "48000") if name == "a.mxf" else ("-c:a", "mp2", "-f", "vob")
    source = _recording(tmp_path / name, "-c:v", "mpeg2video", "-r", "25", *sound)
    assert may_rewrap(source)
    result = rewrap(source, tmp_path, "result", lambda seconds: None, name)
    assert result.proof.holds, result.proof.why
    assert dict(result.properties)["video codec"] == "mpeg2video"


def test_a_codec_that_is_not_open_is_not_rewrapped(tmp_path: Path) -> None:
    assert not may_rewrap(_recording(tmp_path / "a.avi", "-c:v", "mpeg4", "-c:a", "mp3"))
