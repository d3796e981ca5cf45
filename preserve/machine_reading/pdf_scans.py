"""Pages of a PDF that are scans, taken over with the coded data of their pictures as they are; others are drawn.

A page is taken over where its content only places pictures, fills and clips: then every operator goes over, so that
nothing is seen that the page did not show. Unseen text of another program is left out, as ours comes instead of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.machine_reading.pdf_pictures import LARGEST_SIDE, SMALLEST_SIDE
from preserve.machine_reading.records import Line

_PAINTING = ("q", "Q", "cm", "Do", "re", "m", "l", "c", "v", "y", "h", "W", "W*", "n", "f", "F", "f*", "B", "B*", "b")
_KEPT = frozenset((*_PAINTING, "b*", "S", "s", "g", "G", "rg", "RG", "w", "J", "j", "M", "d", "i"))
_SHOWING = frozenset(("Tj", "TJ", "'", '"'))
_TEXT = _SHOWING | {"BT", "ET", "Tc", "Tw", "Tz", "TL", "Tf", "Tr", "Ts", "Td", "TD", "Tm", "T*"}
_MARKS = frozenset(("MP", "DP", "BMC", "BDC", "EMC", "ri"))
_UNSEEN = 3
_FILTERS = frozenset(("/DCTDecode", "/CCITTFaxDecode", "/FlateDecode", "/JBIG2Decode"))
_SPACES = frozenset(("/DeviceGray", "/DeviceRGB"))
_KEYS = ("Subtype", "Width", "Height", "ColorSpace", "BitsPerComponent", "ImageMask", "Mask", "SMask", "Decode")
_CODED = ("Intent", "Filter", "DecodeParms")
_HARMLESS = frozenset(("/Link", "/Popup"))
_MOST_OPERATORS, _MOST_CONTENT, _MOST_PARTS = 20_000, 1 << 16, 100
_MOST_LINES = 5_000
_DPI = 200
_MOST_PIXELS = 25_000_000


class NotAScan(Exception):
    """The page has more than pictures, or pictures that PDF/A does not take as they are."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a page that is seen, in its own coordinates; `turned` clockwise, `unit` in points."""

    left: float
    low: float
    right: float
    high: float
    unit: float
    turned: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points, as one sees it."""
        wide, high = (self.right - self.left) * self.unit, (self.high - self.low) * self.unit
        return (high, wide) if self.turned in (90, 270) else (wide, high)

    @property
    def matrix(self) -> tuple[float, ...]:
        """Of `cm`: from its own coordinates to those of a page that begins at 0, 0 and is not turned."""
        matrix = {
            90: (0, -1, 1, 0, -self.low, self.right),
            180: (-1, 0, 0, -1, self.right, self.high),
            270: (0, 1, -1, 0, self.high, -self.left),
        }.get(self.turned, (1, 0, 0, 1, -self.left, -self.low))
        return tuple(self.unit * value for value in matrix)

    def per_mille(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of its own coordinates is seen, from the upper left corner; at its edge what lies beyond."""
        a, b, c, d, right, up = self.matrix
        width, height = self.size
        across, down = (a * x + c * y + right) / width, 1 - (b * x + d * y + up) / height
        return 1000 * min(1.0, max(0.0, across)), 1000 * min(1.0, max(0.0, down))


