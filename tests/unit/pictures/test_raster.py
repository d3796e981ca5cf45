"""Copies for keeping are upright, say so, and are proven against the source turned in the same way."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from preserve.pictures.raster import make_raster, pixels, upright_exif
from tests.support.material.pictures import alike, encoded, exif, noise, several, turned_by_exif_alone, uneven, upright


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pixels_are_turned_and_exif_says_that_nothing_is_left_to_turn(orientation: int, tmp_path: Path) -> None:
    picture = noise()
    (tmp_path / "a.webp").write_bytes(encoded(picture, "WEBP", lossless=True, exif=exif(orientation).tobytes()))
    done = make_raster(tmp_path / "a.webp", tmp_path, "x")
    assert done["source"] == done["made"]
    with Image.open(done["result"]) as image:
        assert image.getexif()[0x0112] == 1
        assert image.getexif()[0x010F] == "Apple"
        assert image.tobytes() == upright(picture, orientation).tobytes()
    assert bool(done["turned"]) == (orientation != 1)


@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", [2, 6, 7])
def test_turned_by_exif_alone(form: str, orientation: int, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(turned_by_exif_alone(form, orientation))
    done = make_raster(tmp_path / "a", tmp_path, "x")
    assert done["source"] == done["made"]
    with Image.open(done["result"]) as image:
        assert alike(image, upright(uneven(), orientation))
        assert image.getexif()[0x0112] == 1


def test_orientation_in_xmp_is_made_plain_too(tmp_path: Path) -> None:
    xmp = b'<x:xmpmeta xmlns:tiff="u"><d tiff:Orientation="6"/></x:xmpmeta>'
    (tmp_path / "a.webp").write_bytes(encoded(uneven(), "WEBP", lossless=True, xmp=xmp))
    done = make_raster(tmp_path / "a.webp", tmp_path, "x")
    with Image.open(done["result"]) as image:
        assert alike(image, upright(uneven(), 6))
        assert 'tiff:Orientation="1"' in image.info["XML:com.adobe.xmp"]


def test_frames_of_a_collection_are_kept_and_the_primary_one_is_named(tmp_path: Path) -> None:
    path = several(tmp_path / "a.heic", "HEIF", [noise(), noise(), noise()], primary_index=1)
    done = make_raster(path, tmp_path, "x")
    assert (done["frames"], done["source"]) == (3, done["made"])
    assert "which picture is the primary one: number 2" in done["lost"]


def test_the_digest_is_over_every_frame(tmp_path: Path) -> None:
    frames = [noise() for _ in range(3)]
    digests = {pixels(several(tmp_path / f"{n}.tif", "TIFF", frames[: n + 1]))[0] for n in range(3)}
    assert len(digests) == 3


def test_exif_without_orientation_stays_as_it_is() -> None:
    data = Image.Exif()
    data[0x010F] = "Apple"
    assert upright_exif(data.tobytes()) == data.tobytes()
    assert upright_exif(b"nonsense") == b"nonsense"
