"""The recordings of the demonstration's case: photographs with EXIF, body-camera video, sound."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo.papers import font_file


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(font_file()), size)


def scene(path: Path, size: tuple[int, int], caption: str, seed: int) -> Any:
    """A stage in the evening with a crowd before it, drawn; saved as PNG and returned."""
    import random

    from PIL import Image, ImageDraw, ImageFilter

    chance = random.Random(seed)
    width, height = size
    image = Image.new("RGB", size)
    pen = ImageDraw.Draw(image)
    for y in range(height):
        shade = y / height
        pen.line([(0, y), (width, y)], fill=(int(18 + 40 * shade), int(20 + 22 * shade), int(52 + 30 * shade)))
    for x in (0.2, 0.4, 0.6, 0.8):
        beam = [(width * x, 0), (width * (x - 0.14), height * 0.72), (width * (x + 0.14), height * 0.72)]
        pen.polygon(beam, fill=(90 + int(60 * x), 70, 120 - int(40 * x)))
    image = image.filter(ImageFilter.GaussianBlur(width // 60))
    pen = ImageDraw.Draw(image)
    pen.rectangle([width * 0.08, height * 0.62, width * 0.92, height * 0.74], fill=(70, 44, 36))
    pen.rectangle([width * 0.2, height * 0.1, width * 0.8, height * 0.26], fill=(140, 20, 30))
    text = "星河剧场 · 周末歌会"
    pen.text((width * 0.5, height * 0.18), text, font=_font(height // 14), fill=(255, 226, 140), anchor="mm")
    for place in range(5):
        x = width * (0.2 + 0.15 * place)
        head = width / 70
        pen.ellipse([x - head, height * 0.46, x + head, height * 0.46 + 2.2 * head], fill=(226, 190, 160))
        dress = [(x - 2 * head, height * 0.63), (x, height * 0.5), (x + 2 * head, height * 0.63)]
        pen.polygon(dress, fill=(180, 40 + 30 * place, 90))
    for _ in range(90):
        x, y = chance.uniform(0, width), chance.uniform(height * 0.78, height)
        wide = width / 60
        pen.ellipse([x - wide, y - wide, x + wide, y + wide], fill=(chance.randint(12, 40),) * 3)
    pen.text((12, height - 12), caption, font=_font(max(14, height // 30)), fill=(255, 255, 255), anchor="ls")
    image.save(path)
    return image


def photograph(path: Path, moment: datetime, caption: str, seed: int, size: tuple[int, int]) -> None:
    """A JPEG or HEIC with camera, time and place in its EXIF. `moment` is local time."""
    import piexif
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    png = path.with_suffix(".png")
    image = scene(png, size, caption, seed)
    text = moment.strftime("%Y:%m:%d %H:%M:%S")
    exif = piexif.dump(
        {
            "0th": {
                piexif.ImageIFD.Make: b"HUAWEI",
                piexif.ImageIFD.Model: b"ALN-AL00",
                piexif.ImageIFD.DateTime: text,
            },
            "Exif": {piexif.ExifIFD.DateTimeOriginal: text, piexif.ExifIFD.OffsetTimeOriginal: "+08:00"},
            "GPS": {
                piexif.GPSIFD.GPSLatitudeRef: "N",
                piexif.GPSIFD.GPSLatitude: ((30, 1), (34, 1), (2112, 100)),
                piexif.GPSIFD.GPSLongitudeRef: "E",
                piexif.GPSIFD.GPSLongitude: ((114, 1), (17, 1), (5340, 100)),
            },
        }
    )
    if path.suffix == ".heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
        image.save(path, "HEIF", quality=80, exif=exif)
    else:
        image.save(path, "JPEG", quality=88, exif=exif)
    assert isinstance(image, Image.Image)
    png.unlink()


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)


def speech(path: Path, text: str) -> None:
    """Spoken Chinese as WAV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _run(["espeak-ng", "-v", "cmn", "-s", "165", "-w", str(path), text])


def video(
    path: Path,
    scratch: Path,
    start: datetime,
    seconds: float,
    words: str,
    device: str,
    officer: str,
    seed: int,
    size: tuple[int, int],
) -> None:
    """A body camera's file: H.264 and AAC in MP4, burnt-in device, officer and running time, creation time in UTC."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture, sound = scratch / f"{seed}.png", scratch / f"{seed}.wav"
    wide = (size[0] * 5 // 4, size[1] * 5 // 4)
    scene(picture, wide, "", seed)
    speech(sound, words)
    label = scratch / f"{seed}.txt"
    label.write_text(f"{device}  {officer}  临江文旅执法", encoding="utf-8")
    epoch = int(start.timestamp()) + 8 * 3600  # the burnt-in clock shows local time
    small = max(10, size[1] // 22)
    pan = f"crop={size[0]}:{size[1]}:x='(iw-ow)*(0.5+0.5*sin(t/3))':y='(ih-oh)*(0.5+0.5*cos(t/4))',noise=alls=9:allf=t"
    overlay = (
        f"drawtext=fontfile={font_file()}:textfile={label}:x=8:y=6:fontsize={small}:fontcolor=white:box=1:"
        f"boxcolor=black@0.4,drawtext=fontfile={font_file()}:text='%{{pts\\:gmtime\\:{epoch}}}':"
        f"x=8:y=h-th-8:fontsize={small}:fontcolor=white:box=1:boxcolor=black@0.4"
    )
    _run(
        [
            "ffmpeg",
            "-nostdin",
            "-loglevel",
            "error",
            "-y",
            "-loop",
            "1",
            "-framerate",
            "25",
            "-i",
            str(picture),
            "-i",
            str(sound),
            "-vf",
            f"{pan},{overlay},format=yuv420p",
            "-af",
            "apad",
            "-t",
            str(seconds),
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "25",
            "-c:a",
            "aac",
            "-b:a",
            "64k",
            "-ar",
            "16000",
            "-ac",
            "1",
            "-metadata",
            f"creation_time={start.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}",
            str(path),
        ]
    )


def sound_file(path: Path, scratch: Path, words: str, start: datetime) -> None:
    """A telephone's sound recording: AAC in M4A."""
    path.parent.mkdir(parents=True, exist_ok=True)
    spoken = scratch / "sound.wav"
    speech(spoken, words)
    _run(
        [
            "ffmpeg",
            "-nostdin",
            "-loglevel",
            "error",
            "-y",
            "-i",
            str(spoken),
            "-c:a",
            "aac",
            "-b:a",
            "64k",
            "-metadata",
            f"creation_time={start.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}",
            str(path),
        ]
    )
