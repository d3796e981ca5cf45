"""A page made small and upright for looking at, as `L` or `RGB` on white, without holding a large one whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from preserve.pictures import pieces
from preserve.pictures.opening import Turning, bounded, upright, weight

if TYPE_CHECKING:
    from PIL import Image

LARGEST_SIDE = 2048
_LARGEST_PROFILE = 1 << 20
_WHOLE = 96 << 20  # bytes: what is larger is decoded in pieces where it can be


def plain(picture: Image.Image) -> Image.Image:
    """`L` or `RGB`; what is clear is shown on white, deep greys keep their brightness."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "P", "PA", "RGBa", "La") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(clear, mask=clear.getchannel("A"))
        return white
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value / 256).convert("L")
    return picture.convert("L" if picture.mode in ("1", "L", "F") else "RGB")


def _in_pieces(path: Path, image: Any) -> Image.Image:
    from PIL import Image

    bounded(image, most=1 << 62)
    width, height = (image.tag_v2[256], image.tag_v2[257]) if image.format == "TIFF" else image.size
    factor = max(1, max(width, height) // (2 * LARGEST_SIDE))
    canvas: Image.Image | None = None
    waiting: Image.Image | None = None
    for left, top, picture in pieces.cut(path, image):
        shown = plain(picture)
        if canvas is None:
            canvas = Image.new(shown.mode, (-(-width // factor), -(-height // factor)), "white")
        if left == 0 and shown.width == width and top // factor * factor != top and waiting is not None:
            # Rows that end between two rows of the small picture wait for the next piece.
            joined = Image.new(shown.mode, (width, waiting.height + shown.height))
            joined.paste(waiting, (0, 0))
            joined.paste(shown, (0, waiting.height))
            shown, top = joined, top - waiting.height
        rest = shown.height % factor if left == 0 and shown.width == width and top + shown.height < height else 0
        waiting = shown.crop((0, shown.height - rest, width, shown.height)) if rest else None
        if shown.height > rest:
            small = shown.crop((0, 0, shown.width, shown.height - rest)).reduce(factor)
            canvas.paste(small, (left // factor, top // factor))
    if canvas is None:
        raise OSError("no pixels")
    return canvas


def decode_in_pieces(path: Path, image: Any) -> bool:
    """Decode every piece of a large page and keep none; False where it is small or cannot be cut."""
    if weight(image) <= _WHOLE or not pieces.can_be_cut(image):
        return False
    bounded(image, most=1 << 62)
    for _ in pieces.cut(path, image):
        pass
    return True


def small(path: Path, image: Any, turning: Turning) -> Image.Image:
    """The page that the picture stands at. Raises whatever Pillow raises, and TooLarge."""
    if image.format in ("JPEG", "MPO"):
        image.draft(None, (LARGEST_SIDE, LARGEST_SIDE))
    if weight(image) > _WHOLE and pieces.can_be_cut(image):
        shown = _in_pieces(path, image)
        whole = Turning(turning.orientation, turning.source, pending=True)  # nobody has turned the pieces
        if whole.method is not None:
            shown = shown.transpose(whole.method)
    else:
        shown = plain(upright(image, turning))
    shown.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    shown.info = _colours(image, shown)  # and nothing else: comments, EXIF and XMP stay in the source
    return shown


def _colours(image: Any, shown: Image.Image) -> dict[str | tuple[int, int], Any]:
    """The source's colour profile where it is one for the colours of what is shown."""
    profile = image.info.get("icc_profile") or b""
    wanted = b"RGB " if shown.mode == "RGB" else b"GRAY"
    fits = isinstance(profile, bytes) and profile[16:20] == wanted and len(profile) <= _LARGEST_PROFILE
    return {"icc_profile": profile} if fits else {}