class Source:
    """An open PDF whose pages are asked for one by one, by pikepdf for their data and by PDFium for their looks."""

    def __init__(self, path: Path, pdf: Any, drawn: Any) -> None:
        self.path, self._pdf, self._drawn = path, pdf, drawn
        self._into: Any = None
        self._known: dict[tuple[int, int], Any] = {}

    @property
    def count(self) -> int:
        """Pages that there are."""
        return len(self._pdf.pages)

    def size(self, page: int) -> tuple[float, float]:
        """Width and height in points, as one sees the page. Raises NotAScan where PDF/A allows no such page."""
        size = _frame(self._pdf.pages[page - 1]).size
        if min(size) < SMALLEST_SIDE or max(size) > LARGEST_SIDE:
            raise NotAScan("size")
        return size

    def draw(self, page: int) -> tuple[Any, tuple[float, float]]:
        """The page as a picture of 200 dpi, with its annotations, as a redacted copy has it; and its size in points."""
        shown = self._drawn[page - 1]
        width, height = shown.get_size()
        scale = min(_DPI / 72, math.sqrt(_MOST_PIXELS / max(1.0, width * height)))
        bitmap = shown.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        try:
            within = min(1.0, LARGEST_SIDE / max(width, height))
            size = max(SMALLEST_SIDE, width * within), max(SMALLEST_SIDE, height * within)
            return bitmap.to_pil().convert("RGB"), size
        finally:
            bitmap.close()
            shown.close()

    def own_lines(self, page: int) -> tuple[Line, ...]:
        """What text the page has itself, seen or not, as the lines of a reading; in the order of its content."""
        try:
            frame = _frame(self._pdf.pages[page - 1])
        except NotAScan:
            return ()
        shown = self._drawn[page - 1]
        text = shown.get_textpage()
        try:
            lines = []
            for number in range(min(text.count_rects(), _MOST_LINES)):
                left, low, right, high = text.get_rect(number)
                said = text.get_text_bounded(left, low, right, high)
                corners = (left, high), (right, high), (right, low), (left, low)
                box = tuple(value for corner in corners for value in frame.per_mille(*corner))
                lines.append(Line.model_validate({"text": said, "box": box, "score": 1.0}))
            return tuple(lines)
        finally:
            text.close()
            shown.close()

    def take(self, page: int, target: Any) -> tuple[bytes, Any]:
        """The content of a scanned page for a page of `target` of the same size, and its pictures there by name.

        Raises NotAScan.
        """
        from pikepdf import Dictionary, PdfError

        source = self._pdf.pages[page - 1]
        try:
            if any(str(note.get("/Subtype")) not in _HARMLESS for note in source.obj.get("/Annots", [])):
                raise NotAScan("annotations")
            names: dict[str, Any] = {}
            kept = _kept_content(source, names)
            pictures = Dictionary({name: self._copy(picture, target) for name, picture in names.items()})
        except (PdfError, ValueError, TypeError, AttributeError, KeyError) as error:
            raise NotAScan(str(error)) from error
        place = b" ".join(b"%.4f" % value for value in _frame(source).matrix)
        return b"q %s cm\n%s\nQ" % (place, kept), pictures

    def _copy(self, picture: Any, target: Any) -> Any:
        """One that several pages place goes over once."""
        if self._into is not target:
            self._into, self._known = target, {}
        if picture.objgen not in self._known:
            self._known[picture.objgen] = _copied(picture, target)
        return self._known[picture.objgen]


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """A PDF. Raises pikepdf.PdfError or PDFium's error where it is damaged or encrypted."""
    import pikepdf
    import pypdfium2 as pdfium

    with pikepdf.open(path) as pdf:
        drawn = pdfium.PdfDocument(path)
        try:
            drawn.init_forms()
            yield Source(path, pdf, drawn)
        finally:
            drawn.close()


def _kept_content(page: Any, names: dict[str, Any]) -> bytes:
    """Its operators, without text that is not seen; `names` receives the pictures that they place."""
    import pikepdf

    resources = page.resources
    if any(str(name).startswith("/Default") for name in resources.get("/ColorSpace", {})):
        raise NotAScan("colours")
    _require_little(page.obj.get("/Contents"))
    instructions = pikepdf.parse_content_stream(page)
    if len(instructions) > _MOST_OPERATORS:
        raise NotAScan("too much content")
    kept: list[Any] = []
    mode = 0
    for one in instructions:
        operator = str(one.operator)
        if operator == "Tr":
            mode = int(one.operands[0])
        elif operator in _SHOWING and mode != _UNSEEN:
            raise NotAScan("text")
        if operator == "gs" and _is_plain(resources, one.operands[0]):
            continue
        if operator in _TEXT or (operator in _MARKS and "/OC" not in [str(operand) for operand in one.operands[:1]]):
            continue
        if operator not in _KEPT:
            raise NotAScan(operator)
        if operator == "Do":
            name = str(one.operands[0])
            names[name] = resources.XObject[name]
        kept.append(one)
    if not names:
        raise NotAScan("no picture")
    return bytes(pikepdf.unparse_content_stream(kept))


