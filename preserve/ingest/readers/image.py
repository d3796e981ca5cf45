"""Still images by Pillow: size, whether every pixel decodes, and what EXIF says of camera, time and place."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from preserve.ingest.readers.report import Report


def _degrees(parts: object, reference: object) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return round(-value if str(reference) in ("S", "W") else value, 6)


def _taken(text: str, offset: str, zone: tzinfo) -> datetime | None:
    """EXIF 2.32: DateTimeOriginal is local time; OffsetTimeOriginal its zone, where the camera wrote one."""
    try:
        if offset:
            return datetime.strptime(f"{text} {offset.strip()}", "%Y:%m:%d %H:%M:%S %z").astimezone(UTC)
        local = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  # the zone follows
    except ValueError:
        return None
    return local.replace(tzinfo=zone).astimezone(UTC)


def read(path: Path, report: Report, zone: tzinfo) -> None:
    """Fill the report. Raises what Pillow raises for a file it cannot open."""
    import PIL
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    report.tool = f"Pillow {PIL.__version__}"
    with warnings.catch_warnings(), Image.open(path) as image:
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        report.add("Width", image.width)
        report.add("Height", image.height)
        report.add("Mode", image.mode)
        report.add("Format", image.format)
        report.add("Frames", getattr(image, "n_frames", 1))
        exif = image.getexif()
        camera = " ".join(str(exif[tag]).strip("\0 ") for tag in (0x010F, 0x0110) if exif.get(tag))
        report.device = camera
        report.add("Camera", camera)
        report.add("Orientation", exif.get(0x0112))
        detail = exif.get_ifd(0x8769)
        taken, offset = str(detail.get(0x9003) or "").strip("\0 "), str(detail.get(0x9011) or "").strip("\0 ")
        if taken:
            report.add("DateTimeOriginal", f"{taken} {offset}".strip())
            report.started = _taken(taken, offset, zone)
            report.started_from = "exif" if report.started else ""
        place = exif.get_ifd(0x8825)
        north, east = _degrees(place.get(2), place.get(1)), _degrees(place.get(4), place.get(3))
        if north is not None and east is not None:
            report.add("GPS", f"{north},{east}")
        try:
            image.load()
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            report.tell("truncated", reason="pixels", detail=str(error))
