"""What a picture is: size, pages, camera, time and place, what lies beside it; and whether every page decodes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from preserve.pictures import exif, isobmff, shrinking, structure
from preserve.pictures.opening import HOSTILE, TooLarge, Turnings, bounded, in_words, opened

SECONDS = 240.0
"""For the pages of one file; what is left then is named as not decoded."""

_URNS = {
    "urn:com:apple:photo:2020:aux:hdrgainmap": "HDR gain map",
    "urn:mpeg:hevc:2015:auxid:1": "alpha",
    "urn:mpeg:hevc:2015:auxid:2": "depth",
    "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha": "alpha",
    "urn:mpeg:mpegB:cicp:systems:auxiliary:depth": "depth",
}
_APPLE_IDENTIFIER = 17


def beside(path: Path, image: Any) -> list[str]:
    """What the file holds beside its pages, one word or few for each."""
    words = []
    if image.format in ("HEIF", "AVIF"):
        items = isobmff.read_items(path)
        pictures = {item for kind, item, _ in items.references if kind in ("auxl", "thmb")}
        words += [_URNS.get(urn, urn) for item, urn in items.auxiliary.items() if item in pictures]
        words += ["preview" for kind, _, _ in items.references if kind == "thmb"]
        words += ["HDR gain map" for kind in items.kinds.values() if kind == "tmap"]
    xmp = image.info.get("xmp") or b""
    xmp = xmp if isinstance(xmp, bytes) else str(xmp).encode()
    if image.format == "MPO":
        words += [f"{'HDR gain map' if b'hdrgm' in xmp or b'hdrgainmap' in xmp.lower() else 'further picture'}"] * (
            getattr(image, "n_frames", 1) - 1
        )
    if b"MotionPhoto=" in xmp or b"MicroVideo=" in xmp or b"GCamera:MotionPhoto" in xmp:
        words.append("motion photo (video)")
    if image.getexif().get_ifd(1):
        words.append("EXIF preview")
    return [f"{words.count(word)} x {word}" if words.count(word) > 1 else word for word in dict.fromkeys(words)]


def _described(path: Path, image: Any) -> Iterator[tuple[str, object]]:
    yield "Width", image.width
    yield "Height", image.height
    yield "Mode", image.mode
    yield "Format", image.format
    pages = getattr(image, "n_frames", 1)
    yield "Frames", pages
    if image.format == "HEIF" and pages > 1:
        yield "PrimaryFrame", image.tell() + 1
    turning = Turnings(path, image).of_page()
    data = image.getexif()
    yield "Camera", exif.camera(data)
    yield "Orientation", turning.orientation if turning.orientation != 1 else data.get(0x0112)
    yield "Upright", in_words(turning)
    yield "Beside", "; ".join(beside(path, image))
    profile = image.info.get("icc_profile")
    yield "ICC", f"{len(profile)} bytes" if profile else ""
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    yield "XMP", f"{len(xmp)} bytes" if xmp else ""
    yield "LivePhoto", _live_photo(data.get_ifd(0x8769).get(0x927C))


def _live_photo(note: object) -> str:
    """Apple's identifier that a still picture shares with the video of a live photo (maker's note, tag 17)."""
    if not isinstance(note, bytes) or not note.startswith(b"Apple iOS\0"):
        return ""
    order: Literal["big", "little"] = "big" if note[12:14] == b"MM" else "little"
    for number in range(min(200, int.from_bytes(note[14:16], order))):
        entry = note[16 + 12 * number : 28 + 12 * number]
        if int.from_bytes(entry[:2], order) == _APPLE_IDENTIFIER:
            length, start = (int.from_bytes(entry[at : at + 4], order) for at in (4, 8))
            return exif.words(note[start : start + min(length, 100)])
    return ""


def _dated(image: Any) -> dict[str, str]:
    data = image.getexif()
    detail = data.get_ifd(0x8769)
    taken, offset = exif.taken(detail)
    comment = exif.user_comment(detail, little=(data.endian or "<") == "<")
    return {"taken": taken, "offset": offset, "place": exif.place(data.get_ifd(0x8825)), "comment": comment}


def _page_fault(path: Path, image: Any, number: int) -> tuple[str, str, str] | None:
    """Code, reason and detail of what is wrong with a page; None where every pixel of it decodes."""
    try:
        if number:
            image.seek(number)
        if image.format in ("JPEG", "MPO"):
            # An eighth of the size: all of the data are read, and a sixty-fourth of the memory is needed.
            image.decoderconfig = ()  # that of the picture before, which Pillow would keep
            image.draft("L", (1, 1))
        if shrinking.decode_in_pieces(path, image):
            return None
        bounded(image)
        image.load()
    except TooLarge as error:
        return "picture-not-decoded", str(error), ""
    except MemoryError:
        return "picture-not-decoded", f"{image.width} x {image.height}", "memory"
    except HOSTILE as error:
        return "truncated", "pixels", f"{type(error).__name__}: {error}"
    return None


def _faults(path: Path, image: Any) -> Iterator[tuple[str, str, str]]:
    """Code, reason and detail."""
    whole = structure.walk(path, image.format)
    if whole.fault:
        yield "truncated", whole.fault, ""
    try:
        pages = int(getattr(image, "n_frames", 1))
    except HOSTILE as error:  # a list of pages that leads nowhere
        yield "truncated", "pages", f"{type(error).__name__}: {error}"
        return
    ends = time.monotonic() + SECONDS
    told = bool(whole.fault)
    start = image.tell() if pages > 1 else 0
    for number in [start, *(number for number in range(pages) if number != start)]:
        if time.monotonic() > ends:
            yield "picture-not-decoded", f"p. {number + 1}-{pages}", "time"
            return
        fault = _page_fault(path, image, number if pages > 1 else 0)
        if fault is not None and not (told and fault[0] == "truncated"):
            code, reason, detail = fault
            yield code, f"p. {number + 1}/{pages}" if pages > 1 else reason, detail
            told = told or code == "truncated"
            if pages > 1 and image.format in ("GIF", "WEBP", "AVIF"):
                return  # each frame is painted over the one before


def examine(path: Path) -> dict[str, Any]:
    """Everything as JSON can hold it. Raises whatever Pillow raises for what it cannot open."""
    import PIL

    with opened(path) as image:
        properties = []
        try:
            for key, value in _described(path, image):
                if value is not None and value != "":
                    properties.append((key, str(value)))
            dated = _dated(image)
        except HOSTILE as error:
            # What is said of a picture may be nonsense where the picture itself is whole.
            dated = {}
            properties.append(("Unread", f"{type(error).__name__}"))
        faults = list(_faults(path, image))
    return {"tool": f"Pillow {PIL.__version__}", "properties": properties, "dated": dated, "faults": faults}