def _require_little(contents: Any) -> None:
    """A scan is placed in a line or two. Raises NotAScan before anything large, or packed twice, is unpacked."""
    import pikepdf

    parts = list(contents) if isinstance(contents, pikepdf.Array) else [] if contents is None else [contents]
    packed = sum(int(part.get("/Length", 0)) for part in parts)
    twice = any(isinstance(part.get("/Filter"), pikepdf.Array) and len(part.Filter) > 1 for part in parts)
    if twice or packed > _MOST_CONTENT or len(parts) > _MOST_PARTS:
        raise NotAScan("too much content")


def _is_plain(resources: Any, name: Any) -> bool:
    """Whether a graphics state changes nothing of how pictures and fills are seen."""
    state = resources.ExtGState[str(name)]
    mode = state.get("/BM", "/Normal")
    opaque = all(float(state.get(key, 1)) == 1 for key in ("/ca", "/CA"))
    if str(mode) in ("/Normal", "/Compatible") and opaque and str(state.get("/SMask", "/None")) == "/None":
        return True
    raise NotAScan("transparency")


def _copied(picture: Any, target: Any) -> Any:
    """The picture in `target`: its coded data as they are, and of its dictionary what PDF/A lets stand."""
    import pikepdf
    from pikepdf import Name, Stream

    if not isinstance(picture, Stream) or picture.get("/Subtype") != Name.Image:
        raise NotAScan("no picture but a form")
    filters = picture.get("/Filter")
    for one in [] if filters is None else filters if isinstance(filters, pikepdf.Array) else [filters]:
        if str(one) not in _FILTERS:
            raise NotAScan(str(one))
    if not picture.get("/ImageMask", False):
        _require_space(picture.get("/ColorSpace"))
    if "/OC" in picture or "/F" in picture:
        raise NotAScan("a picture that is shown at times only")
    copy = target.make_stream(picture.read_raw_bytes())
    for key in (*_KEYS, *_CODED):
        value = picture.get("/" + key)
        if value is None:
            continue
        if key in ("SMask", "Mask") and isinstance(value, Stream):
            value = _copied(value, target)
        elif isinstance(value, pikepdf.Object) and value.is_indirect:
            value = target.copy_foreign(value)
        elif isinstance(value, (pikepdf.Array, pikepdf.Dictionary)):
            value = _foreign(value, target)
        copy[Name("/" + key)] = value
    copy[Name.Type] = Name.XObject
    return target.make_indirect(copy)


def _foreign(value: Any, target: Any) -> Any:
    """A direct array or dictionary of another document, with whatever it refers to."""
    import pikepdf

    if isinstance(value, pikepdf.Object) and value.is_indirect:
        return target.copy_foreign(value)
    if isinstance(value, pikepdf.Array):
        return pikepdf.Array([_foreign(item, target) for item in value])
    if isinstance(value, pikepdf.Dictionary):
        return pikepdf.Dictionary({key: _foreign(item, target) for key, item in value.items()})
    return value


def _require_space(space: Any) -> None:
    """Grey and RGB, of a device, calibrated, by profile, or as a palette of these. Raises NotAScan."""
    import pikepdf

    if isinstance(space, pikepdf.Name) and str(space) in _SPACES:
        return
    if isinstance(space, pikepdf.Array) and len(space) > 1:
        family = str(space[0])
        if family in ("/CalGray", "/CalRGB") or (family == "/ICCBased" and int(space[1].get("/N", 0)) in (1, 3)):
            return
        if family == "/Indexed":
            _require_space(space[1])
            return
    raise NotAScan("colours")


def _frame(page: Any) -> Frame:
    """Of a page of pikepdf. Raises NotAScan for boxes that leave nothing."""
    media = [float(value) for value in page.mediabox]
    crop = [float(value) for value in page.cropbox]
    left, low = (max(min(crop[at], crop[at + 2]), min(media[at], media[at + 2])) for at in (0, 1))
    right, high = (min(max(crop[at], crop[at + 2]), max(media[at], media[at + 2])) for at in (0, 1))
    if right <= left or high <= low:
        raise NotAScan("boxes")
    return Frame(left, low, right, high, float(page.obj.get("/UserUnit", 1)), int(page.rotation) % 360)
