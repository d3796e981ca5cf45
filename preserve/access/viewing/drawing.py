"""The frame sheet and the wave form as pictures: frames with their time code, loudness over time, what they are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from preserve.messages import say
from preserve.typesetting.fonts import face, shown_by
from preserve.visible_text import visible

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

_GAP, _EDGE = 8, 16
_INK, _PALE, _PAPER, _DARK = "#1b1f24", "#6a737d", "#ffffff", "#30363d"
_WAVE_WIDTH, _WAVE_HEIGHT = 1200, 240


@dataclass(frozen=True, slots=True)
class About:
    """What a picture is of. `began`: when the recording starts, in the bureau's time, where that is known."""

    case_number: str
    file: str
    device: str
    length: float
    began: datetime | None
    sha256: str

    def lines(self) -> tuple[str, str]:
        """Two lines over the picture."""
        facts = [self.case_number, self.device, say("look.length", length=time_code(self.length))]
        if self.began is not None:
            facts.append(say("look.began", moment=f"{self.began:%Y-%m-%d %H:%M:%S}"))
        return self.file, "　".join(fact for fact in facts if fact)


def time_code(seconds: float) -> str:
    """`01:02:03`, from the start of the recording."""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


@cache
def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    path, number = face()
    return ImageFont.truetype(str(path), size, index=number)


def _fitted(draw: ImageDraw, words: str, font: FreeTypeFont, width: int) -> str:
    """A line that fits, cut in the middle: the end of a file's name tells as much as its beginning."""
    words = visible(words, shows=shown_by())
    shown = words
    keep = len(words)
    while keep > 8 and draw.textlength(shown, font=font) > width:
        keep -= 1
        shown = words[: keep // 2] + "…" + words[len(words) - keep // 2 :]
    return shown


def _head_and_foot(draw: ImageDraw, about: About, width: int, height: int, note: str) -> None:
    first, second = about.lines()
    draw.text((_EDGE, 10), _fitted(draw, first, _font(20), width - 2 * _EDGE), _INK, _font(20))
    draw.text((_EDGE, 40), _fitted(draw, second, _font(15), width - 2 * _EDGE), _PALE, _font(15))
    foot = say("look.foot", sha256=about.sha256)
    if note:
        draw.text((_EDGE, height - 48), _fitted(draw, note, _font(14), width - 2 * _EDGE), "#b00020", _font(14))
    draw.text((_EDGE, height - 26), _fitted(draw, foot, _font(12), width - 2 * _EDGE), _PALE, _font(12))


def draw_sheet(
    target: Path, about: About, frames: Sequence[tuple[float, Path | None]], columns: int, width: int, note: str
) -> None:
    """Frames in rows, each with its time code and, where that is known, the time of day; gaps stay visible."""
    from PIL import Image, ImageDraw

    pictures: list[Picture | None] = []
    for _, path in frames:
        try:
            pictures.append(Image.open(path).convert("RGB") if path is not None else None)
        except OSError:
            pictures.append(None)
    height = max((picture.height for picture in pictures if picture is not None), default=width * 9 // 16)
    columns = min(columns, len(frames))
    rows = -(-len(frames) // columns)
    tall = height + 26 + _GAP
    size = (max(640, 2 * _EDGE + columns * (width + _GAP) - _GAP), 72 + rows * tall + (54 if note else 32))
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    _head_and_foot(draw, about, *size, note)
    for number, ((moment, _), picture) in enumerate(zip(frames, pictures, strict=True)):
        left, top = _EDGE + number % columns * (width + _GAP), 72 + number // columns * tall
        draw.rectangle((left, top, left + width - 1, top + height + 25), fill=_DARK)
        if picture is not None:
            sheet.paste(picture, (left + (width - picture.width) // 2, top + (height - picture.height) // 2))
        else:
            draw.text((left + width // 2, top + height // 2), say("look.no-frame"), "#d0d7de", _font(16), anchor="mm")
        clock = f"{about.began + timedelta(seconds=moment):%m-%d %H:%M:%S}" if about.began is not None else ""
        draw.text((left + 8, top + height + 12), time_code(moment), "#ffffff", _font(16), anchor="lm")
        draw.text((left + width - 8, top + height + 12), clock, "#d0d7de", _font(14), anchor="rm")
    sheet.save(target, "JPEG", quality=85, optimize=True)


def draw_wave(target: Path, about: About, levels: Sequence[float | None], note: str) -> None:
    """The peak of each stretch of time (dBFS) as a bar, red where it may be clipped; grey what could not be read."""
    from PIL import Image, ImageDraw

    size = (_WAVE_WIDTH + 2 * _EDGE, 72 + _WAVE_HEIGHT + (88 if note else 66))
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    _head_and_foot(draw, about, *size, note)
    top, middle = 72, 72 + _WAVE_HEIGHT // 2
    draw.rectangle((_EDGE, top, _EDGE + _WAVE_WIDTH, top + _WAVE_HEIGHT), fill="#f6f8fa")
    for place in range(_WAVE_WIDTH):
        part = int(place * len(levels) / _WAVE_WIDTH)
        if (level := levels[part]) is None:
            draw.line((_EDGE + place, top, _EDGE + place, top + _WAVE_HEIGHT), fill="#afb8c1")
            continue
        # Loudness, not amplitude: speech 40 dB below the loudest must still be seen.
        reach = max(0.0, min(1.0, 1 + level / 60)) * (_WAVE_HEIGHT / 2 - 2)
        colour = "#b00020" if level > -1 else "#1f6feb"
        draw.line((_EDGE + place, middle - reach, _EDGE + place, middle + reach), fill=colour)
    for mark in range(7):
        moment = about.length * mark / 6
        left = _EDGE + _WAVE_WIDTH * mark // 6
        draw.line((left, top, left, top + _WAVE_HEIGHT), fill="#d0d7de")
        anchor = "la" if mark == 0 else "ra" if mark == 6 else "ma"
        shown = time_code(moment) if about.length >= 30 else time_code(moment) + f"{moment % 1:.1f}"[1:]
        draw.text((left, top + _WAVE_HEIGHT + 6), shown, _PALE, _font(14), anchor=anchor)
    sheet.save(target, "PNG", optimize=True)
