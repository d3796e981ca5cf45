"""A picture file as a page of PDF: its own coded data where PDF can hold them, else its pixels without loss.

What PDF has no decoder for, or PDF/A forbids (LZW, JPEG 2000, CMYK without a profile), is decoded and coded again.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from preserve.machine_reading.pdf_codings import Coded, Kept, as_it_is, group_4, profile_of
from preserve.pictures.opening import Turning, Turnings, bounded, opened, weight

SMALLEST_SIDE, LARGEST_SIDE = 3.0, 14_400.0
"""Of a page, in points (ISO 19005-2, 6.1.13)."""

_LIKELY_DPI = (72.5, 2_400.0)
"""Below lies what a camera writes because it must write something."""

_A4_LONG = 297 / 25.4 * 72
_QUALITY = 90
_MOST_RAW = 1 << 30
_LOSSY = frozenset(("JPEG", "MPO", "HEIF", "AVIF", "WEBP", "JPEG2000"))


@dataclass(frozen=True, slots=True)
class Paper:
    """How large a page is in points as one sees it, and how its picture lies on it (EXIF orientation)."""

    width: float
    height: float
    orientation: int = 1

    @property
    def matrix(self) -> tuple[float, ...]:
        """Of `cm`: what brings the unit square onto the page."""
        wide, high = self.width, self.height
        return {
            2: (-wide, 0, 0, high, wide, 0),
            3: (-wide, 0, 0, -high, wide, high),
            4: (wide, 0, 0, -high, 0, high),
            5: (0, -high, -wide, 0, wide, high),
            6: (0, -high, wide, 0, 0, high),
            7: (0, high, wide, 0, 0, 0),
            8: (0, high, -wide, 0, wide, 0),
        }.get(self.orientation, (wide, 0, 0, high, 0, 0))


def count_pages(path: Path) -> int:
    """Pages of a picture file: of TIFF all, of others the one that is shown first. Raises as `read_picture` does."""
    with opened(path) as image:
        return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


def read_picture(path: Path, page: int = 1, *, upright: bool = True) -> tuple[Coded, Paper]:
    """A page of a picture file, turned as the file says where `upright`.

    Raises whatever Pillow raises for damaged data (`HOSTILE`), and TooLarge.
    """
    with opened(path) as image:
        if page > 1:
            image.seek(page - 1)
        bounded(image)
        turning = Turnings(path, image).of_page() if upright else Turning(1, "", pending=False)
        size = (image.width, image.height)
        resolution = _resolution(image)
        coded = as_it_is(path, image)
        orientation = turning.orientation if turning.pending or image.format == "TIFF" else 1
        if coded is None:
            coded, size = _coded_again(image, turning)
            orientation = 1
        paper = _paper(size, resolution, orientation)
    return coded, paper


def _paper(size: tuple[int, int], dpi: tuple[float, float], orientation: int) -> Paper:
    """The size on paper: by the resolution where it is likely, else as long as A4; within what PDF/A allows."""
    likely = all(_LIKELY_DPI[0] <= one <= _LIKELY_DPI[1] for one in dpi)
    wide, high = (size[0] / dpi[0] * 72, size[1] / dpi[1] * 72) if likely else size
    scale = 1.0 if likely else _A4_LONG / max(wide, high)
    scale = min(scale, LARGEST_SIDE / max(wide, high))
    wide, high = max(SMALLEST_SIDE, wide * scale), max(SMALLEST_SIDE, high * scale)
    return Paper(high, wide, orientation) if orientation >= 5 else Paper(wide, high, orientation)


def _resolution(image: Any) -> tuple[float, float]:
    try:
        across, down = (float(value) for value in image.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    return across, down


def _coded_again(image: Any, turning: Turning) -> tuple[Coded, tuple[int, int]]:
    """The page decoded and upright: black and white by Group 4, what was coded without loss likewise, else JPEG."""
    lossy, form = image.format in _LOSSY or weight(image) > _MOST_RAW, image.mode
    image.load()
    shown = image.transpose(turning.method) if turning.method is not None else image
    coded = code_pixels(shown, lossy=lossy or form in ("CMYK", "YCbCr", "LAB"))
    same = {"L": "/DeviceGray", "RGB": "/DeviceRGB", "P": "/DeviceRGB"}.get(form) == coded.space
    return replace(coded, profile=profile_of(image, coded.space) if same else b""), shown.size


def code_pixels(picture: Any, *, lossy: bool) -> Coded:
    """The pixels of a picture; `lossy` ones by JPEG, without subsampling of colours."""
    from PIL import Image

    if picture.mode == "1":
        return _as_group_4(picture)
    kept: Kept = "redrawn" if lossy or picture.mode not in ("L", "RGB", "P") else "lossless"
    if "A" in picture.mode or "transparency" in picture.info:
        over = picture.convert("RGBA")
        picture, kept = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB"), "redrawn"
    if picture.mode.startswith("I") or picture.mode == "F":
        picture, kept = _eight_bits(picture), "redrawn"
    if picture.mode not in ("L", "RGB"):
        picture = picture.convert("RGB")
    space = "/DeviceGray" if picture.mode == "L" else "/DeviceRGB"
    if lossy:
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
        return Coded(data.getvalue(), picture.width, picture.height, 8, space, "/DCTDecode", "redrawn")
    return _as_flate(picture, space, kept)


def _eight_bits(picture: Any) -> Any:
    """A grey picture of more bits by its upper eight; of others by what is there."""
    low, high = picture.getextrema()
    scale = 255 / 65535 if high > 255 or low < 0 else 1.0
    return picture.convert("F").point(lambda value: value * scale).convert("L")


def _as_group_4(picture: Any) -> Coded:
    from PIL import Image

    data = io.BytesIO()
    picture.save(data, "TIFF", compression="group4", strip_size=picture.width * picture.height // 8 + (1 << 16))
    with Image.open(io.BytesIO(data.getvalue())) as coded:
        tags: Any = coded.tag_v2  # type: ignore[attr-defined]
        place, length, black_is_one = tags[273][0], tags[279][0], tags.get(262) == 1
        if len(tags[273]) != 1 or tags.get(266, 1) != 1:
            raise ValueError("black and white in several strips")
    strip = data.getvalue()[place : place + length]
    return group_4(strip, picture.width, picture.height, black_is_one, "lossless")


def _as_flate(picture: Any, space: str, kept: Kept) -> Coded:
    """By PNG's own predictors, which Pillow chooses row by row."""
    data = io.BytesIO()
    picture.save(data, "PNG")
    raw, place, rows = data.getvalue(), 8, bytearray()
    while place < len(raw):
        length, kind = struct.unpack_from(">I4s", raw, place)
        if kind == b"IDAT":
            rows += raw[place + 8 : place + 8 + length]
        place += 12 + length
    colours = 1 if picture.mode == "L" else 3
    parameters: dict[str, int | bool] = {
        "Predictor": 15,
        "Colors": colours,
        "BitsPerComponent": 8,
        "Columns": picture.width,
    }
    return Coded(bytes(rows), picture.width, picture.height, 8, space, "/FlateDecode", kept, parameters)
