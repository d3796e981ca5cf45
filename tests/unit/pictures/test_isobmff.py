"""What HEIC and AVIF say of their pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.pictures.isobmff import exif_orientation, orientation_of, read_items, turned_as
from tests.support.material.pictures import encoded, exif, noise, several, turned_by_exif_alone, turned_twice_told


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
def test_turnings_of_the_container_come_to_one_orientation(form: str, orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(encoded(noise(), form, exif=exif(orientation).tobytes()))
    items = read_items(path)
    assert turned_as(items.turned.get(items.primary, ())) == orientation


def test_what_exif_says_is_read_past_the_decoder(tmp_path: Path) -> None:
    for form in ("HEIF", "AVIF"):
        (tmp_path / "a").write_bytes(turned_by_exif_alone(form, 8))
        items = read_items(tmp_path / "a")
        assert (items.turned, exif_orientation(tmp_path / "a", items, items.primary)) == ({}, 8), form
    (tmp_path / "a").write_bytes(turned_twice_told(6))
    items = read_items(tmp_path / "a")
    assert (items.turned[items.primary], exif_orientation(tmp_path / "a", items, items.primary)) == (("irot 3",), 6)


def test_the_primary_picture_may_be_any(tmp_path: Path) -> None:
    path = several(tmp_path / "a.heic", "HEIF", [noise(), noise(), noise()], primary_index=2)
    items = read_items(path)
    assert items.pictures().index(items.primary) == 2


def test_nonsense_says_nothing(tmp_path: Path) -> None:
    whole = turned_by_exif_alone("HEIF", 6)
    for number, data in enumerate((b"", b"x" * 100, whole[:150], whole[:60] + b"\xff" * 200)):
        path = tmp_path / str(number)
        path.write_bytes(data)
        assert exif_orientation(path, read_items(path), 1) == 1
    assert orientation_of(b"II*\0\xff\xff\0\0") == 1
    assert orientation_of(exif(9).tobytes()[6:]) == 1
