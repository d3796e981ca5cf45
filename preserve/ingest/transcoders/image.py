"""Still images: PNG or TIFF with every pixel as it was, and small upright JPEG for looking at."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metadata.findings import Finding
from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.programs import ToolFailed

if TYPE_CHECKING:
    from PIL import Image

_LARGEST_SIDE = 2048
_MODES = {"1", "L", "LA", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "P"}


def _pixels(image: Any) -> str:
    """SHA-256 over the size, mode and bytes of every frame's pixels."""
    running = hashlib.sha256()
    for frame in range(getattr(image, "n_frames", 1)):
        image.seek(frame)
        shown = image.convert("RGBA") if image.mode in ("P", "PA") else image
        running.update(f"{shown.width}x{shown.height} {shown.mode}\n".encode())
        running.update(shown.tobytes())
    return running.hexdigest()


def _unheld(info: Mapping[Any, Any]) -> Iterator[str]:
    """What a HEIC file holds beside the picture that was decoded."""
    depth = int(info.get("bit_depth") or 8)
    if depth > 8:
        yield f"{depth} bits a colour: the decoder gives 8, and these are what is compared"
    for key, what in (("depth_images", "depth images"), ("thumbnails", "thumbnails"), ("aux", "auxiliary images")):
        if info.get(key):
            yield f"{len(info[key])} {what}"


_IN_PNG = {"1", "L", "LA", "RGB", "RGBA", "I;16"}
_FORMATS = {
    ".png": ("fmt/13", "Portable Network Graphics", "1.2", "image/png"),
    ".tif": ("fmt/353", "Tagged Image File Format", "6.0", "image/tiff"),
}


@dataclass(frozen=True, slots=True)
class _Picture:
    """What was decoded: a digest over the pixels, every frame, and what lies beside them."""

    pixels: str
    frames: list[Image.Image]
    exif: Image.Exif
    info: Mapping[Any, Any]

    @property
    def suffix(self) -> str:
        """PNG where it holds the picture, else TIFF."""
        return ".png" if len(self.frames) == 1 and self.frames[0].mode in _IN_PNG else ".tif"

    def lost(self) -> Iterator[str]:
        """What the target does not hold, one sentence each."""
        in_png = self.suffix == ".png"
        yield from _unheld(self.info)
        if self.info.get("xmp") and not in_png:
            yield "XMP: it is in the original"
        if len(self.frames) > 1 and "duration" in self.info:
            yield "the times between the frames of an animation"
        turned = self.info.get("original_orientation")
        if turned not in (None, 1):
            yield f"orientation {turned}: the decoder has already turned the picture upright"
        if len(self.exif) and not in_png:
            yield "EXIF: what the camera wrote is in the original and in its significant properties"


def _decode(source: Path) -> _Picture:
    from PIL import Image

    with Image.open(source) as image:
        pixels = _pixels(image)
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frame = image.convert("RGBA") if image.mode in ("P", "PA") else image.copy()
            if frame.mode not in _MODES:
                raise ToolFailed(f"mode {frame.mode}")
            frames.append(frame)
        image.seek(0)
        return _Picture(pixels, frames, image.getexif(), dict(image.info))


def _encode(picture: _Picture, result: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    first, icc, xmp = picture.frames[0], picture.info.get("icc_profile"), picture.info.get("xmp")
    options: dict[str, Any] = {"icc_profile": icc} if icc else {}
    if result.suffix == ".png":
        if xmp:
            options["pnginfo"] = PngInfo()
            options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8", "replace"))
        if len(picture.exif):
            # As the camera wrote it: Pillow writes what is no ASCII as question marks, and moves a maker's own notes.
            options["exif"] = picture.info.get("exif") or picture.exif
        # The strongest compression takes four times as long for a sixth of the size.
        first.save(result, "PNG", **options)
    else:
        rest = picture.frames[1:]
        first.save(result, "TIFF", save_all=True, append_images=rest, compression="tiff_adobe_deflate", **options)


def to_raster(source: Path, scratch: Path, stem: str, name: str) -> Made:
    """PNG with EXIF and ICC profile; TIFF with Deflate for what PNG cannot hold (CMYK, several frames).

    Raises ToolFailed.
    """
    import PIL
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = _decode(source)
            result = scratch / f"{stem}{picture.suffix}"
            _encode(picture, result)
            with Image.open(result) as made:
                after, size = _pixels(made), (made.width, made.height)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, RuntimeError, Image.DecompressionBombError) as error:
        raise ToolFailed(repr(error)) from error
    puid, format_name, format_version, mime = _FORMATS[result.suffix]
    holds = picture.pixels == after
    opened = "from PIL import Image; import pillow_heif; pillow_heif.register_heif_opener(); i=Image.open('{}'); "
    check = opened + "import hashlib; print(i.mode, i.size, hashlib.sha256(i.tobytes()).hexdigest())"
    return Made(
        path=result,
        suffix=result.suffix,
        puid=puid,
        format_name=format_name,
        format_version=format_version,
        mime=mime,
        tool=f"Pillow {PIL.__version__}",
        command=("python3", "-c", opened.format("SOURCE") + "i.save('RESULT')"),
        proof=Proof(
            "pixels-equal",
            holds,
            {"sha256 of pixels": picture.pixels},
            {"sha256 of pixels": after},
            (("python3", "-c", check.format("SOURCE")), ("python3", "-c", check.format("RESULT"))),
            "digest over size, mode and pixels of every frame",
        ),
        properties=(("width", str(size[0])), ("height", str(size[1])), ("frames", str(len(picture.frames)))),
        lost=tuple(picture.lost()),
        findings=() if holds else (Finding("normalise.proof-fails", name, "error"),),
    )


def access_image(source: Path, scratch: Path, stem: str) -> Made:
    """JPEG, upright, at most 2048 on its longer side, without the camera's data. Raises ToolFailed."""
    import PIL
    import pillow_heif
    from PIL import Image, ImageOps

    pillow_heif.register_heif_opener()
    result = scratch / f"{stem}.jpg"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(source) as image:
                image.draft("RGB", (_LARGEST_SIDE, _LARGEST_SIDE))
                shown = ImageOps.exif_transpose(image) or image
                shown.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
                if shown.mode in ("RGBA", "LA", "P", "PA"):
                    white = Image.new("RGB", shown.size, "white")
                    clear = shown.convert("RGBA")
                    white.paste(clear, mask=clear.getchannel("A"))
                    shown = white
                elif shown.mode.startswith("I"):
                    shown = shown.point(lambda value: value / 256).convert("L")
                shown.convert("RGB").save(result, "JPEG", quality=85, optimize=True)
                size = shown.size
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, RuntimeError, Image.DecompressionBombError) as error:
        raise ToolFailed(repr(error)) from error
    command = (
        "python3",
        "-c",
        "from PIL import Image, ImageOps; i=ImageOps.exif_transpose(Image.open('SOURCE')); "
        f"i.thumbnail(({_LARGEST_SIDE}, {_LARGEST_SIDE})); "
        "i.convert('RGB').save('RESULT', quality=85)",
    )
    proof = Proof("not-provable", True, {}, {}, (), "an access copy is smaller than its source on purpose")
    return Made(
        result,
        ".jpg",
        "fmt/43",
        "JPEG File Interchange Format",
        "1.01",
        "image/jpeg",
        f"Pillow {PIL.__version__}",
        command,
        proof,
        (("width", str(size[0])), ("height", str(size[1]))),
    )
