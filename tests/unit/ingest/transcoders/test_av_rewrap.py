"""Streams put into another container as they are, and the proof of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.transcoders.av_rewrap import compared, may_rewrap, rewrap
from preserve.ingest.transcoders.av_streams import read_streams
from preserve.ingest.transcoders.av_times import timing
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
        ("quicktime.mov", ("-c:v", "libx264", "-c:a", "adpcm_ima_qt", "-ar", "8000"), "stream-digests-equal"),
        ("pcm.avi", ("-c:v", "libx264", "-bf", "0", "-c:a", "pcm_s16le"), "decoded-frames-equal"),
        ("a-law.avi", ("-c:v", "libx264", "-bf", "0", "-c:a", "pcm_alaw", "-ar", "8000"), "decoded-frames-equal"),
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


def _packets(path: Path) -> list[str]:
    """The digest of each picture as it is coded, whichever may be the first that can be decoded."""
    listed = run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-c", "copy", "-copyinkf", "-f", "framemd5", "-"]
    )
    return [line.rpartition(",")[2].strip() for line in listed.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mpg"])
def test_pictures_before_the_first_that_stands_alone_are_not_lost(name: str, tmp_path: Path) -> None:
    """A clip cut out of a recording, as stations and monitors give it, begins anywhere."""
    codec = ("-c:v", "mpeg2video", "-r", "25", "-c:a", "mp2") if name == "a.mpg" else ("-c:v", "libx264", "-c:a", "aac")
    whole = _recording(tmp_path / f"whole-{name}", *codec, "-bf", "0", "-g", "3" if "mpg" in name else "2")
    source = tmp_path / name
    run(["ffmpeg", "-v", "error", "-i", str(whole), "-ss", "0.1", "-c", "copy", "-copyinkf", "-y", str(source)])
    before = _packets(source)
    result = rewrap(source, tmp_path, "result", lambda seconds: None, name)
    assert result.proof.holds, result.proof.why
    assert "-copyinkf" in result.command
    assert _packets(result.path) == before and len(before) > 1


def _shown_at(path: Path) -> list[int]:
    """Milliseconds at which the container shows each picture, in the order of coding."""
    said = run(
        [
            "ffprobe",
            "-v",
            "error",
            "-select_streams",
            "v",
            "-show_entries",
            "packet=pts_time",
            "-of",
            "csv=p=0",
            str(path),
        ]
    )
    return [round(float(line.strip(",")) * 1000) for line in said.split()]


def test_a_container_that_counts_pictures_shows_each_when_it_was_counted(tmp_path: Path) -> None:
    source = _recording(tmp_path / "a.avi", "-c:v", "libx264", "-bf", "0", "-c:a", "pcm_s16le")
    result = rewrap(source, tmp_path, "result", lambda seconds: None, "a.avi")
    assert result.proof.holds, result.proof.why
    assert _shown_at(result.path) == [0, 100, 200, 300]


def test_pictures_coded_before_their_turn_get_no_invented_times(tmp_path: Path) -> None:
    """AVI does not say when they are shown: that they are all there is not enough."""
    options = ("-c:v", "libx264", "-bf", "1", "-x264-params", "b-adapt=0", "-c:a", "pcm_s16le")
    source = _recording(tmp_path / "a.avi", *options)
    result = rewrap(source, tmp_path, "result", lambda seconds: None, "a.avi")
    assert not result.proof.holds and "away from where it did" in result.proof.why
    assert not may_rewrap(source), "so nobody tries, and the forecast knows"


@pytest.mark.parametrize("name", ["a.mpg", "a.mxf"])
def test_mpeg_2_goes_on_as_it_is(name: str, tmp_path: Path) -> None:
    sound = ("-c:a", "pcm_s16le", "-ar", "48000") if name == "a.mxf" else ("-c:a", "mp2", "-f", "vob")
    source = _recording(tmp_path / name, "-c:v", "mpeg2video", "-r", "25", *sound)
    assert may_rewrap(source)
    result = rewrap(source, tmp_path, "result", lambda seconds: None, name)
    assert result.proof.holds, result.proof.why
    assert dict(result.properties)["video codec"] == "mpeg2video"


_DVD = ("-c:v", "mpeg2video", "-r", "25", "-c:a", "pcm_dvd", "-ar", "48000", "-f", "vob")
_BLU_RAY = ("-c:v", "libx264", "-c:a", "pcm_bluray", "-ar", "48000", "-f", "mpegts", "-mpegts_m2ts_mode", "1")
_BROADCAST = ("-c:v", "mpeg2video", "-r", "25", "-c:a", "s302m", "-strict", "-2", "-ar", "48000", "-f", "mpegts")


@pytest.mark.parametrize(
    ("name", "options", "sound"),
    [
        ("dvd.vob", (*_DVD, "-ac", "2", "-sample_fmt", "s16"), "pcm_s16le"),
        ("dvd24.vob", (*_DVD, "-ac", "2", "-sample_fmt", "s32"), "pcm_s24le"),
        ("blu-ray.m2ts", (*_BLU_RAY, "-ac", "2"), "pcm_s16le"),
        ("blu-ray-5.1.m2ts", (*_BLU_RAY, "-ac", "6", "-sample_fmt", "s32"), "pcm_s24le"),
        ("s302m.ts", (*_BROADCAST, "-ac", "2"), "pcm_s16le"),
    ],
)
def test_sound_of_discs_is_unpacked_and_its_picture_goes_on_as_it_is(
    name: str, options: tuple[str, ...], sound: str, tmp_path: Path
) -> None:
    source = _recording(tmp_path / name, *options)
    assert may_rewrap(source)
    result = rewrap(source, tmp_path, "result", lambda seconds: None, name)
    assert result.proof.holds, result.proof.why
    assert result.proof.source == result.proof.result and len(result.proof.source) == 2
    assert "compared by its samples" in result.proof.note and not result.findings
    known = dict(result.properties)
    assert (known["sound codec"], known["video codec"]) == (sound, "h264" if "blu" in name else "mpeg2video")
    assert result.path.stat().st_size < 1.2 * source.stat().st_size

    def samples(path: Path) -> str:
        return run(
            ["ffmpeg", "-loglevel", "error", "-i", str(path), "-map", "0:a", "-c:a", "pcm_s32le", "-f", "md5", "-"]
        )

    assert samples(source) == samples(result.path)


def test_a_sample_that_changed_on_the_way_is_seen(tmp_path: Path) -> None:
    """Twenty-four bits put into sixteen are no copy."""
    source = _recording(tmp_path / "a.vob", *_DVD, "-ac", "2", "-sample_fmt", "s32", "-filter:a", "volume=0.37")
    result = tmp_path / "a.mkv"
    copied = ("-fflags", "+genpts", "-i", str(source), "-map", "0:v", "-map", "0:a", "-c:v", "copy")
    run(["ffmpeg", "-v", "error", *copied, "-c:a", "pcm_s16le", str(result)])
    known = read_streams(source)
    timed = timing(source, known, copied=True)
    proof = compared(source, result, known, timed, tmp_path / "digests", {}, lambda seconds: None)
    assert not proof.holds and "stream 1 a sha256 differs" in proof.why


def test_a_codec_that_is_not_open_is_not_rewrapped(tmp_path: Path) -> None:
    assert not may_rewrap(_recording(tmp_path / "a.avi", "-c:v", "mpeg4", "-c:a", "mp3"))
