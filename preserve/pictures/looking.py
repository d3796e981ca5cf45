"""Copies for looking at: upright, small, without the camera's data; several pages become a PDF."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preserve.pictures.examining import beside
from preserve.pictures.opening import HOSTILE, TooLarge, Turnings, in_words, opened
from preserve.pictures.pages import PagesWriter
from preserve.pictures.shrinking import LARGEST_SIDE, small

if TYPE_CHECKING:
    from PIL import Image

_MOST_PAGES = 2000
_A_SCAN = 150  # dots an inch, where a page does not say how large it is
_REDUCED = 1  # TIFF 6.0, NewSubfileType: bit 0, a smaller version of another page
_MASK = 4


def shown_pages(image: Any) -> tuple[list[int], list[str]]:
    """The pages that a person is shown, the primary one first, and what of the file is left out, in words."""
    count = int(getattr(image, "n_frames", 1))
    start = image.tell() if count > 1 else 0
    if count == 1:
        return [0], []
    if image.format == "MPO":
        return [0], []  # named among what lies beside the picture
    if image.format not in ("TIFF", "HEIF"):
        return [0], [f"frames 2 to {count} of the animation"]
    pages: list[int] = []
    left_out: list[str] = []
    for number in [start, *(number for number in range(count) if number != start)]:
        image.seek(number)
        kind = image.tag_v2.get(254, 0) if image.format == "TIFF" else 0
        if kind & (_REDUCED | _MASK):
            left_out.append(f"page {number + 1}: a {'mask' if kind & _MASK else 'smaller version of another page'}")
        elif len(pages) < _MOST_PAGES:
            pages.append(number)
    pages = pages or [start]
    if count - len(left_out) > len(pages):
        left_out.append(f"pages after the first {len(pages)}")
    return pages, left_out


def _go(image: Any, number: int) -> None:
    if getattr(image, "n_frames", 1) > 1:
        image.seek(number)


def _paper(image: Any, shown: Image.Image) -> tuple[float, float]:
    """Size of a page in points: by the dots an inch that it names, where these can be, else as a scan."""
    try:
        dots = float(image.info.get("dpi", (0, 0))[0])
    except (TypeError, ValueError, LookupError, ZeroDivisionError):
        dots = 0.0
    dots = dots if 50 <= dots <= 2400 else _A_SCAN
    longest = min(max(image.size) * 72 / dots, 14400.0)  # the most that PDF 1.4 has room for
    scale = longest / max(shown.size)
    return max(3.0, shown.width * scale), max(3.0, shown.height * scale)


@dataclass(slots=True)
class _Done:
    """What was made: the pages by number and how each was turned, in Pillow's words; what a person should know."""

    numbers: list[int] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def _pages(path: Path, image: Any, numbers: list[int], done: _Done) -> Iterator[Image.Image]:
    turnings, ways = Turnings(path, image), dict[str, list[int]]()
    for number in numbers:
        _go(image, number)
        turning = turnings.of_page()
        try:
            shown = small(path, image, turning)
        except (*HOSTILE, TooLarge) as error:
            if len(numbers) == 1:
                raise
            done.failed.append(f"page {number + 1}: it cannot be decoded ({error})")
            continue
        done.numbers.append(number)
        done.methods.append(turning.method.name if turning.method is not None else "")
        if way := in_words(turning):
            ways.setdefault(way, []).append(number + 1)
        yield shown
    for way, pages in ways.items():
        done.turned.append(way if len(numbers) == 1 else f"page {', '.join(map(str, pages))}: {way}")


def make_access(path: Path, scratch: Path, stem: str) -> dict[str, Any]:
    """Make `<stem>.jpg`, or `<stem>.pdf` of several pages. Raises whatever Pillow raises, and TooLarge."""
    with opened(path) as image:
        pages, lost = shown_pages(image)
        _go(image, pages[0])
        lost += [f"beside the picture: {what}" for what in beside(path, image) if not what.endswith("EXIF preview")]
        done = _Done()
        if len(pages) == 1:
            (shown,) = _pages(path, image, pages, done)
            result = scratch / f"{stem}.jpg"
            profile = shown.info.get("icc_profile") if shown.mode == "RGB" else None
            shown.convert("RGB").save(result, "JPEG", quality=85, optimize=True, icc_profile=profile)
            size, count = shown.size, 1
        else:
            result, size, count = scratch / f"{stem}.pdf", (0, 0), 0
            with PagesWriter(result) as out:
                for shown in _pages(path, image, pages, done):
                    data = io.BytesIO()
                    shown.save(data, "JPEG", quality=85, optimize=True)
                    out.add(data.getvalue(), shown.size, _paper(image, shown), grey=shown.mode == "L")
                    size, count = size if count else shown.size, count + 1
            if not count:
                raise OSError("no page can be decoded")
        return {
            "result": str(result),
            "size": size,
            "pages": count,
            "largest": LARGEST_SIDE,
            "lost": lost + done.failed,
            "turned": done.turned,
            "numbers": done.numbers,
            "methods": done.methods,
        }
