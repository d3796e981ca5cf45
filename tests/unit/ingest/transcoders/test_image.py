"""Still images: every pixel as it was, what the target cannot hold told, and small upright copies for looking at."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageChops

from preserve.ingest.transcoders.image import access_image, to_raster
from preserve.programs import ToolFailed


def _picture(mode: str, size: tuple[int, int] = (40, 30)) -> Image.Image:
    """Noise, so that every pixel tells."""
    if mode == "I;16":
        return Image.frombytes("I;16", size, os.urandom(2 * size[0] * size[1]))
    return Image.frombytes("RGBA", size, os.urandom(4 * size[0] * size[1])).convert(mode)


@pytest.mark.parametrize(
    ("mode", "ending", "suffix"),
    [
        ("RGB", "bmp", ".png"),
        ("L", "tif", ".png"),
        ("RGBA", "tif", ".png"),
        ("I;16", "tif", ".png"),
        ("1", "tif", ".png"),
        ("P", "gif", ".png"),
        ("CMYK", "tif", ".tif"),
        ("F", "tif", ".tif"),
    ],
)
def test_every_pixel_is_kept_in_png_or_else_in_tiff(mode: str, ending: str, suffix: str, tmp_path: Path) -> None:
    source = tmp_path / f"a.{ending}"
    _picture(mode).save(source)
    result = to_raster(source, tmp_path, "x", source.name)
    assert (result.suffix, result.path.name) == (suffix, f"x{suffix}")
    assert (result.proof.holds, result.findings) == (True, ())
    with Image.open(source) as before, Image.open(result.path) as after:
        shown = before.convert("RGBA") if before.mode == "P" else before
        assert (after.mode, after.tobytes()) == (shown.mode, shown.tobytes())


def test_all_frames_are_kept_and_their_times_are_told_as_lost(tmp_path: Path) -> None:
    frames = [_picture("RGB") for _ in range(3)]
    source = tmp_path / "a.gif"
    frames[0].save(source, save_all=True, append_images=frames[1:], duration=100)
    result = to_raster(source, tmp_path, "x", source.name)
    assert dict(result.properties) == {"width": "40", "height": "30", "frames": "3"}
    assert result.proof.holds
    assert [words for words in result.lost if "times between the frames" in words]


def _exif(model: bytes) -> bytes:
    """What a camera writes of its model, with these very bytes, some of them in no ASCII."""
    exif = Image.Exif()
    exif[0x0110] = "m" * len(model)
    return exif.tobytes().replace(b"m" * len(model), model)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_what_the_camera_wrote_goes_along_byte_by_byte(encoding: str, tmp_path: Path) -> None:
    exif = _exif("执法记录仪 DSJ".encode(encoding))
    for ending in ("jpg", "png", "heic"):
        source = tmp_path / f"a.{ending}"
        pillow_heif.register_heif_opener()
        _picture("RGB").save(source, exif=exif)
        result = to_raster(source, tmp_path, f"{ending}-x", source.name)
        assert "执法记录仪 DSJ".encode(encoding) in result.path.read_bytes(), ending
        with Image.open(result.path) as image:
            assert set(image.getexif()) >= {0x0110}


def test_exif_that_tiff_does_not_hold_is_told_as_lost(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    _picture("CMYK").save(source, exif=_exif(b"DSJ"))
    assert [words for words in to_raster(source, tmp_path, "x", "a.jpg").lost if words.startswith("EXIF")]


@pytest.mark.parametrize("make", [lambda p, s: to_raster(p, s, "x", p.name), lambda p, s: access_image(p, s, "x")])
def test_a_broken_picture_is_a_failure_of_the_tool(make: Callable[[Path, Path], object], tmp_path: Path) -> None:
    whole = tmp_path / "whole.png"
    _picture("RGB", (200, 200)).save(whole)
    for name, data in (("cut.png", whole.read_bytes()[:5000]), ("text.png", b"no picture"), ("empty.png", b"")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ToolFailed):
            make(tmp_path / name, tmp_path)


def test_an_access_copy_is_upright_small_and_without_the_cameras_data(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by ninety degrees
    exif[0x0110] = "DSJ"
    source = tmp_path / "a.jpg"
    Image.linear_gradient("L").resize((3000, 1500)).convert("RGB").save(source, exif=exif)
    result = access_image(source, tmp_path, "x")
    with Image.open(result.path) as image:
        assert (image.size, image.format) == ((1024, 2048), "JPEG")
        assert len(image.getexif()) == 0
    turned = "EXIF orientation 6: turned by 90 degrees clockwise so that it is upright"
    assert dict(result.properties) == {"width": "1024", "height": "2048", "turned": turned}
    assert result.proof.note.endswith(turned)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "I;16", "CMYK", "1"])
def test_every_kind_of_picture_can_be_looked_at(mode: str, tmp_path: Path) -> None:
    source = tmp_path / "a.tif"
    _picture(mode).save(source)
    with Image.open(access_image(source, tmp_path, "x").path) as image:
        assert (image.mode, image.size) == ("RGB", (40, 30))


def test_what_is_clear_is_shown_on_white_and_deep_greys_keep_their_brightness(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    Image.new("I;16", (8, 8), 0x8000).save(tmp_path / "deep.png")
    for name, grey in (("clear", 255), ("deep", 128)):
        with Image.open(access_image(tmp_path / f"{name}.png", tmp_path, name).path) as image:
            difference = ImageChops.difference(image, Image.new("RGB", (8, 8), (grey, grey, grey)))
            assert max(high for _, high in difference.getextrema()) <= 2, name
