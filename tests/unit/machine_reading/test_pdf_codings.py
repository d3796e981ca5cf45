"""What was coded goes into the copy as it is coded, or at least as the same pixels; which of them is told."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageCms

from tests.support.searchables import check_by_qpdf, line, page, rows, searchable


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None


def _pulled(path: Path) -> Image.Image:
    """The one picture of a PDF as pdfimages takes it out."""
    subprocess.run(["pdfimages", "-png", str(path), str(path.with_suffix(""))], check=True, capture_output=True)
    with Image.open(path.with_name(path.stem + "-000.png")) as image:
        return image.convert("RGB")


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_is_in_the_copy_bit_for_bit(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    page().convert(mode).save(path, quality=85, dpi=(100, 100), progressive=mode == "L")
    output, made = searchable(path, rows())
    check_by_qpdf(output)
    assert made.verdict.passed, made.verdict.words()
    assert made.kept == {"copied": 1}
    subprocess.run(["pdfimages", "-all", str(output), str(tmp_path / "out")], check=True)
    assert _sha256((tmp_path / "out-000.jpg").read_bytes()) == _sha256(path.read_bytes())


def test_a_scan_of_usual_size_grows_by_less_than_three_in_a_hundred(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.effect_noise((1654, 2339), 30).save(path, quality=60, dpi=(200, 200))
    texts = [f"第{row}行：当事人李晓敏于二〇二六年三月在临江市星辰网吧接受现场检查，电话一三八" for row in range(40)]
    output, made = searchable(
        path, [line(text, 80, 50 + row * 22, 900, 66 + row * 22) for row, text in enumerate(texts)]
    )
    assert made.lines == 40 and output.stat().st_size < 1.03 * path.stat().st_size


MAKERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "grey.png": (lambda path: page().convert("L").save(path), "copied"),
    "colour.png": (lambda path: page().save(path), "copied"),
    "palette.png": (lambda path: page().quantize(7).save(path), "copied"),
    "black.png": (lambda path: page().convert("1").save(path), "copied"),
    "fax.tif": (lambda path: page().convert("1").save(path, compression="group4", strip_size=1 << 24), "copied"),
    "strips.tif": (lambda path: page().convert("1").save(path, compression="group4", strip_size=4096), "lossless"),
    "old-fax.tif": (lambda path: page().convert("1").save(path, compression="group3"), "lossless"),
    "grey-jpeg.tif": (lambda path: page().convert("L").save(path, compression="jpeg", strip_size=1 << 26), "copied"),
    "jpeg.tif": (lambda path: page().save(path, compression="jpeg", quality=90, strip_size=1 << 26), "copied"),
    "lzw.tif": (lambda path: page().save(path, compression="tiff_lzw"), "lossless"),
    "raw.tif": (lambda path: page().convert("L").save(path), "lossless"),
    "windows.bmp": (lambda path: page().save(path), "lossless"),
    "gif.gif": (lambda path: page().quantize(16).save(path), "lossless"),
}


@pytest.mark.parametrize("name", MAKERS)
def test_pixels_are_the_same_whatever_the_format(name: str, tmp_path: Path) -> None:
    make, kept = MAKERS[name]
    path = tmp_path / name
    make(path)
    output, made = searchable(path, rows())
    check_by_qpdf(output)
    assert made.kept == {kept: 1} and made.verdict.passed, made.verdict.words()
    with Image.open(path) as source:
        assert _same(_pulled(output), source.convert("RGB"))


@pytest.mark.parametrize("white_is_zero", [True, False])
def test_black_stays_black_either_way_it_is_written(white_is_zero: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    picture = page().convert("1")
    picture.save(path, compression="group4", strip_size=1 << 24, tiffinfo={262: 0 if white_is_zero else 1})
    output, _ = searchable(path, rows())
    with Image.open(path) as source:
        assert _same(_pulled(output), source.convert("RGB"))


def _profile(space: str) -> bytes:
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes())


def test_colours_that_are_not_srgb_come_with_their_profile(tmp_path: Path) -> None:
    wide = _profile("sRGB").replace("sRGB".encode("utf-16-be"), "wide".encode("utf-16-be"))
    lab, cut, later = _profile("LAB"), wide[:-4], wide[:8] + b"\x05" + wide[9:]
    broken = wide[:128] + bytes(len(wide) - 128)
    for name in ("a.jpg", "a.png", "a.bmp.tif"):
        for profile, kept in (
            (wide, wide),
            (_profile("sRGB"), b""),
            (lab, b""),
            (cut, b""),
            (later, b""),
            (broken, None),
        ):
            page().save(tmp_path / name, icc_profile=profile)
            output, made = searchable(tmp_path / name, rows())
            check_by_qpdf(output)
            assert made.verdict.passed, made.verdict.words()
            with pikepdf.open(output) as pdf:
                space = pdf.pages[0].obj.Resources.XObject.Im0.ColorSpace
                found = bytes(space[1].read_bytes()) if isinstance(space, pikepdf.Array) else b""
                assert kept is None or found == kept, (name, profile[:40])
