"""A sample says what the whole copy takes, of short recordings and of parts of long ones."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from preserve.ingest.transcoders.av import to_flac, to_lossless
from preserve.ingest.transcoders.av_access import access_sound, access_video
from preserve.ingest.transcoders.av_sample import Copy, Part, parts, sample
from preserve.programs import ToolFailed

SECONDS = 20


def _quiet(_: float) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds of a picture that moves, with noise to hear."""
    path = tmp_path_factory.mktemp("sample") / "a.mp4"
    picture, sound = "testsrc2=s=160x120:r=12", "anoisesrc=a=0.1:r=16000"
    sources = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-t", str(SECONDS))
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *sources, *codecs, str(path)], check=True)
    return path


def _whole(source: Path, copy: Copy, scratch: Path) -> int:
    match copy:
        case "ffv1":
            made = to_lossless(source, scratch, "whole", _quiet, 1, source.name)
        case "flac":
            made = to_flac(source, scratch, "whole", _quiet, source.name)
        case "mp4":
            made = access_video(source, scratch, "whole", _quiet, 1, source.name)
        case "m4a":
            made = access_sound(source, scratch, "whole", _quiet, source.name)
    return made.path.stat().st_size


@pytest.mark.parametrize(("copy", "rate"), [("ffv1", 10e6), ("ffv1", 160.0 * 120 * 12), ("mp4", 15e6), ("m4a", 0.0)])
def test_parts_foretell_the_whole(copy: Copy, rate: float, moving: Path, tmp_path: Path) -> None:
    foretold = sample(moving, copy, tmp_path, SECONDS, rate, _quiet)
    assert not list(tmp_path.iterdir())  # nothing is kept
    assert foretold == pytest.approx(_whole(moving, copy, tmp_path), rel=0.2)


@pytest.mark.parametrize(
    ("name", "codec"), [("a.h264", ("libx264", "-bf", "2")), ("a.h265", ("libx265", "-x265-params", "log-level=none"))]
)
@pytest.mark.parametrize(("copy", "rate"), [("ffv1", 10e6), ("mp4", 15e6)])
def test_parts_of_a_stream_without_times(
    copy: Copy, rate: float, name: str, codec: tuple[str, ...], moving: Path, tmp_path: Path
) -> None:
    bare = tmp_path / name
    options = ("-an", "-r", "25", "-g", "25", "-preset", "ultrafast", "-c:v", *codec)
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(moving), *options, str(bare)], check=True)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    foretold = sample(bare, copy, scratch, SECONDS, rate, _quiet)
    assert foretold == pytest.approx(_whole(bare, copy, scratch), rel=0.2)


def test_sound_alone_and_what_cannot_be_decoded(moving: Path, tmp_path: Path) -> None:
    sound = tmp_path / "a.mp3"
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(moving), "-vn", "-c:a", "libmp3lame", str(sound)], check=True)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert sample(sound, "flac", scratch, SECONDS, 0, _quiet) == pytest.approx(_whole(sound, "flac", scratch), rel=0.2)
    (tmp_path / "b.mp3").write_bytes(b"no sound" * 99)
    with pytest.raises(ToolFailed):
        sample(tmp_path / "b.mp3", "flac", scratch, SECONDS, 0, _quiet)


def test_work_is_bounded_however_long_it_lasts_or_says_to() -> None:
    assert parts("ffv1", 3.0, 1e6) == [Part(0.0, pytest.approx(4.3))]
    camera = 1920 * 1080 * 25.0
    eight_hours = parts("ffv1", 28_800, camera)
    assert len(eight_hours) == 3 and sum(part.length or 0 for part in eight_hours) < 3
    assert all(part.begin + (part.length or 0) <= 28_800 for part in eight_hours)
    assert sum(part.length or 0 for part in parts("mp4", 28_800, camera)) < 7
    assert sum(part.length or 0 for part in parts("flac", 1e9, 0)) <= 61
