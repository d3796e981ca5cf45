"""A proof proves: one thing at a time is changed in the result, and each time the comparison says which."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import av, av_rewrap
from preserve.ingest.transcoders.av_compare import Comparison
from preserve.ingest.transcoders.av_streams import read_streams
from preserve.ingest.transcoders.av_times import timing
from tests.support.material.corpus import ffmpeg

_LOSSLESS = ("-c:v", "ffv1", "-level", "3", "-c:a", "flac")
_ALL = ("-map", "0", "-c", "copy")


def _silent(seconds: float) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two pictures, two sounds and a subtitle; and what was made of them."""
    folder = tmp_path_factory.mktemp("recording")
    words, source = folder / "words.srt", folder / "a.mkv"
    words.write_text("1\n00:00:00,200 --> 00:00:00,800\n我们是执法人员\n", encoding="utf-8")
    pictures = ("-f", "lavfi", "-i", "testsrc2=d=1:s=64x48:r=10", "-f", "lavfi", "-i", "testsrc=d=1:s=80x64:r=10")
    sounds = ("-f", "lavfi", "-i", "sine=d=1:r=8000", "-f", "lavfi", "-i", "sine=d=1:f=880:r=8000", "-i", str(words))
    maps = [part for number in range(5) for part in ("-map", str(number))]
    codecs = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le", "-c:s", "srt")
    ffmpeg(*pictures, *sounds, *maps, "-ac", "2", *codecs, str(source))
    result = av.to_lossless(source, folder, "result", _silent, 1, source.name)
    assert result.proof.holds, result.proof.why
    return source, result.path


def _proof(made: tuple[Path, Path], folder: Path, *options: str) -> Proof:
    """The comparison of the source with the result after one change."""
    source, result = made
    spoilt = folder / "spoilt.mkv"
    if options:
        ffmpeg("-i", str(result), *options, "-metadata", "x=y", str(spoilt))
    else:
        shutil.copy(result, spoilt)
    known = read_streams(source)
    comparison = Comparison(source, spoilt, known, timing(source, known, copied=False), folder)
    command = ["-i", str(source), *comparison.of_source()]
    ffmpeg(*command)
    return comparison.proof(_silent)


def test_an_unchanged_result_is_proven(made: tuple[Path, Path], tmp_path: Path) -> None:
    proof = _proof(made, tmp_path)
    assert (proof.holds, proof.why) == (True, "")
    assert {name.rsplit(" ", 1)[0] for name in proof.source} >= {"video 0", "video 1", "video 0 sha256 of frame md5"}
    assert "sound 1 sha256 of samples" in proof.source and "subtitles 0 sha256" in proof.source


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("-map", "0", *_LOSSLESS, "-filter:v:0", "drawbox=x=3:y=3:w=2:h=2"), "video 0 sha256"),
        (("-map", "0", *_LOSSLESS, "-filter:v:1", "drawbox=x=3:y=3:w=2:h=2"), "video 1 sha256"),
        (("-map", "0", *_LOSSLESS, "-filter:v:1", "select=not(eq(n\\,4))", "-fps_mode", "vfr"), "video 1 frames"),
        (("-map", "0", *_LOSSLESS, "-filter:v:0", "scale=62:48"), "video 0 size"),
        (("-map", "0", *_LOSSLESS, "-filter:v:1", "transpose=1"), "video 1 size"),
        (("-map", "0", *_LOSSLESS, "-filter:v:0", "hflip"), "video 0 sha256"),
        (("-map", "0", *_LOSSLESS, "-filter:v:0", "hflip,vflip"), "video 0 sha256"),
        (("-map", "0", *_LOSSLESS, "-filter:v:1", "setpts=N*0.11/TB", "-fps_mode", "vfr"), "times of frames"),
        (("-map", "0", *_LOSSLESS, "-filter:a:0", "pan=stereo|c0=c0|c1=0*c1"), "sound 0 sha256"),
        (("-map", "0", *_LOSSLESS, "-filter:a:1", "volume=0.5"), "sound 1 sha256"),
        (("-map", "0", *_LOSSLESS, "-ac:a:1", "1"), "sound 1 sha256"),
        (("-map", "0", *_LOSSLESS, "-filter:a:0", "asetrate=8001", "-ar:a:0", "8001"), "sound 0 samples a second"),
        (("-map", "0", *_LOSSLESS, "-filter:a:1", "atrim=end=0.9"), "sound 1 sha256"),
        (("-map", "0:v:0", "-map", "0:a", "-map", "0:s", "-c", "copy"), "video 1"),
        (("-map", "0:v", "-map", "0:a:0", "-map", "0:s", "-c", "copy"), "sound 1"),
        (("-map", "0:v:1", "-map", "0:v:0", "-map", "0:a", "-map", "0:s", "-c", "copy"), "video 0 size"),
        (("-map", "0:v", "-map", "0:a:1", "-map", "0:a:0", "-map", "0:s", "-c", "copy"), "sound 0 sha256"),
    ],
    ids=[
        *("pixel", "pixel-of-the-second", "dropped-frame", "scaled", "turned", "mirrored", "upside-down", "re-timed"),
        *("re-mixed", "softer", "one-channel", "another-rate", "shorter", "no-second-picture", "no-second-sound"),
        *("pictures-changed", "sounds-changed"),
    ],
)
def test_one_change_and_the_proof_fails(
    options: tuple[str, ...], why: str, made: tuple[Path, Path], tmp_path: Path
) -> None:
    proof = _proof(made, tmp_path, *options)
    assert not proof.holds
    assert why in proof.why


