"""Access copies: every picture and sound is in them, or named."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.transcoders.av_access import access_sound, access_video
from preserve.ingest.transcoders.av_streams import read_streams
from preserve.programs import ToolFailed
from tests.support.material.corpus import ffmpeg

_CHAPTERS = (
    ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=告知\n"
    "[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=1000\ntitle=询问\n"
)


def _silent(seconds: float) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def interview(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lenses, two microphones, subtitles and chapters."""
    folder = tmp_path_factory.mktemp("interview")
    (folder / "words.srt").write_text("1\n00:00:00,200 --> 00:00:00,800\n请出示证件\n", encoding="utf-8")
    (folder / "chapters").write_text(_CHAPTERS, encoding="utf-8")
    inputs = [
        *("-f", "lavfi", "-i", "testsrc2=d=1:s=64x48:r=10", "-f", "lavfi", "-i", "testsrc=d=1:s=80x64:r=10"),
        *("-f", "lavfi", "-i", "sine=d=1", "-f", "lavfi", "-i", "sine=d=1:f=880"),
        *("-i", str(folder / "words.srt"), "-i", str(folder / "chapters")),
    ]
    maps = [part for number in range(5) for part in ("-map", str(number))]
    source = folder / "询问.mkv"
    codecs = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-c:s", "srt")
    ffmpeg(*inputs, *maps, *codecs, "-map_chapters", "5", "-metadata", "title=x", str(source))
    return source


def test_every_track_and_every_chapter_is_in_the_copy(interview: Path, tmp_path: Path) -> None:
    made = access_video(interview, tmp_path, "x", _silent, 1, "询问.mkv")
    streams = read_streams(made.path)
    assert [len(kind) for kind in (streams.video, streams.sound, streams.text)] == [2, 2, 1]
    assert [stream["disposition"]["default"] for stream in (*streams.video, *streams.sound)] == [1, 0, 1, 0]
    titles = [chapter["tags"]["title"] for chapter in streams.said["chapters"]]
    assert titles == ["告知", "询问"]
    assert "title" not in streams.said["format"]["tags"]
    assert made.lost == () and made.findings == ()


def test_two_microphones_of_a_sound_recording(interview: Path, tmp_path: Path) -> None:
    made = access_sound(interview, tmp_path, "x", _silent, "a.m4a")
    assert len(read_streams(made.path).sound) == 2
    assert "stream 0 (video: h264), left out of the access copy" in made.lost


def test_what_does_not_go_in_is_named(tmp_path: Path) -> None:
    source = tmp_path / "a.mov"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=d=1:s=64x48:r=10", "-timecode", "10:00:00:00", "-c:v", "mjpeg", str(source))
    made = access_video(source, tmp_path, "x", _silent, 1, "a.mov")
    assert made.lost == ("stream 1 (data: tmcd), left out of the access copy",)
    assert made.findings == ()  # nobody could look at it anyway
    pictures = tmp_path / "b.mkv"
    words = ("-f", "lavfi", "-i", "color=d=1:s=64x48:r=10")
    (tmp_path / "w.srt").write_text("1\n00:00:00,200 --> 00:00:00,800\nx\n")
    ffmpeg(*words, "-i", str(tmp_path / "w.srt"), "-c:v", "libx264", "-c:s", "ass", str(pictures))
    assert access_video(pictures, tmp_path, "y", _silent, 1, "b.mkv").lost == ()


def test_frames_that_an_edit_list_hides_are_named(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=d=2:s=64x48:r=25", "-c:v", "libx264", "-g", "50", str(whole))
    ffmpeg("-ss", "0.6", "-i", str(whole), "-c", "copy", str(cut))
    (hidden,) = access_video(cut, tmp_path, "x", _silent, 1, "cut.mp4").lost
    assert hidden.startswith("edit list of stream 0") and hidden.endswith("the access copy shows only that")


def test_without_a_stream_it_fails(tmp_path: Path) -> None:
    words = tmp_path / "a.mkv"
    (tmp_path / "w.srt").write_text("1\n00:00:00,200 --> 00:00:00,800\nx\n")
    ffmpeg("-i", str(tmp_path / "w.srt"), "-c:s", "srt", str(words))
    with pytest.raises(ToolFailed):
        access_video(words, tmp_path, "x", _silent, 1, "a.mkv")
