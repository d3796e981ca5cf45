"""Still images: TIFF with every pixel as it was, and small upright JPEG for looking at."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.ingest.transcoders.tools import ToolFailed

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


def to_tiff(source: Path, scratch: Path, stem: str, name: str) -> Made:
    """TIFF 6.0 with Deflate; EXIF, ICC profile and every frame are carried over. Raises ToolFailed."""
    import PIL
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    result = scratch / f"{stem}.tif"
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
                turned = image.info.get("original_orientation")
                animated = len(frames) > 1 and "duration" in image.info
                options: dict[str, Any] = {"compression": "tiff_adobe_deflate"}
                if len(exif):
                    options["exif"] = exif
                if icc:
                    options["icc_profile"] = icc
                frames[0].save(result, "TIFF", save_all=True, append_images=frames[1:], **options)
            with Image.open(result) as made:
                after = _pixels(made)
                size = (made.width, made.height)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, EOFError, Image.DecompressionBombError) as error:
        raise ToolFailed(repr(error)) from error
    lost = []
    if animated:
        lost.append("the times between the frames of an animation")
    if turned not in (None, 1):
        lost.append(f"orientation {turned}: the decoder has already turned the picture upright")
    holds = before == after
    command = (
        "python3", "-c", "from PIL import Image; Image.open('SOURCE').save('RESULT', compression='tiff_adobe_deflate')"
    )  # fmt: skip
    check = "from PIL import Image; import hashlib; i=Image.open('{}'); print(hashlib.sha256(i.tobytes()).hexdigest())"
    return Made(
        result, ".tif", "fmt/353", "Tagged Image File Format", "6.0", "image/tiff", f"Pillow {PIL.__version__}",
        command,
        Proof("pixels-equal", holds, {"sha256 of pixels": before}, {"sha256 of pixels": after},
              (("python3", "-c", check.format("SOURCE")), ("python3", "-c", check.format("RESULT"))),
              "digest over size, mode and pixels of every frame"),
        (("width", str(size[0])), ("height", str(size[1])), ("frames", str(len(frames)))), tuple(lost),
        () if holds else (Finding("normalise.proof-fails", name, "error"),),
    )  # fmt: skip


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
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, EOFError, Image.DecompressionBombError) as error:
        raise ToolFailed(repr(error)) from error
    command = ("python3", "-c", "from PIL import Image, ImageOps; i=ImageOps.exif_transpose(Image.open('SOURCE')); "
               f"i.thumbnail(({_LARGEST_SIDE}, {_LARGEST_SIDE})); "
               "i.convert('RGB').save('RESULT', quality=85)")  # fmt: skip
    proof = Proof("not-provable", True, {}, {}, (), "an access copy is smaller than its source on purpose")
    return Made(
        result, ".jpg", "fmt/43", "JPEG File Interchange Format", "1.01", "image/jpeg", f"Pillow {PIL.__version__}",
        command, proof, (("width", str(size[0])), ("height", str(size[1]))),
    )  # fmt: skip
