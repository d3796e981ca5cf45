"""How a picture is to be turned, by whatever its file says of it, and our own bound on its size."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from preserve.pictures.opening import TooLarge, Turnings, bounded, in_words, opened, upright
from tests.support.material.pictures import alike, encoded, exif, turned_by_exif_alone, turned_twice_told, uneven
from tests.support.material.pictures import upright as as_seen

FORMS = ("JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF")


def _shown(path: Path) -> tuple[Image.Image, str]:
    with opened(path) as image:
        turning = Turnings(path, image).of_page()
        return upright(image, turning), in_words(turning)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", FORMS)
def test_every_orientation_of_every_format_is_shown_upright(form: str, orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(encoded(uneven(), form, exif=exif(orientation).tobytes(), quality=90))
    shown, words = _shown(path)
    assert alike(shown, as_seen(uneven(), orientation)), words
    assert bool(words) == (orientation != 1)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
def test_what_only_exif_turns_is_turned_by_us(form: str, orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(turned_by_exif_alone(form, orientation))
    shown, words = _shown(path)
    assert alike(shown, as_seen(uneven(), orientation)), words
    assert "by the decoder" not in words


@pytest.mark.parametrize("orientation", range(2, 9))
def test_what_container_and_exif_both_turn_is_turned_once(orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(turned_twice_told(orientation))
    shown, words = _shown(path)
    assert alike(shown, as_seen(uneven(), orientation)), words
    assert words.endswith("by the decoder")
    assert words.startswith(("irot", "imir"))


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGBA"])
@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_a_tiff_is_turned_once_however_it_is_stored(compression: str | None, mode: str, tmp_path: Path) -> None:
    path, picture = tmp_path / "a.tif", uneven().convert(mode)
    path.write_bytes(encoded(picture, "TIFF", exif=exif(6), compression=compression))
    shown, _ = _shown(path)
    assert (shown.mode, shown.tobytes()) == (mode, as_seen(picture, 6).tobytes())


def test_an_orientation_that_does_not_exist_turns_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(uneven(), "PNG", exif=exif(9).tobytes()))
    shown, words = _shown(path)
    assert (shown.size, words) == (uneven().size, "")


def test_xmp_alone_turns_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    path.write_bytes(encoded(uneven(), "WEBP", xmp=b'<x xmlns:tiff="u" tiff:Orientation="6"/>', lossless=True))
    assert alike(_shown(path)[0], as_seen(uneven(), 6))


def test_a_page_above_our_bound_is_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(encoded(Image.new("L", (8, 8)), "GIF"))
    data = bytearray(path.read_bytes())
    data[6:10] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    with opened(path) as image, pytest.raises(TooLarge):
        bounded(image)
