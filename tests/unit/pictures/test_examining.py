"""What a picture is and what lies beside it; damage is found on whichever page it is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from preserve.pictures import examining
from preserve.pictures.examining import examine
from tests.support.material.pictures import encoded, exif, noise, several, turned_by_exif_alone


def _codes(path: Path) -> list[tuple[str, str]]:
    return [(code, reason) for code, reason, _ in examine(path)["faults"]]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "JPEG2000", "MPO"])
@pytest.mark.parametrize("share", [1.0, 0.4, 0.8, 0.98])
def test_a_picture_cut_at_any_place_is_told_from_a_whole_one(form: str, share: float, tmp_path: Path) -> None:
    more = {"save_all": True, "append_images": [noise(), noise()]} if form not in ("JPEG", "BMP", "JPEG2000") else {}
    data = encoded(noise(), form, **more)
    path = tmp_path / "a"
    path.write_bytes(data[: int(len(data) * share)])
    try:
        codes = _codes(path)
    except (OSError, ValueError, SyntaxError):
        codes = [("unreadable", "")]
    assert bool(codes) == (share < 1), codes


def test_damage_on_a_later_page_names_the_page(tmp_path: Path) -> None:
    data = bytearray(encoded(noise(), "TIFF", save_all=True, append_images=[noise(), noise()], compression="tiff_lzw"))
    data[len(data) * 5 // 6 - 200 : len(data) * 5 // 6 + 200] = b"\xff" * 400
    (tmp_path / "a.tif").write_bytes(data)
    assert _codes(tmp_path / "a.tif") == [("truncated", "p. 3/3")]


def test_what_lies_beside_the_picture_is_named(tmp_path: Path) -> None:
    several(tmp_path / "a.jpg", "MPO", [noise(), noise()])
    known = dict(examine(tmp_path / "a.jpg")["properties"])
    assert known["Beside"] == "further picture"
    profile = Image.open(io.BytesIO(encoded(noise(), "PNG")))
    profile.save(tmp_path / "b.png", icc_profile=b"x" * 128)
    assert dict(examine(tmp_path / "b.png")["properties"])["ICC"] == "128 bytes"
    path = several(tmp_path / "c.heic", "HEIF", [noise(), noise()], primary_index=1)
    assert dict(examine(path)["properties"])["PrimaryFrame"] == "2"


def test_times_and_places_as_the_camera_wrote_them(tmp_path: Path) -> None:
    data = exif(6)
    data.get_ifd(0x8769)[0x9003] = "2026:11:02 10:20:30"
    data.get_ifd(0x8769)[0x9011] = "+08:00"
    data.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + "现场".encode("utf-16-le")
    gps = data.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (30.0, 30.0, 0.0), "E", (114.0, 15.0, 0.0)
    noise().save(tmp_path / "a.jpg", exif=data)
    gps[2] = (IFDRational(0, 0), IFDRational(0, 0), IFDRational(0, 0))
    noise().save(tmp_path / "b.jpg", exif=data)
    done = examine(tmp_path / "a.jpg")
    assert done["dated"] == {
        "taken": "2026:11:02 10:20:30",
        "offset": "+08:00",
        "place": "30.5,114.25",
        "comment": "现场",
    }
    assert dict(done["properties"])["Upright"].startswith("EXIF orientation 6: turned by 90 degrees clockwise")
    assert examine(tmp_path / "b.jpg")["dated"]["place"] == ""


def test_orientation_of_heic_is_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(turned_by_exif_alone("HEIF", 6))
    assert dict(examine(tmp_path / "a.heic")["properties"])["Orientation"] == "6"


def test_pages_that_are_not_reached_in_time_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "SECONDS", -1.0)
    path = several(tmp_path / "a.tif", "TIFF", [noise(), noise()])
    assert _codes(path) == [("picture-not-decoded", "p. 1-2")]


def test_a_page_too_large_to_be_decoded_is_told_and_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    data = bytearray(encoded(Image.new("L", (8, 8)), "GIF"))
    data[6:10] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert _codes(path) == [("picture-not-decoded", "65535 x 65535")]


def test_an_apple_live_photo_is_named_by_what_it_shares_with_its_video() -> None:
    words = b"0B5D3F1C-7A\0"
    note = b"Apple iOS\0\0\1MM\0\1" + b"\0\x11\0\2" + len(words).to_bytes(4, "big") + (32).to_bytes(4, "big")
    note = note.ljust(32, b"\0") + words
    assert examining._live_photo(note) == "0B5D3F1C-7A"
    assert examining._live_photo(b"Nikon") == ""