def test_a_stream_that_begins_at_another_time_fails(made: tuple[Path, Path], tmp_path: Path) -> None:
    result = str(made[1])
    maps = ("-map", "0:v", "-map", "1:a:0", "-map", "0:a:1", "-map", "0:s", "-c", "copy")
    proof = _proof(made, tmp_path, "-itsoffset", "0.05", "-i", result, *maps)
    assert not proof.holds
    assert "a stream begins 50.0 ms away" in proof.why


@pytest.mark.parametrize(("before", "after"), [("我们", "他们"), ("00:00:00,800", "00:00:00,900")])
def test_subtitles_with_another_word_or_time_fail(
    before: str, after: str, made: tuple[Path, Path], tmp_path: Path
) -> None:
    words = tmp_path / "words.srt"
    text = "1\n00:00:00,200 --> 00:00:00,800\n我们是执法人员\n"
    words.write_text(text.replace(before, after), encoding="utf-8")
    proof = _proof(made, tmp_path, "-i", str(words), "-map", "0:v", "-map", "0:a", "-map", "1", "-c", "copy")
    assert not proof.holds
    assert "subtitles" in proof.why


def test_streams_as_they_are_are_compared_too(tmp_path: Path) -> None:
    """Bit for bit: a stream that was encoded again is not the same, and it cannot be made so by decoding it."""
    source = tmp_path / "a.mp4"
    picture = ("-f", "lavfi", "-i", "testsrc2=d=1:s=64x48:r=10", "-f", "lavfi", "-i", "sine=d=1")
    ffmpeg(*picture, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", str(source))
    result = av_rewrap.rewrap(source, tmp_path, "x", _silent, source.name)
    assert result.proof.holds and result.proof.method == "stream-digests-equal"
    known = read_streams(source)
    names = {str(source): "SOURCE"}
    for number, options in enumerate((("-c:v", "libx264", "-crf", "40", "-c:a", "copy"), ("-c", "copy", "-an"))):
        other = tmp_path / f"{number}.mkv"
        ffmpeg("-i", str(result.path), "-map", "0", *options, "-metadata", "x=y", str(other))
        timed = timing(source, known, copied=True)
        proof = av_rewrap.compared(source, other, known, timed, tmp_path / "digests", names, _silent)
        assert not proof.holds and proof.why
