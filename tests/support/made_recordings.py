"""Recordings with a clock in the picture, made for tests: drawn frame by frame, coded by ffmpeg, cut without coding."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from preserve.typesetting.fonts import face

Draw = Callable[[datetime], Sequence[tuple[str, tuple[float, float]]]]
"""Texts of a clock at a moment, and where each begins, as shares of the picture's width and height."""

NINE = datetime(2026, 3, 14, 9, 29, 40)
_WEEKDAYS = "一二三四五六日"


def iso_at_top(moment: datetime) -> list[tuple[str, tuple[float, float]]]:
    return [(f"{moment:%Y-%m-%d %H:%M:%S}", (0.55, 0.03))]


def chinese_at_bottom(moment: datetime) -> list[tuple[str, tuple[float, float]]]:
    return [(f"{moment:%Y年%m月%d日} 星期{_WEEKDAYS[moment.weekday()]} {moment:%H:%M:%S}", (0.03, 0.9))]


def american(moment: datetime) -> list[tuple[str, tuple[float, float]]]:
    return [(f"{moment:%m/%d/%Y %I:%M:%S %p}", (0.03, 0.04))]


def two_lines(moment: datetime) -> list[tuple[str, tuple[float, float]]]:
    return [(f"{moment:%Y-%m-%d}", (0.03, 0.82)), (f"{moment:%H:%M:%S}", (0.03, 0.9))]


LAYOUTS: dict[str, Draw] = {
    "iso at the top": iso_at_top,
    "Chinese at the bottom": chinese_at_bottom,
    "American, half days": american,
    "day and time in two lines": two_lines,
}


def make_recording(
    path: Path,
    draw: Draw | None,
    seconds: int,
    *,
    size: tuple[int, int] = (480, 270),
    rate: int = 5,
    start: datetime = NINE,
    shows: Callable[[float], float] = lambda at: at,
    scene: Callable[[float], tuple[int, int, int] | None] = lambda at: None,
    sound: str = "",
    keys: int = 5,
) -> Path:
    """A recording of a street at night that moves all the time; `scene` gives another ground while it is not None.

    `shows` tells by how many seconds the clock is on at a second of the recording; `sound` is an lavfi source.
    """
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}"]
    command += ["-r", str(rate), "-i", "pipe:0"]
    command += ["-f", "lavfi", "-t", str(seconds), "-i", sound, "-c:a", "aac", "-b:a", "32k"] if sound else []
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-pix_fmt", "yuv420p", "-threads", "1"]
    command += ["-g", str(keys), "-bf", "0", str(path)]
    file, number = face()
    font = ImageFont.truetype(str(file), size[1] // 18, index=number)
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for frame in range(seconds * rate):
            at = frame / rate
            picture = _ground(size, frame, scene(at))
            if draw is not None:
                pen = ImageDraw.Draw(picture)
                for text, (across, down) in draw(start + timedelta(seconds=shows(at))):
                    where = (across * size[0], down * size[1])
                    pen.text(where, text, "white", font, stroke_width=1, stroke_fill="black")
            process.stdin.write(picture.tobytes())
    assert process.returncode == 0
    return path


def _ground(size: tuple[int, int], frame: int, scene: tuple[int, int, int] | None) -> Image.Image:
    if scene is not None:
        return Image.new("RGB", size, scene)
    picture = Image.new("RGB", size, (60, 80, 90))
    pen = ImageDraw.Draw(picture)
    for lamp in range(7):
        left = (lamp * 83 + frame * (3 + lamp)) % size[0]
        pen.rectangle((left, 60 + 20 * lamp, left + 50, 75 + 20 * lamp), fill=(90 + 20 * lamp, 200 - 20 * lamp, 120))
    return picture


def cut_out(path: Path, begin: float, end: float, result: Path) -> Path:
    """The recording without what lies between two key frames, and without coding anything anew."""
    parts = []
    for name, options in (("1", ["-t", f"{begin}"]), ("2", ["-ss", f"{end}"])):
        part = result.with_name(f"{result.stem}.{name}.mp4")
        ffmpeg(
            [*(options if name == "2" else []), "-i", str(path), *(options if name == "1" else []), "-c", "copy"], part
        )
        parts.append(part)
    listed = result.with_suffix(".txt")
    listed.write_text("".join(f"file '{part.name}'\n" for part in parts))
    ffmpeg(["-f", "concat", "-i", str(listed), "-c", "copy", "-map_metadata", "-1", "-fflags", "+bitexact"], result)
    return result


def ffmpeg(arguments: Sequence[str], result: Path) -> None:
    """Run it to its end."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments, str(result)], check=True, timeout=120)
