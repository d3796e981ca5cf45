"""Video and sound without loss: the result decodes to the same, the proof compares, and no other file is reached."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from preserve.errors import Stopped
from preserve.ingest.transcoders import av
from preserve.programs import ToolFailed
from tests.support.material.corpus import ffmpeg, make_media


def _silent(seconds: float) -> None:
    """Nobody watches."""


def test_sound_alone_becomes_flac_sample_by_sample(tmp_path: Path) -> None:
    source = make_media(tmp_path, "pcm.wav")["pcm.wav"]
    result = av.to_flac(source, tmp_path, "x", _silent, source.name)
    assert (result.path, result.suffix, result.puid) == (tmp_path / "x.flac", ".flac", "fmt/279")
    assert result.path.read_bytes()[:4] == b"fLaC"
    assert result.proof.holds
    assert result.proof.source == result.proof.result != {}
    assert result.lost == ()


def test_sound_that_flac_alone_cannot_hold_goes_into_matroska(tmp_path: Path) -> None:
    source = tmp_path / "float.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "-c:a", "pcm_f32le", str(source))
    result = av.to_flac(source, tmp_path, "x", _silent, source.name)
    assert (result.suffix, result.mime) == (".mka", "audio/x-matroska")
    assert result.proof.holds


def test_what_is_no_recording_is_a_failure_of_the_tool(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0" * 4096)
    with pytest.raises(ToolFailed):
        av.to_flac(path, tmp_path, "x", _silent, path.name)
    with pytest.raises(ToolFailed):
        av.to_lossless(path, tmp_path, "x", _silent, 1, path.name)


def test_names_of_files_do_not_stand_in_commands(tmp_path: Path) -> None:
    source = make_media(tmp_path, "mpeg4.avi")["mpeg4.avi"].rename(tmp_path / "-现场 '1'.avi")
    result = av.to_lossless(source, tmp_path, "x", _silent, 1, source.name)
    assert result.proof.holds
    for command in (result.command, *result.proof.commands):
        assert str(tmp_path) not in " ".join(command)
        assert any("SOURCE" in word or "RESULT" in word for word in command)


def test_a_wrong_result_does_not_prove(tmp_path: Path) -> None:
    """The comparison is a comparison: other frames give other digests."""
    files = make_media(tmp_path, "h264.mp4", "mpeg4.avi")
    digests = []
    for name, path in files.items():
        scratch = tmp_path / f"{name}-scratch"
        scratch.mkdir()
        digests.append(av.to_lossless(path, scratch, "x", lambda seconds: None, 1, name).proof.source)
    assert digests[0] != digests[1]


def test_a_stop_ends_the_transcoder_at_once(tmp_path: Path) -> None:

    path = make_media(tmp_path, "h264.mp4")["h264.mp4"]

    def pulse(seconds: float) -> None:
        raise Stopped("work.stopped")

    with pytest.raises(Stopped):
        av.to_lossless(path, tmp_path, "x", pulse, 1, "h264.mp4")


def test_a_stop_ends_the_validator_with_the_comparison(tmp_path: Path) -> None:
    path = make_media(tmp_path, "h264.mp4")["h264.mp4"]

    def pulse(seconds: float) -> None:
        if (tmp_path / "x.mkv").exists():
            raise Stopped("work.stopped")

    with pytest.raises(Stopped):
        av.to_lossless(path, tmp_path, "x", pulse, 1, "h264.mp4")
    assert "mediaconch" not in [child.name() for child in psutil.Process().children(recursive=True)]


def test_a_playlist_reaches_no_other_file(tmp_path: Path) -> None:
    """A list of segments that calls itself a recording is not followed."""
    secret = make_media(tmp_path, "stream.ts")["stream.ts"]
    playlist = tmp_path / "evidence.mp4"
    for text in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:1,\nfile:{secret}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile {secret.name}\n",
    ):
        playlist.write_text(text)
        with pytest.raises(ToolFailed):
            av.to_lossless(playlist, tmp_path, "x", lambda seconds: None, 1, playlist.name)
