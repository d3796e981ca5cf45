"""Still images: PNG or TIFF with every pixel as it was, and small upright JPEG for looking at."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.programs import ToolFailed

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


def to_raster(source: Path, scratch: Path, stem: str, name: str) -> Made:
    """PNG with EXIF and ICC profile; TIFF with Deflate for what PNG cannot hold (CMYK, several frames).

    Raises ToolFailed.
    """
    import PIL
    import pillow_heif
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    pillow_heif.register_heif_opener()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(source) as image:
                before = _pixels(image)
                frames = []
                for number in range(getattr(image, "n_frames", 1)):
                    image.seek(number)
                    frame = image.convert("RGBA") if image.mode in ("P", "PA") else image.copy()
                    if frame.mode not in _MODES:
                        raise ToolFailed(f"mode {frame.mode}")
                    frames.append(frame)
                image.seek(0)
                exif, icc = image.getexif(), image.info.get("icc_profile")
                xmp = image.info.get("xmp")
                unheld = list(_unheld(image.info))
                turned = image.info.get("original_orientation")
                animated = len(frames) > 1 and "duration" in image.info
            in_png = len(frames) == 1 and frames[0].mode in _IN_PNG
            result = scratch / f"{stem}{'.png' if in_png else '.tif'}"
            options: dict[str, Any] = {"icc_profile": icc} if icc else {}
            if in_png:
                if xmp:
                    options["pnginfo"] = PngInfo()
                    options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8", "replace"))
                # The strongest compression takes four times as long for a sixth of the size.
                frames[0].save(result, "PNG", **({"exif": exif} if len(exif) else {}), **options)
            else:
                frames[0].save(
                    result, "TIFF", save_all=True, append_images=frames[1:], compression="tiff_adobe_deflate", **options
                )
            with Image.open(result) as made:
                after = _pixels(made)
                size = (made.width, made.height)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, RuntimeError, Image.DecompressionBombError) as error:
        raise ToolFailed(repr(error)) from error
    lost = unheld
    if xmp and not in_png:
        lost.append("XMP: it is in the original")
    if animated:
        lost.append("the times between the frames of an animation")
    if turned not in (None, 1):
        lost.append(f"orientation {turned}: the decoder has already turned the picture upright")
    if len(exif) and not in_png:
        lost.append("EXIF: what the camera wrote is in the original and in its significant properties")
    holds = before == after
    kind = (
        ("fmt/13", "Portable Network Graphics", "1.2", "image/png")
        if in_png
        else ("fmt/353", "Tagged Image File Format", "6.0", "image/tiff")
    )
    opened = "from PIL import Image; import pillow_heif; pillow_heif.register_heif_opener(); i=Image.open('{}'); "
    check = opened + "import hashlib; print(i.mode, i.size, hashlib.sha256(i.tobytes()).hexdigest())"
    return Made(
        result,
        result.suffix,
        *kind,
        f"Pillow {PIL.__version__}",
        ("python3", "-c", opened.format("SOURCE") + "i.save('RESULT')"),
        Proof(
            "pixels-equal",
            holds,
            {"sha256 of pixels": before},
            {"sha256 of pixels": after},
            (("python3", "-c", check.format("SOURCE")), ("python3", "-c", check.format("RESULT"))),
            "digest over size, mode and pixels of every frame",
        ),
        (("width", str(size[0])), ("height", str(size[1])), ("frames", str(len(frames)))),
        tuple(lost),
        () if holds else (Finding("normalise.proof-fails", name, "error"),),
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
