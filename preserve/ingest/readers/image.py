"""Still images: size, mode, whether they decode to the end, and what the camera wrote into them."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from metadata.findings import Finding
from preserve.ingest.facts import Character

_MOST_PIXELS = 400_000_000
# A camera writes local time without a zone unless it also writes the offset; the bureau's zone is then assumed.
_LOCAL = ZoneInfo("Asia/Shanghai")


@cache
def open_heif() -> None:
    """Let Pillow read HEIC (phones write it by default)."""
    import pillow_heif

    pillow_heif.register_heif_opener()


def read(path: Path, name: str) -> Character:
    """Size, mode, EXIF; a truncated image is said to be one."""
    import PIL
    from PIL import ExifTags, Image, UnidentifiedImageError

    open_heif()
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    tool = f"Pillow {PIL.__version__}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                properties = [
                    ("width", str(image.width)),
                    ("height", str(image.height)),
                    ("mode", image.mode),
                    ("frames", str(getattr(image, "n_frames", 1))),
                    ("ICC profile", "yes" if image.info.get("icc_profile") else ""),
                ]
                exif = image.getexif()
                inner = exif.get_ifd(ExifTags.IFD.Exif)
                image.load()
    except UnidentifiedImageError as error:
        return Character("image", tool, findings=(Finding("format.unreadable", name, "error", {}, str(error)),))
    except Image.DecompressionBombError as error:
        return Character("image", tool, findings=(Finding("format.too-many-pixels", name, "error", {}, str(error)),))
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError) as error:
        return Character("image", tool, findings=(Finding("format.truncated", name, "error", {}, str(error)),))
    model = " ".join(str(exif.get(tag, "")).strip("\0 ") for tag in (ExifTags.Base.Make, ExifTags.Base.Model)).strip()
    properties += [
        ("orientation", str(exif.get(ExifTags.Base.Orientation, ""))),
        ("camera", model),
        ("GPS", _position(exif.get_ifd(ExifTags.IFD.GPSInfo))),
    ]
    started = _taken(inner, exif)
    if started is not None:
        properties.append(("EXIF date", str(inner.get(ExifTags.Base.DateTimeOriginal, ""))))
    return Character(
        "image",
        tool,
        tuple((n, v) for n, v in properties if v),
        started=started,
        started_from="exif" if started else "",
        device=model,
    )


def _taken(inner: Any, exif: Any) -> datetime | None:
    from PIL import ExifTags

    text = str(inner.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime) or "")
    offset = str(inner.get(ExifTags.Base.OffsetTimeOriginal) or "")
    try:
        moment = datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  the zone comes next
        if offset:
            zone = datetime.strptime(offset.strip("\0 "), "%z").tzinfo
            return moment.replace(tzinfo=zone).astimezone(UTC)
        return moment.replace(tzinfo=_LOCAL).astimezone(UTC)
    except ValueError:
        return None


def _position(gps: Any) -> str:
    try:

        def degrees(value: Any, reference: str) -> float:
            d, m, s = (float(part) for part in value)
            return (d + m / 60 + s / 3600) * (-1 if reference in ("S", "W") else 1)

        return f"{degrees(gps[2], gps[1]):.6f}, {degrees(gps[4], gps[3]):.6f}"
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return ""
