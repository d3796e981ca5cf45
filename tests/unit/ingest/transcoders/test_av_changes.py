"""Streams that change inside are seen, and nothing is scaled or mixed and then called the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.transcoders import av, av_rewrap
from preserve.ingest.transcoders.av_changes import Changing, changes
from preserve.ingest.transcoders.av_streams import read_streams
from tests.support.material.corpus import ffmpeg


def _silent(seconds: float) -> None:
    """Nobody watches."""


def _joined(folder: Path, end: str, *parts: tuple[str, ...]) -> Path:
    """Pieces one behind the other, as a recorder writes them that switches its stream."""
    whole = folder / f"whole.{end}"
    with whole.open("wb") as file:
        for number, options in enumerate(parts):
            piece = folder / f"{number}.{end}"
            ffmpeg(*options, "-muxdelay", "0", "-output_ts_offset", str(number), str(piece))
            file.write(piece.read_bytes())
    return whole


def _picture(size: str, form: str = "yuv420p", codec: str = "libx264") -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"testsrc2=d=1:s={size}:r=10", "-c:v", codec, "-bf", "0", "-pix_fmt", form)


def _tone(rate: int, channels: int) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"sine=d=1:r={rate}", "-ac", str(channels), "-c:a", "aac")


@pytest.mark.parametrize(
    ("end", "first", "second", "words", "size_only"),
    [
        ("ts", _picture("64x48"), _picture("96x64"), "64x48 yuv420p, then 96x64 yuv420p", True),
        ("h264", _picture("64x48"), _picture("96x64"), "64x48 yuv420p, then 96x64 yuv420p", True),
        ("ts", _picture("64x48"), _picture("64x48", "yuv422p"), "64x48 yuv420p, then 64x48 yuv422p", False),
        ("mpg", _picture("64x48", codec="mpeg2video"), _picture("96x64", codec="mpeg2video"), "then 96x64", True),
        ("aac", _tone(44100, 2), _tone(44100, 1), "44100 Hz stereo fltp, then 44100 Hz mono fltp", False),
        ("aac", _tone(44100, 2), _tone(48000, 2), "44100 Hz stereo fltp, then 48000 Hz stereo fltp", False),
    ],
    ids=["size-ts", "size-raw", "chroma", "size-mpeg2", "channels", "rate"],
)
def test_what_changes_is_seen_and_never_bent_to_what_came_first(
    end: str, first: tuple[str, ...], second: tuple[str, ...], words: str, size_only: bool, tmp_path: Path
) -> None:
    source = _joined(tmp_path, end, first, second)
    (change,) = changes(source, read_streams(source), _silent)
    assert words in str(change)
    assert change.size_only == size_only
    with pytest.raises(Changing, match="not proven, because"):
        if end == "aac":
            av.to_flac(source, tmp_path, "x", _silent, source.name)
        else:
            av.to_lossless(source, tmp_path, "x", _silent, 1, source.name)


def test_streams_as_they_are_keep_both_sizes(tmp_path: Path) -> None:
    source = _joined(tmp_path, "ts", _picture("64x48"), _picture("96x64"))
    result = av_rewrap.rewrap(source, tmp_path, "x", _silent, source.name)
    assert result.proof.holds
    known = read_streams(result.path)
    assert len(changes(result.path, known, _silent)) == 1


def test_a_steady_stream_does_not_change(tmp_path: Path) -> None:
    source = _joined(tmp_path, "ts", _picture("64x48"), _picture("64x48"))
    assert changes(source, read_streams(source), _silent) == ()
