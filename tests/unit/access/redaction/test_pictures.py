"""A picture redacted: its pixels are kept where they may be, and nothing else goes over."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from preserve.access.redaction.painting import Copy
from preserve.access.redaction.pictures import ending, redact_picture
from tests.support.redacting import MARK, MOMENT, SECRET, box, drawn, holds


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A telephone's picture: upright only by its EXIF, with place, device, and a thumbnail of itself."""
    import piexif

    path = tmp_path_factory.mktemp("pictures") / "photo.jpg"
    picture = Image.new("RGB", (400, 300))
    draw = ImageDraw.Draw(picture)
    for x in range(0, 400, 20):
        draw.rectangle((x, 0, x + 9, 299), fill=(x // 2, 255 - x // 2, 90))
    small = io.BytesIO()
    picture.resize((80, 60)).save(small, "JPEG")
    exif = {
        "0th": {piexif.ImageIFD.Make: SECRET.encode(), piexif.ImageIFD.Orientation: 6},
        "GPS": {piexif.GPSIFD.GPSLatitudeRef: b"N", piexif.GPSIFD.GPSLatitude: ((30, 1), (10, 1), (0, 1))},
        "1st": {piexif.ImageIFD.Make: SECRET.encode()},
        "thumbnail": small.getvalue(),
    }
    picture.save(path, quality=95, exif=piexif.dump(exif), comment=SECRET.encode())
    return path


def test_a_picture_keeps_its_pixels_and_nothing_else(photograph: Path, tmp_path: Path) -> None:
    assert ending(photograph, "x") == ".jpg"
    result = tmp_path / "out.jpg"
    redact_picture(photograph, result, Copy("x", "t", [box(0, 0, 50, 25, "%")], None, MOMENT), lambda: None)
    data = result.read_bytes()
    assert not holds(data)
    assert b"Exif" not in data and b"ICC_PROFILE" not in data
    assert data.count(b"\xff\xd8\xff") == 1, "a thumbnail is left"
    with Image.open(result) as seen:
        assert seen.size == (300, 400), "not upright"
        assert max(high for _, high in seen.crop((0, 0, 144, 96)).getextrema()) <= 4
        assert min(low for low, _ in seen.crop((160, 0, 299, 399)).getextrema()) >= 0
        assert ImageStat.Stat(seen.crop((160, 110, 299, 399)).convert("L")).stddev[0] > 10


def test_a_lossless_picture_is_the_same_outside_the_box(tmp_path: Path) -> None:
    source, result = tmp_path / "in.png", tmp_path / "out.png"
    picture = Image.effect_noise((200, 160), 90).convert("RGB")
    picture.putalpha(255)
    picture.paste((1, 2, 3, 0), (0, 150, 200, 160))  # colours hidden by transparency
    picture.save(source)
    assert ending(source, "x") == ".png"
    redact_picture(source, result, Copy("x", "t", [box(10, 10, 30, 30, "%")], None, MOMENT), lambda: None)
    with Image.open(result) as seen:
        assert seen.mode == "RGB"
        assert seen.getpixel((5, 155)) == (255, 255, 255)
        changed = ImageChops.difference(picture.convert("RGB"), seen).crop((0, 0, 200, 150)).getbbox()
        assert changed is not None and changed[:2] >= (20, 16) and changed[2:] <= (80, 64)
        assert seen.crop((20, 16, 80, 64)).getextrema() == ((0, 0), (0, 0), (0, 0))


def test_a_scan_of_several_pages_becomes_a_pdf(tmp_path: Path) -> None:
    source, result = tmp_path / "scan.tif", tmp_path / "out.pdf"
    first, *others = (Image.new("L", (200, 280), shade) for shade in (100, 150, 200))
    first.save(source, save_all=True, append_images=others)
    assert ending(source, "x") == ".pdf"
    redact_picture(
        source, result, Copy("x", "t", [box(0, 0, 100, 50, "%", pages=((2, 2),))], MARK, MOMENT), lambda: None
    )
    tops = [drawn(result, page).convert("L").getpixel((3, 3)) for page in range(3)]
    assert tops[1] == 0
    assert [round(value / 10) for value in (tops[0], tops[2])] == [10, 20]
