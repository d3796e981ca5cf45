"""Pictures as cameras and scanners leave them: turned in every way, of several pages, and damaged."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image
from PIL.Image import Transpose

WAYS = {
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""What makes a picture upright, by its EXIF orientation (CIPA DC-008)."""


def uneven(size: tuple[int, int] = (128, 64)) -> Image.Image:
    """Four corners of four colours: however it is turned, it shows."""
    picture = Image.new("RGB", size, "white")
    width, height = size
    for corner, colour in (((0, 0), "red"), ((width // 2, 0), "lime"), ((0, height // 2), "blue")):
        picture.paste(colour, (*corner, corner[0] + width // 2, corner[1] + height // 2))
    return picture


def upright(picture: Image.Image, orientation: int) -> Image.Image:
    """As it is to be seen."""
    way = WAYS[orientation]
    return picture if way is None else picture.transpose(way)


def alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether the four corners have the same colours, give and take what is lost when a picture is encoded."""
    if one.size != other.size:
        return False
    width, height = one.size
    places = [(x, y) for x in (width // 4, 3 * width // 4) for y in (height // 4, 3 * height // 4)]
    pairs = [(one.convert("RGB").getpixel(place), other.convert("RGB").getpixel(place)) for place in places]
    return all(abs(a - b) < 60 for first, second in pairs for a, b in zip(first, second, strict=True))  # type: ignore[arg-type]


def exif(orientation: int = 1) -> Image.Exif:
    """What a telephone writes."""
    data = Image.Exif()
    data[0x0112], data[0x010F] = orientation, "Apple"
    return data


def noise(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Every pixel tells."""
    return Image.frombytes("RGBA", size, os.urandom(4 * size[0] * size[1])).convert(mode)


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    """The bytes of a file of this form."""
    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def turned_by_exif_alone(form: str, orientation: int) -> bytes:
    """HEIC or AVIF without `irot` and `imir`, whose EXIF says how it is to be turned."""
    data = Image.Exif()
    data[0x0115], data[0x010F] = 1, "Apple"  # SamplesPerPixel, whose number is then made that of the orientation
    whole = encoded(uneven(), form, exif=data.tobytes(), quality=90)
    for before, order in (
        (b"\x01\x15\x00\x03\x00\x00\x00\x01", "big"),
        (b"\x15\x01\x03\x00\x01\x00\x00\x00", "little"),
    ):
        tag = (0x0112).to_bytes(2, order)  # type: ignore[arg-type]
        value = orientation.to_bytes(2, order)  # type: ignore[arg-type]
        start = whole.find(before)
        if start >= 0:
            whole = whole[:start] + tag + before[2:] + value + whole[start + 10 :]
    return whole


def turned_twice_told(orientation: int) -> bytes:
    """A HEIC with `irot` or `imir` whose EXIF says the same once more, as iPhones write it."""
    whole = encoded(uneven(), "HEIF", exif=exif(orientation).tobytes(), quality=90)
    for before, order in (
        (b"\x01\x12\x00\x03\x00\x00\x00\x01", "big"),
        (b"\x12\x01\x03\x00\x01\x00\x00\x00", "little"),
    ):
        start = whole.find(before)
        if start >= 0:
            whole = whole[: start + 8] + orientation.to_bytes(2, order) + whole[start + 10 :]  # type: ignore[arg-type]
    return whole


def several(path: Path, form: str, pictures: list[Image.Image], **options: Any) -> Path:
    """A file of several pages or frames."""
    pillow_heif.register_heif_opener()
    pictures[0].save(path, form, save_all=True, append_images=pictures[1:], **options)
    return path
