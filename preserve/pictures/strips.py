"""Pieces of a page as pictures, beside what was read there, and the ink that is on it: red areas, and dark shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preserve.pictures.showing import LONGEST, page_picture

if TYPE_CHECKING:
    from PIL import Image

_LARGEST = (900, 120)
_MOST = 400
_LONG_SIDE = 297.0  # mm: a page is taken for A4 unless somebody says otherwise
_CELL = 3.3  # mm
_SEAL = (18.0, 65.0)
"""Seals are 38 to 50 mm wide (国发〔1999〕25号); other scales, and a seal that touches a line, have room."""
_FULL = 12
"""Of 255: so much red makes a cell of the page red. A seal's letters fill a fifth of it; a red number less."""


def cut_strips(path: Path, number: int, turn: int, boxes: Sequence[Sequence[float]], stem: str) -> dict[str, Any]:
    """Cut the boxes (eight ‰ each) out of page `number`, each turned clockwise by `turn` degrees: `<stem>-<n>.png`.

    Gives the share of dark pixels in each, and the red areas that can be seals, in ‰. Raises what PDFium and Pillow
    raise, TooLarge.
    """
    page = page_picture(path, number).convert("RGB")
    page.thumbnail((LONGEST, LONGEST))
    dark = []
    for place, box in enumerate(boxes[:_MOST]):
        piece = page.crop(_pixels(box, page.size))
        dark.append(_dark(piece))
        piece = piece.rotate(-turn, expand=True) if turn else piece
        piece.thumbnail(_LARGEST)
        piece.save(f"{stem}-{place}.png", "PNG", optimize=True)
    return {"dark": dark, "seals": list(seals(page))}


def _pixels(box: Sequence[float], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box upright in pixels, a little larger, and never empty."""
    across = [share * size[0] / 1000 for share in box[0::2]]
    down = [share * size[1] / 1000 for share in box[1::2]]
    left, top = max(0, int(min(across)) - 6), max(0, int(min(down)) - 4)
    right, bottom = min(size[0], int(max(across)) + 6), min(size[1], int(max(down)) + 4)
    left, top = min(left, size[0] - 1), min(top, size[1] - 1)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _dark(piece: Image.Image) -> float:
    """The share of pixels that are much darker than the paper around them."""
    grey = piece.convert("L")
    counts = grey.histogram()
    total, seen, paper = sum(counts), 0, 255
    for value in range(255, -1, -1):
        seen += counts[value]
        if seen * 2 >= total:
            paper = value
            break
    return round(sum(counts[: max(0, paper - 70)]) / total, 5)


def seals(page: Image.Image) -> Iterator[list[float]]:
    """Red areas as large and as round as seals: left, top, right, bottom in ‰ of the page."""
    from PIL import Image, ImageChops

    hue, strength, light = page.convert("HSV").split()
    red = hue.point([255 if value < 14 or value > 235 else 0 for value in range(256)])
    red = ImageChops.darker(red, strength.point([255 if value > 65 else 0 for value in range(256)]))
    red = ImageChops.darker(red, light.point([255 if value > 70 else 0 for value in range(256)]))
    millimetre = max(page.size) / _LONG_SIDE
    wide, high = (max(4, round(side / millimetre / _CELL)) for side in page.size)
    cells = red.resize((wide, high), Image.Resampling.BOX).tobytes()
    full = {(place % wide, place // wide) for place, value in enumerate(cells) if value >= _FULL}
    while full:
        area = _area(full)
        left, right = min(x for x, _ in area), max(x for x, _ in area) + 1
        top, bottom = min(y for _, y in area), max(y for _, y in area) + 1
        sides = ((right - left) * _CELL, (bottom - top) * _CELL)
        filled = len(area) / ((right - left) * (bottom - top))
        if _SEAL[0] <= min(sides) and max(sides) <= _SEAL[1] and max(sides) / min(sides) < 1.8 and filled > 0.3:
            yield [left * 1000 / wide, top * 1000 / high, right * 1000 / wide, bottom * 1000 / high]


def _area(full: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """One area of cells that touch, taken out of `full`."""
    edge = [full.pop()]
    area = []
    while edge:
        across, down = cell = edge.pop()
        area.append(cell)
        around = [(across + x, down + y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
        near = [one for one in around if one in full]
        full.difference_update(near)
        edge += near
    return area


def answer_strips(request: dict[str, Any]) -> dict[str, Any]:
    """As the child of `helper` is asked for strips."""
    return cut_strips(
        Path(request["path"]), int(request["number"]), int(request["turn"]), request["boxes"], str(request["stem"])
    )
