"""Large TIFF and PNG decoded in pieces are the same, pixel for pixel, as decoded whole."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from preserve.pictures import pieces
from preserve.pictures.opening import opened
from tests.support.material.pictures import noise

SIZE = (300, 410)


def _joined(path: Path) -> Image.Image:
    with opened(path) as image:
        assert pieces.can_be_cut(image)
        whole: Image.Image | None = None
        count = 0
        for left, top, part in pieces.cut(path, image):
            picture = part.convert("RGBA") if part.mode == "P" else part
            whole = whole or Image.new(picture.mode, SIZE)
            whole.paste(picture, (left, top))
            count += 1
    assert count > 1
    assert whole is not None
    return whole


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits", "group4", "jpeg"])
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "CMYK", "I;16"])
def test_strips_of_tiff(mode: str, compression: str | None, tmp_path: Path) -> None:
    if (mode != "1" and compression == "group4") or (mode in ("1", "I;16") and compression == "jpeg"):
        return
    path = tmp_path / "a.tif"
    picture = noise("L" if mode == "I;16" else mode, SIZE)
    if mode == "I;16":
        picture = Image.frombytes("I;16", SIZE, noise("LA", SIZE).tobytes())
    picture.save(path, compression=compression, tiffinfo=_rows(16))
    with Image.open(path) as image:
        image.load()
        assert _joined(path).tobytes() == image.tobytes()


def _rows(count: int) -> ImageFileDirectory_v2:
    tags = ImageFileDirectory_v2()
    tags[278] = count
    return tags


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_rows_of_png(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_BAND", 20_000 if mode != "1" else 1_000)
    path = tmp_path / "a.png"
    Image.radial_gradient("L").resize(SIZE).convert("RGBA").convert(mode).save(path)
    with Image.open(path) as image:
        image.load()
        assert _joined(path).convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


def test_a_strip_that_is_cut_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    noise("L", SIZE).save(path, tiffinfo=_rows(16))
    with opened(path) as image:
        offset, length = image.tag_v2[273][-1], image.tag_v2[279][-1]
    data = bytearray(path.read_bytes())
    path.write_bytes(data[: offset + length // 2] if offset > 1000 else data)
    with opened(path) as image, pytest.raises(OSError, match="cut off"):
        list(pieces.cut(path, image))


def test_pixels_of_png_that_end_too_early_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_BAND", 20_000)
    path = tmp_path / "a.png"
    noise("L", SIZE).save(path)
    data = path.read_bytes()
    taller = bytearray(data)
    taller[20:24] = (900).to_bytes(4, "big")
    taller[29:33] = zlib.crc32(bytes(taller[12:29])).to_bytes(4, "big")
    path.write_bytes(taller)
    with opened(path) as image, pytest.raises(OSError, match="too early"):
        list(pieces.cut(path, image))
