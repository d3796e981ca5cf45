"""Small copies of large pages are the same whether the page was decoded whole or in pieces."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from preserve.pictures import shrinking
from preserve.pictures.opening import Turnings, opened
from tests.support.material.pictures import alike, exif, uneven, upright


def _small(path: Path) -> Image.Image:
    with opened(path) as image:
        return shrinking.small(path, image, Turnings(path, image).of_page())


@pytest.mark.parametrize(("name", "mode"), [("a.tif", "RGB"), ("a.tif", "1"), ("a.tif", "L"), ("a.png", "RGB")])
def test_in_pieces_as_whole(name: str, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / name
    Image.radial_gradient("L").resize((3001, 997)).convert(mode).save(path)
    monkeypatch.setattr(shrinking, "LARGEST_SIDE", 400)
    whole = _small(path)
    monkeypatch.setattr(shrinking, "_WHOLE", 0)
    cut = _small(path)
    assert cut.size == whole.size == (400, 133)
    greys = ImageChops.difference(cut.convert("L"), whole.convert("L")).histogram()
    assert sum(number * count for number, count in enumerate(greys)) / sum(greys) < (30 if mode == "1" else 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pieces_are_turned_too(orientation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.tif"
    uneven().save(path, exif=exif(orientation), compression="tiff_lzw", tiffinfo={278: 8, 274: orientation})
    monkeypatch.setattr(shrinking, "_WHOLE", 0)
    assert alike(_small(path), upright(uneven(), orientation))


def test_large_pages_are_decoded_and_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.tif"
    uneven().save(path, tiffinfo={278: 8})
    with opened(path) as image:
        assert not shrinking.decode_in_pieces(path, image)
        monkeypatch.setattr(shrinking, "_WHOLE", 0)
        assert shrinking.decode_in_pieces(path, image)
