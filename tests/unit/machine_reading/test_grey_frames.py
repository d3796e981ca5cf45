"""Frames as ffmpeg decodes them, each with its second."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import pytest

from preserve.machine_reading.grey_frames import Film, frames_of
from preserve.machine_reading.recordings import tracks_of
from tests.support.made_recordings import ffmpeg, iso_at_top, make_recording


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_recording(tmp_path_factory.mktemp("film") / "a.mp4", iso_at_top, 12)


def film(path: Path, *, key_frames: bool = True) -> Film:
    return Film(shutil.which("ffmpeg") or "", path, 240, 136, key_frames, 12.0)


def test_key_frames_two_seconds_apart(recording: Path) -> None:
    frames = list(frames_of(film(recording), every=1.9))
    assert [frame.at for frame in frames] == [0, 2, 4, 6, 8, 10]
    assert frames[0].pixels.shape == (136, 240)
    assert 20 < frames[0].pixels.mean() < 200


def test_every_frame_of_a_part(recording: Path) -> None:
    times = [frame.at for frame in frames_of(film(recording, key_frames=False), 3.0, 1.0)]
    assert times == pytest.approx([3.0, 3.2, 3.4, 3.6, 3.8])


def test_whoever_takes_one_frame_ends_ffmpeg(recording: Path) -> None:
    assert [frame.at for frame in islice(frames_of(film(recording), 5.0), 1)] == [5.0]


def test_what_is_no_recording_has_no_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0" * 5000)
    assert list(frames_of(film(path))) == []


def test_tracks_are_upright_and_say_how_far_key_frames_are(recording: Path, tmp_path: Path) -> None:
    tracks = tracks_of(recording)
    assert (tracks.width, tracks.height, tracks.sound, tracks.key_frames) == (480, 270, False, True)
    assert 11.9 < tracks.length < 12.5
    far = make_recording(tmp_path / "b.mp4", None, 12, keys=200)
    assert not tracks_of(far).key_frames
    turned = tmp_path / "c.mp4"
    ffmpeg(["-i", str(recording), "-c", "copy", "-metadata:s:v", "rotate=90"], turned)
    assert (tracks_of(turned).width, tracks_of(turned).size()) == (270, (270, 480))
