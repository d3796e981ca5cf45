"""Other programs: what they write and complain of is kept, and they end when they fail, hang or are to stop."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from preserve.errors import Stopped, ToolMissing
from preserve.programs import FFMPEG_INPUT, ToolFailed, file_argument, find, probe, run, shown, version


def shell(script: str) -> list[str]:
    return [find("sh"), "-c", script]


def video(path: Path, seconds: float = 0.4) -> Path:
    source = f"testsrc=size=64x48:rate=10:duration={seconds}"
    subprocess.run([find("ffmpeg"), "-v", "error", "-f", "lavfi", "-i", source, "-c:v", "ffv1", str(path)], check=True)
    return path


def test_output_comes_back_and_complaints_of_a_success_are_kept() -> None:
    complaints: list[str] = []
    assert run(shell("echo one; echo bad >&2; echo two"), complaints=complaints) == "one\ntwo\n"
    assert complaints == ["bad\n"]


def test_a_failure_says_its_last_words_or_its_status() -> None:
    with pytest.raises(ToolFailed) as caught:
        run(shell("echo lost; echo no such stream >&2; exit 3"))
    assert caught.value.words == "no such stream\n"
    with pytest.raises(ToolFailed, match="exit status 4"):
        run(shell("exit 4"))


def test_what_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(ToolFailed, match="no progress; stopped"):
        run(shell(f"sleep 60 & echo $! > {tmp_path}/child; wait"), stalled=0.2)
    assert time.monotonic() - begun < 10
    child = int((tmp_path / "child").read_text())
    with suppress(FileNotFoundError):  # gone, or a zombie that nobody has buried yet
        assert Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"


def test_a_pulse_that_raises_ends_the_program_and_its_error_goes_on() -> None:
    def stop(reached: float) -> None:
        raise Stopped("work.stopped")

    begun = time.monotonic()
    with pytest.raises(Stopped):
        run(shell("sleep 60"), pulse=stop)
    assert time.monotonic() - begun < 10


def test_ffmpeg_tells_the_pulse_how_far_it_is_and_its_progress_is_no_output(tmp_path: Path) -> None:
    reached: list[float] = []
    source = video(tmp_path / "a.mkv")
    command = [find("ffmpeg"), *FFMPEG_INPUT, "-i", file_argument(source), "-f", "null", "-"]
    assert run(command, pulse=reached.append) == ""
    assert reached
    assert reached[0] == 0.0


def test_names_are_taken_literally_and_streams_are_found(tmp_path: Path) -> None:
    odd = video(tmp_path / "a.mkv").rename(tmp_path / "-i %03d 现场:录像.mkv")
    answer = probe(odd)
    assert [(stream["codec_name"], stream["width"]) for stream in answer["streams"]] == [("ffv1", 64)]
    with pytest.raises(ToolFailed):
        probe(tmp_path / "absent.mkv")


def test_a_playlist_opens_no_other_file(tmp_path: Path) -> None:
    video(tmp_path / "secret.mkv")
    for name, text in (("list.mkv", "ffconcat version 1.0\nfile secret.mkv\n"), ("list.m3u8", "#EXTM3U\nsecret.mkv\n")):
        (tmp_path / name).write_text(text)
        with pytest.raises(ToolFailed):
            probe(tmp_path / name)


def test_programs_are_found_and_named_as_premis_names_them() -> None:
    assert os.access(find("ffmpeg"), os.X_OK)
    name, _, number = version("ffmpeg").partition(" ")
    assert name == "ffmpeg"
    assert number[0].isdigit()
    with pytest.raises(ToolMissing) as caught:
        find("no-such-program-here")
    assert (caught.value.code, caught.value.values["name"]) == ("tool.missing", "no-such-program-here")


def test_a_command_is_shown_without_the_names_of_this_machine() -> None:
    command = ["/usr/bin/ffmpeg", "-i", "file:/w/in.avi", "/w/out.mkv"]
    assert shown(command, {"/w/in.avi": "SOURCE", "/w/out.mkv": "RESULT"}) == ("ffmpeg", "-i", "file:SOURCE", "RESULT")
