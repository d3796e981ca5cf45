"""A station's folder: what its names say, which side files speak of which recording, what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import Refused
from preserve.ingest.stations.folders import StationFile, look_into
from preserve.ingest.stations.profile import read_stations
from tests.support.stations import write_side, write_sound

PROFILE = read_stations(None)


def _files(root: Path) -> dict[str, StationFile]:
    return {file.path: file for file in look_into(root, PROFILE, now=0.0, settled=0).recordings}


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("站1/2026-03-01/GMA000123/012345/video", {"day": "2026-03-01", "device": "GMA000123", "officer": "012345"}),
        ("20260301/012345-张三", {"day": "20260301", "officer": "012345", "officer_name": "张三"}),
        ("张三20260301", {"day": "20260301", "officer_name": "张三"}),
        ("2026年03月01日", {"day": "2026年03月01"}),
        ("whatever", {}),
    ],
)
def test_folders_say_day_device_and_officer(tmp_path: Path, folder: str, told: dict[str, str]) -> None:
    write_sound(tmp_path / folder / "a.wav")
    assert dict(_files(tmp_path)[f"{folder}/a.wav"].told) == told


def test_side_files_speak_of_a_name_of_one_recording_or_of_all_below(tmp_path: Path) -> None:
    for name in ("day/a.wav", "day/b.wav", "other/a.wav"):
        write_sound(tmp_path / name)
    write_side(tmp_path / "day" / "list.json", [{"wjbm": "A.WAV", "bz": "by name"}])
    write_side(tmp_path / "day" / "b.json", {"bz": "by the same stem"})
    (tmp_path / "day" / "bind.ini").write_text("[binding]\nrecorder_serial=GMA000123\n", encoding="utf-8")
    files = _files(tmp_path)
    assert [one.get("remark") or one.get("device") for one in files["day/a.wav"].records] == ["by name", "GMA000123"]
    stem = [one.get("remark") or one.get("device") for one in files["day/b.wav"].records]
    assert stem == ["by the same stem", "GMA000123"]
    assert files["other/a.wav"].records == ()


def test_a_file_number_that_is_the_name_counts_as_one(tmp_path: Path) -> None:
    number = "44010401_00000000000GMA000123_20260301093000_02_01_20260301180000_0001"
    write_sound(tmp_path / f"{number}.wav")
    write_side(tmp_path / "info.json", [{"wjbh": number, "wjbm": "20260301093000123.mp4"}])
    assert len(_files(tmp_path)[f"{number}.wav"].records) == 1


def test_hidden_files_and_other_kinds_are_left(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav")
    write_sound(tmp_path / ".hidden.wav")
    write_sound(tmp_path / ".trash" / "a.wav")
    (tmp_path / "player.exe").write_bytes(b"MZ")
    assert list(_files(tmp_path)) == ["a.wav"]


def test_a_folder_has_bounds(tmp_path: Path) -> None:
    for number in range(4):
        write_sound(tmp_path / f"{number}.wav")
    with pytest.raises(Refused):
        look_into(tmp_path, PROFILE.model_copy(update={"most_files": 3}), now=0.0, settled=0)
    write_sound(tmp_path / "a" / "b" / "c.wav")
    found = look_into(tmp_path, PROFILE.model_copy(update={"deepest": 1}), now=0.0, settled=0)
    assert [one.code for one in found.findings] == ["pool.too-deep"]


def test_what_was_just_written_is_counted_and_waits(tmp_path: Path) -> None:
    moment = write_sound(tmp_path / "a.wav").stat().st_mtime
    assert look_into(tmp_path, PROFILE, now=moment + 5, settled=10).filling == 1
    assert look_into(tmp_path, PROFILE, now=moment + 15, settled=10).filling == 0
