"""Frame sheets and wave forms of real recordings: long ones at the price of short ones, broken ones with their gaps."""

import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from preserve.access.viewing.drawing import About
from preserve.access.viewing.pictures import Pictures, make_pictures
from preserve.access.viewing.profile import looking_profile
from preserve.programs import ToolFailed

pytestmark = pytest.mark.xdist_group("pictures")
PROFILE = looking_profile(None)


@pytest.fixture(scope="module")
def minute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute whose picture goes from black to white and whose second half is silent."""
    path = tmp_path_factory.mktemp("pictures") / "一分钟:'[a],b;.mp4"
    grey = "color=black:size=160x90:rate=5:duration=60,geq=lum='4*T':cb=128:cr=128"
    tone = "aevalsrc=0.5*sin(440*2*PI*t)*lt(t\\,30):s=8000:d=60"
    subprocess.run(
        [
            "ffmpeg",
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            grey,
            "-f",
            "lavfi",
            "-i",
            tone,
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-g",
            "50",
            "-c:a",
            "aac",
            "-movflags",
            "+faststart",
            "file:" + str(path),
        ],
        check=True,
    )
    return path


def _made(source: Path, folder: Path) -> Pictures:
    about = About(
        "临文综罚〔2026〕12号", "现场/" + source.name, "DSJ-1", 0.0, datetime(2026, 9, 30, 23, 59, 30), "ab" * 32
    )
    made = make_pictures(source, about, folder, "x", PROFILE)
    assert sorted(path.name for path in folder.iterdir() if path != source) == sorted(
        path.name for path in (made.frames, made.wave) if path is not None
    )
    return made


def _brightness(sheet: Path, count: int) -> list[int]:
    """The middle of each frame on a sheet of four columns."""
    with Image.open(sheet) as picture:
        height = (picture.height - 72 - 32) // -(-count // 4) - 8 - 26
        places = ((16 + n % 4 * 328 + 160, 72 + n // 4 * (height + 34) + height // 2) for n in range(count))
        return [picture.convert("L").getpixel(place) for place in places]  # type: ignore[misc]


def test_frames_come_from_their_times(minute: Path, tmp_path: Path) -> None:
    made = _made(minute, tmp_path)
    assert (made.missing, made.cut) == (0, False)
    assert made.frames is not None
    shown = _brightness(made.frames, 13)
    assert shown == sorted(shown)
    assert shown[0] < 20
    for number, light in enumerate(shown[1:], 1):
        moment = 60 * (number + 0.5) / 13
        assert abs(light - (4 * moment - 16) * 255 / 219) < 12, number


def test_the_wave_shows_where_there_is_sound(minute: Path, tmp_path: Path) -> None:
    made = _made(minute, tmp_path)
    assert made.wave is not None
    with Image.open(made.wave) as picture:
        quarter = picture.convert("RGB").getpixel((16 + 301, 72 + 60))
        silent = picture.convert("RGB").getpixel((16 + 901, 72 + 60))
    assert quarter == (0x1F, 0x6F, 0xEB)
    assert silent == (0xF6, 0xF8, 0xFA)


def test_an_hour_costs_what_a_minute_costs(minute: Path, tmp_path: Path) -> None:
    hour = tmp_path / "hour.mp4"
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-stream_loop", "59", "-i", "file:" + str(minute), "-c", "copy", str(hour)],
        check=True,
    )
    made = _made(hour, tmp_path)
    assert (made.missing, made.cut) == (0, False)
    assert made.frames is not None
    light = _brightness(made.frames, 24)
    assert len(light) == 24


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_of_a_truncated_recording_the_gaps_are_told(minute: Path, tmp_path: Path, share: float) -> None:
    cut = tmp_path / "cut.mp4"
    data = minute.read_bytes()
    cut.write_bytes(data[: int(len(data) * share)])
    try:
        made = _made(cut, tmp_path)
    except ToolFailed:
        assert share < 0.3  # not even its list of frames is there
        return
    assert made.missing or made.cut


@pytest.mark.parametrize("data", [b"", b"no recording", b"\x00" * 5000, b"#EXTM3U\nhttp://example.org/a.ts\n"])
def test_what_is_no_recording_fails_and_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(data)
    with pytest.raises(ToolFailed):
        _made(path, tmp_path)
    assert list(tmp_path.iterdir()) == [path]
