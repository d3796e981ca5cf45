"""Still pictures: boxes painted on the pixels; nothing but pixels goes over, so no EXIF and no thumbnail."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preserve.access.redaction.pages import DPI, Sheet, painted, write_pictures
from preserve.access.redaction.painting import Copy
from preserve.errors import Refused
from preserve.pictures.opening import HOSTILE, TooLarge, Turnings, bounded, opened, upright

if TYPE_CHECKING:
    from PIL import Image

_LOSSY = {"JPEG", "MPO", "HEIF", "WEBP"}
_QUALITY = 92


@contextmanager
def _opened(path: Path, name: str) -> Iterator[Any]:
    try:
        with opened(path) as image:
            bounded(image)
            yield image
    except (*HOSTILE, TooLarge) as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise Refused("redaction.unreadable", name, reason=str(error)) from error


def look(path: Path, name: str) -> tuple[int, int, int]:
    """Number of frames, and width and height as one sees them. Raises Refused."""
    with _opened(path, name) as image:
        turned = Turnings(path, image).of_page()
        # libheif says the size of a picture that it will turn as one sees it; Pillow that of a TIFF too.
        sideways = turned.pending and turned.orientation >= 5
        shown = (image.height, image.width) if sideways else (image.width, image.height)
        return _frames(image), *shown


def _frames(image: Any) -> int:
    # The second picture of MPO is a preview or the other eye of a stereo camera.
    return 1 if image.format == "MPO" else int(getattr(image, "n_frames", 1))


def _plain(image: Any, turnings: Turnings) -> Image.Image:
    """Upright, `L` or `RGB`, on white where it lets something through."""
    from PIL import Image

    shown = upright(image, turnings.of_page())
    if shown.mode in ("RGBA", "LA", "P", "PA") or "transparency" in shown.info:
        white = Image.new("RGB", shown.size, "white")
        clear = shown.convert("RGBA")
        white.paste(clear, mask=clear.getchannel("A"))
        return white
    if shown.mode.startswith("I"):
        shown = shown.point(lambda value: value / 256).convert("L")
    plain: Image.Image = shown.convert("L") if shown.mode in ("1", "L") else shown.convert("RGB")
    # A new picture of the same pixels: what hung on the old one stays behind.
    return Image.frombytes(plain.mode, plain.size, plain.tobytes())


def _as_sheets(path: Path, image: Any) -> Iterator[Sheet]:
    turnings = Turnings(path, image)
    for number in range(_frames(image)):
        image.seek(number)
        picture = _plain(image, turnings)
        yield Sheet(number + 1, picture, picture.width * 72 / DPI, picture.height * 72 / DPI)


def as_sheets(path: Path, name: str) -> Iterator[Sheet]:
    """The frames of a picture, one at a time, upright. Raises Refused."""
    with _opened(path, name) as image:
        yield from _as_sheets(path, image)


def ending(path: Path, name: str) -> str:
    """The ending of what is made: several frames become the pages of a PDF."""
    with _opened(path, name) as image:
        if _frames(image) > 1:
            return ".pdf"
        return ".jpg" if image.format in _LOSSY else ".png"


def redact_picture(source: Path, result: Path, copy: Copy, tick: Callable[[], None]) -> None:
    """Write the redacted copy of a picture to `result`, whose ending says as what. Raises Refused."""
    with _opened(source, copy.name) as image:
        sheets = painted(_as_sheets(source, image), copy.redactions, copy.mark)
        if result.suffix == ".pdf":
            write_pictures(sheets, result, copy.title, copy.moment, tick)
            return
        (sheet,) = sheets
        _save(sheet.picture, result)


def _save(picture: Image.Image, result: Path) -> None:
    if result.suffix == ".jpg":
        picture.save(result, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    else:
        picture.save(result, "PNG")
