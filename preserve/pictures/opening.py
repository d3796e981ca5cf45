"""Opens a picture within our own bounds, and turns each of its pages upright by what its file says of it."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from preserve.pictures import isobmff

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 1_200_000_000
"""Of one page: an A0 drawing at 800 dpi and the largest sensors there are; above it nothing is decoded."""

MOST_BYTES = 2 << 30
"""Of one decoded page that cannot be decoded in pieces."""

_A_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}
_TAG = 0x0112


HOSTILE = (
    *(OSError, ValueError, SyntaxError, LookupError, TypeError, AttributeError, EOFError),
    *(RuntimeError, ArithmeticError, AssertionError, MemoryError, struct.error, zlib.error),
)
"""What decoders raise on damaged or hostile data."""


class TooLarge(Exception):
    """A page has more pixels than we decode."""


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The picture as Pillow opens it, without its own bound and without its words. Raises whatever Pillow raises."""
    # By the stream: of a name Pillow maps plain TIFF into memory, and then turns it wrongly.
    with path.open("rb") as stream, opened_stream(stream) as image:
        yield image


@contextmanager
def opened_stream(stream: IO[bytes]) -> Iterator[Any]:
    """As `opened`, of a picture that lies within another file."""
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # ours count: pixels of a page and bytes held at once
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(stream) as image:
            yield image


def weight(image: Any) -> int:
    """Bytes of a page when it is decoded whole."""
    return int(image.width) * int(image.height) * _A_PIXEL.get(image.mode, 4)


def bounded(image: Any, most: int = MOST_BYTES) -> None:
    """Raises TooLarge before anything is decoded."""
    if image.width * image.height > MOST_PIXELS or weight(image) > most:
        raise TooLarge(f"{image.width} x {image.height}")


@dataclass(frozen=True, slots=True)
class Turning:
    """How a page is to be turned. `orientation` as EXIF numbers it; `source` says who said it.

    `pending`: the decoder leaves it to us; else it has turned the page itself when it is decoded.
    """

    orientation: int
    source: str
    pending: bool

    @property
    def method(self) -> Any:
        """Pillow's transposition that is left to do, or None."""
        from PIL.Image import Transpose

        methods = {
            2: Transpose.FLIP_LEFT_RIGHT,
            3: Transpose.ROTATE_180,
            4: Transpose.FLIP_TOP_BOTTOM,
            5: Transpose.TRANSPOSE,
            6: Transpose.ROTATE_270,
            7: Transpose.TRANSVERSE,
            8: Transpose.ROTATE_90,
        }
        return methods.get(self.orientation) if self.pending else None


_WAYS = {
    2: "mirrored left to right",
    3: "turned by 180 degrees",
    4: "mirrored top to bottom",
    5: "mirrored left to right and turned by 90 degrees anticlockwise",
    6: "turned by 90 degrees clockwise",
    7: "mirrored left to right and turned by 90 degrees clockwise",
    8: "turned by 90 degrees anticlockwise",
}


def in_words(turning: Turning) -> str:
    """What was done with the page, empty where nothing was."""
    way = _WAYS.get(turning.orientation, "")
    if not way:
        return ""
    by = "" if turning.pending else ", by the decoder"
    return f"{turning.source}: {way} so that it is upright{by}"


class Turnings:
    """How each page of one picture is to be turned. Ask before the page is decoded: decoders change what they say."""

    def __init__(self, path: Path, image: Any) -> None:
        self._path, self._image = path, image
        self._items = isobmff.read_items(path) if image.format in ("HEIF", "AVIF") else isobmff.Items()

    def of_page(self) -> Turning:
        """Of the page that the picture stands at."""
        image = self._image
        if image.format == "TIFF":
            orientation = _valid(image.tag_v2.get(_TAG))
            return Turning(orientation, f"TIFF orientation {orientation}", pending=False)
        if image.format in ("HEIF", "AVIF"):
            return self._of_item()
        orientation = _valid(image.getexif().get(_TAG))
        return Turning(orientation, f"EXIF orientation {orientation}", pending=True)

    def _of_item(self) -> Turning:
        image, items = self._image, self._items
        pictures, page = items.pictures(), image.tell()
        # An AVIF sequence has one picture among the items and its frames in a track.
        alike = len(pictures) == getattr(image, "n_frames", 1)
        item = pictures[page] if alike and image.format == "HEIF" else items.primary
        said = items.turned.get(item, ())
        heif = image.format == "HEIF"
        if said:
            return Turning(isobmff.turned_as(said), ", ".join(said), pending=not heif)
        orientation = _valid(image.info.get("original_orientation")) if heif else 1
        if orientation == 1:
            orientation = isobmff.exif_orientation(self._path, items, item)
        return Turning(orientation, f"EXIF orientation {orientation}", pending=True)


def _valid(value: object) -> int:
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright(image: Any, turning: Turning) -> Image.Image:
    """The page that the picture stands at, decoded whole and turned. Raises whatever Pillow raises, and TooLarge."""
    bounded(image)
    image.load()
    shown: Image.Image = image.transpose(turning.method) if turning.method is not None else image.copy()
    return shown
