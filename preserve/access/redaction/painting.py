"""Paints on pixels: black boxes over what is taken out, a watermark over what is given, words where pages are gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from preserve.typesetting.fonts import face, shown_by
from preserve.visible_text import visible

if TYPE_CHECKING:
    from PIL import Image, ImageFont

    from preserve.access.redaction.plan import Redaction

_STRENGTH = 56  # of 255: legible, and what lies under it too
_LEAN = 30  # degrees
_DARK = 110  # of 255, in the mean


@dataclass(frozen=True, slots=True)
class Mark:
    """What a watermark says: for which request, to whom, on what day."""

    words: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A redacted copy that is wanted: of which file by name, under which title, without what, with which mark."""

    name: str
    title: str
    redactions: Sequence[Redaction]
    mark: Mark | None
    moment: datetime


def font(size: int) -> ImageFont.FreeTypeFont:
    """The Chinese font, `size` pixels high. Raises ToolMissing."""
    from PIL import ImageFont

    path, index = face()
    return ImageFont.truetype(path, max(size, 8), index=index)


def blacken(picture: Image.Image, boxes: Iterable[tuple[int, int, int, int]]) -> None:
    """Paint boxes (left, top, right, bottom; exclusive) black, on the picture itself."""
    for box in boxes:
        picture.paste("black" if picture.mode == "RGB" else 0, box)


def tile(mark: Mark, width: int) -> Image.Image:
    """The watermark once, slanting, as a mask (`L`), for something `width` pixels wide."""
    from PIL import Image, ImageDraw

    said = visible(mark.words, shows=shown_by())
    size = min(max(width // 32, 12), 160)
    drawn = font(size)
    # The whole of it must fit, slanting, or nobody could read whose copy it is.
    if (longest := 0.9 * width) < drawn.getlength(said):
        drawn = font(int(size * longest / drawn.getlength(said)))
    left, top, right, bottom = drawn.getbbox(said)
    gap = int(bottom - top) * 4
    words = Image.new("L", (int(right - left) + gap, int(bottom - top) + gap), 0)
    ImageDraw.Draw(words).text((gap // 2 - left, gap // 2 - top), said, fill=_STRENGTH, font=drawn)
    return words.rotate(_LEAN, expand=True, resample=Image.Resampling.BICUBIC)


def stamp(picture: Image.Image, mark: Mark) -> None:
    """Cover a picture (`RGB` or `L`) with the watermark, on the picture itself: grey, and white where it is dark."""
    once = tile(mark, min(picture.width, picture.height))
    for top in range(0, picture.height, once.height):
        for left in range(0, picture.width, once.width):
            under = picture.crop(
                (left, top, min(left + once.width, picture.width), min(top + once.height, picture.height))
            )
            tone = 255 if under.convert("L").resize((1, 1)).getpixel((0, 0)) < _DARK else 128  # type: ignore[operator]
            picture.paste((tone, tone, tone) if picture.mode == "RGB" else tone, (left, top), once)


def layer(mark: Mark, width: int, height: int) -> Image.Image:
    """The watermark alone, on nothing (`RGBA`)."""
    from PIL import Image

    alpha = Image.new("L", (width, height), 0)
    once = tile(mark, min(width, height))
    for top in range(0, height, once.height):
        for left in range(0, width, once.width):
            alpha.paste(once, (left, top))
    made = Image.new("RGBA", (width, height), (128, 128, 128, 0))
    made.putalpha(alpha)
    return made


def bright_layer(mark: Mark, width: int, height: int) -> Image.Image:
    """The watermark alone for moving pictures (`RGBA`): white with a dark edge, to be seen on light and dark."""
    from PIL import Image, ImageChops

    strong = layer(mark, width, height).getchannel("A").point(lambda value: min(value * 2, 255))
    edge = ImageChops.offset(strong, max(height // 360, 1), max(height // 360, 1))
    made = Image.new("RGBA", (width, height), "white")
    made.paste("black", (0, 0), ImageChops.subtract(edge, strong))
    made.putalpha(ImageChops.lighter(strong, edge))
    return made


def words_on_white(width: int, height: int, lines: Sequence[str]) -> Image.Image:
    """A white page (`L`) that says why there is nothing on it."""
    from PIL import Image, ImageDraw

    page = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(page)
    size = max(width // 30, 12)
    top = height // 3
    for line in (visible(line, shows=shown_by()) for line in lines):
        drawn = font(size)
        while drawn.getlength(line) > width * 0.9 and drawn.size > 8:
            drawn = font(int(drawn.size) - 2)
        draw.text(((width - drawn.getlength(line)) / 2, top), line, fill=0, font=drawn)
        top += size * 2
    return page
