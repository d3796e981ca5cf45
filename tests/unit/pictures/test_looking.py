"""Copies for looking at show every page upright, or name what they leave out."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import AppendingTiffWriter

from preserve.pictures.looking import make_access
from tests.support.material.pictures import alike, encoded, exif, noise, several, turned_by_exif_alone, uneven, upright


def _seen(path: Path) -> list[Image.Image]:
    with pikepdf.open(path) as pdf:
        return [pikepdf.PdfImage(page.Resources.XObject.P).as_pil_image() for page in pdf.pages]


def test_all_pages_of_a_tiff_are_shown_each_upright(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    turned = uneven().transpose(Image.Transpose.ROTATE_90)
    with path.open("w+b") as out, AppendingTiffWriter(out, True) as pages:
        for picture, orientation in ((uneven(), 1), (turned, 6), (uneven().convert("L"), 1)):
            picture.save(pages, "TIFF", tiffinfo={274: orientation}, dpi=(100, 100))
            pages.newFrame()
    done = make_access(path, tmp_path, "x")
    pages_seen = _seen(Path(done["result"]))
    assert (done["pages"], done["lost"]) == (3, [])
    assert done["turned"] == [
        "page 2: TIFF orientation 6: turned by 90 degrees clockwise so that it is upright, by the decoder"
    ]
    assert alike(pages_seen[0], uneven())
    assert alike(pages_seen[1], uneven())


def test_smaller_versions_in_a_tiff_are_named_and_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    small = noise(size=(8, 6))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    noise().save(path, save_all=True, append_images=[small])
    done = make_access(path, tmp_path, "x")
    assert (Path(done["result"]).suffix, done["pages"]) == (".jpg", 1)
    assert done["lost"] == ["page 2: a smaller version of another page"]


def test_a_collection_of_heic_begins_with_its_primary_picture(tmp_path: Path) -> None:
    path = several(tmp_path / "a.heic", "HEIF", [noise(size=(64, 64)), uneven(), noise(size=(64, 64))], primary_index=1)
    done = make_access(path, tmp_path, "x")
    assert done["numbers"] == [1, 0, 2]
    assert alike(_seen(Path(done["result"]))[0], uneven())


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_further_frames_of_an_animation_are_named(form: str, tmp_path: Path) -> None:
    path = several(tmp_path / f"a.{form.lower()}", form, [noise(), noise(), noise()])
    done = make_access(path, tmp_path, "x")
    assert done["lost"] == ["frames 2 to 3 of the animation"]
    assert Path(done["result"]).suffix == ".jpg"


def test_further_pictures_of_mpo_are_named(tmp_path: Path) -> None:
    path = several(tmp_path / "a.jpg", "MPO", [noise(), noise(), noise()])
    assert make_access(path, tmp_path, "x")["lost"] == ["beside the picture: 2 x further picture"]


def test_a_page_that_cannot_be_decoded_is_named_and_the_others_are_shown(tmp_path: Path) -> None:
    data = encoded(noise(), "TIFF", save_all=True, append_images=[noise(), noise()], compression="tiff_lzw")
    broken = bytearray(data)
    middle = len(data) // 2
    broken[middle - 300 : middle + 300] = b"\xff" * 600
    (tmp_path / "a.tif").write_bytes(broken)
    done = make_access(tmp_path / "a.tif", tmp_path, "x")
    assert done["pages"] == 2
    assert [words for words in done["lost"] if words.startswith("page 2: it cannot be decoded")]


@pytest.mark.parametrize("orientation", [3, 5, 6])
def test_heic_turned_by_exif_alone_is_shown_upright(orientation: int, tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(turned_by_exif_alone("HEIF", orientation))
    done = make_access(tmp_path / "a.heic", tmp_path, "x")
    with Image.open(done["result"]) as image:
        assert alike(image, upright(uneven(), orientation))
    assert done["turned"][0].startswith(f"EXIF orientation {orientation}: ")


def test_nothing_of_the_camera_goes_along(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(encoded(noise(), "JPEG", exif=exif(), comment=b"DSJ"))
    data = Path(make_access(tmp_path / "a.jpg", tmp_path, "x")["result"]).read_bytes()
    assert b"Apple" not in data
    assert b"DSJ" not in data


def test_colours_stay_what_they_are(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (tmp_path / "a.jpg").write_bytes(encoded(noise(), "JPEG", icc_profile=profile))
    with Image.open(make_access(tmp_path / "a.jpg", tmp_path, "x")["result"]) as image:
        assert image.info["icc_profile"] == profile
