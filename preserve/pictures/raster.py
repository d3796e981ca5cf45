"""Copies for keeping: PNG, or TIFF for what PNG cannot hold; every pixel as it was, upright, proven by reading back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preserve.pictures import isobmff
from preserve.pictures.examining import beside
from preserve.pictures.opening import MOST_BYTES, TooLarge, Turnings, in_words, opened, upright, weight

if TYPE_CHECKING:
    from PIL import Image

_MODES = {"1", "L", "LA", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "P"}
_IN_PNG = {"1", "L", "LA", "RGB", "RGBA", "I;16"}


def _add(running: Any, shown: Image.Image) -> None:
    running.update(f"{shown.width}x{shown.height} {shown.mode}\n".encode())
    running.update(shown.tobytes())


def _plain(image: Image.Image) -> Image.Image:
    return image.convert("RGBA") if image.mode in ("P", "PA") else image


def pixels(path: Path) -> tuple[str, tuple[int, int]]:
    """SHA-256 over size, mode and pixels of every frame of a finished copy, and the size of the first."""
    running = hashlib.sha256()
    with opened(path) as image:
        size = image.size
        for frame in range(getattr(image, "n_frames", 1)):
            image.seek(frame)
            _add(running, _plain(image))
    return running.hexdigest(), size


@dataclass(slots=True)
class _Picture:
    """What was decoded: every frame upright, a digest over them, and what lies beside them."""

    frames: list[Image.Image]
    pixels: str
    exif: bytes
    info: Mapping[Any, Any]
    methods: list[str]
    turned: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    primary: int = 0

    @property
    def suffix(self) -> str:
        """PNG where it holds the picture, else TIFF."""
        return ".png" if len(self.frames) == 1 and self.frames[0].mode in _IN_PNG else ".tif"

    def lost(self) -> Iterator[str]:
        """What the target does not hold, one sentence each."""
        in_png = self.suffix == ".png"
        depth = int(self.info.get("bit_depth") or 8)
        if depth > 8 and self.frames[0].mode not in ("I;16", "I"):
            yield f"{depth} bits a colour: the decoder gives 8, and these are what is compared"
        yield from (f"{what}: it is in the original" for what in self.beside if not what.endswith("EXIF preview"))
        if self.info.get("xmp") and not in_png:
            yield "XMP: it is in the original"
        if len(self.frames) > 1 and "duration" in self.info:
            yield "the times between the frames of an animation"
        if self.primary:
            yield f"which picture is the primary one: number {self.primary + 1}"
        if self.exif and not in_png:
            yield "EXIF: what the camera wrote is in the original and in its significant properties"


def _decode(path: Path) -> _Picture:
    running = hashlib.sha256()
    frames, ways, methods, total = [], dict[str, list[int]](), [], 0
    with opened(path) as image:
        primary, info = image.tell(), dict(image.info)
        turnings = Turnings(path, image)
        exif = info.get("exif") or image.getexif().tobytes() if len(image.getexif()) else b""
        words = beside(path, image)
        count = getattr(image, "n_frames", 1)
        for number in range(count):
            if count > 1:
                image.seek(number)
            total += weight(image)
            if total > MOST_BYTES:
                raise TooLarge(f"{count} frames of {image.width} x {image.height}")
            turning = turnings.of_page()
            frame = _plain(upright(image, turning))
            if frame.mode not in _MODES:
                raise ValueError(f"mode {frame.mode}")
            methods.append(turning.method.name if turning.method is not None else "")
            if way := in_words(turning):
                ways.setdefault(way, []).append(number + 1)
            _add(running, frame)
            frames.append(frame)
    turned = [way if count == 1 else f"frame {', '.join(map(str, at))}: {way}" for way, at in ways.items()]
    return _Picture(frames, running.hexdigest(), exif, info, methods, turned, words, primary)


def upright_exif(exif: bytes) -> bytes:
    """The camera's own bytes, with an orientation that says that nothing is left to be turned."""
    start = 6 if exif[:6] == b"Exif\0\0" else 0
    place, order = isobmff.orientation_place(exif[start:])
    if not place:
        return exif
    return exif[: start + place] + (1).to_bytes(2, order) + exif[start + place + 2 :]


def _upright_xmp(xmp: object) -> str:
    import re

    text = xmp.decode("utf-8", "replace") if isinstance(xmp, bytes) else str(xmp)
    return re.sub(r'(tiff:Orientation(?:="|>))[0-9]', r"\g<1>1", text)


def _encode(picture: _Picture, result: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    first, icc, xmp = picture.frames[0], picture.info.get("icc_profile"), picture.info.get("xmp")
    options: dict[str, Any] = {"icc_profile": icc} if icc else {}
    if result.suffix == ".png":
        if xmp:
            options["pnginfo"] = PngInfo()
            options["pnginfo"].add_itxt("XML:com.adobe.xmp", _upright_xmp(xmp))
        if picture.exif:
            # As the camera wrote it: Pillow writes what is no ASCII as question marks, and moves a maker's own notes.
            options["exif"] = upright_exif(picture.exif)
        # The strongest compression takes four times as long for a sixth of the size.
        first.save(result, "PNG", **options)
    else:
        rest = picture.frames[1:]
        first.save(result, "TIFF", save_all=True, append_images=rest, compression="tiff_adobe_deflate", **options)


def make_raster(path: Path, scratch: Path, stem: str) -> dict[str, Any]:
    """Make `<stem>.png` or `<stem>.tif`. Raises whatever Pillow raises, and TooLarge."""
    picture = _decode(path)
    for frame in picture.frames:
        frame.info.clear()  # what hung on the source is put in by name
    result = scratch / f"{stem}{picture.suffix}"
    _encode(picture, result)
    after, size = pixels(result)
    return {
        "result": str(result),
        "source": picture.pixels,
        "made": after,
        "size": size,
        "frames": len(picture.frames),
        "methods": picture.methods,
        "turned": picture.turned,
        "lost": list(picture.lost()),
    }
