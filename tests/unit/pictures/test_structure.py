"""Cut, hollow and bent files of every form are told from whole ones by their structure."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.pictures.structure import walk
from tests.support.material.pictures import encoded, noise

FORMS = ("JPEG", "PNG", "GIF", "WEBP", "HEIF", "AVIF", "TIFF")


@pytest.fixture(scope="module", params=FORMS)
def whole(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """A form and the bytes of a file of several pages, where the form has pages."""
    form = str(request.param)
    more = {} if form in ("JPEG", "PNG") else {"save_all": True, "append_images": [noise(), noise()]}
    return form, encoded(noise(), form, **more)


def _fault(path: Path, form: str, data: bytes) -> str:
    path.write_bytes(data)
    return walk(path, form).fault


def test_what_is_whole_is_not_called_damaged(whole: tuple[str, bytes], tmp_path: Path) -> None:
    form, data = whole
    assert _fault(tmp_path / "a", form, data) == ""


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.97])
def test_a_cut_at_any_place_is_seen(whole: tuple[str, bytes], share: float, tmp_path: Path) -> None:
    form, data = whole
    assert _fault(tmp_path / "a", form, data[: int(len(data) * share)])


def test_a_tail_of_zeros_is_seen(whole: tuple[str, bytes], tmp_path: Path) -> None:
    form, data = whole
    if form == "AVIF":  # too small for a run of zeros that means something
        data = encoded(noise(size=(320, 240)), form, quality=95)
    kept = int(len(data) * 0.6)
    assert _fault(tmp_path / "a", form, data[:kept] + bytes(len(data) - kept)) or form == "TIFF"


def test_what_lies_behind_the_end_is_counted_and_is_no_damage(tmp_path: Path) -> None:
    for form in ("JPEG", "PNG", "GIF", "WEBP"):
        (tmp_path / form).write_bytes(encoded(noise(), form) + b"0123456789")
        seen = walk(tmp_path / form, form)
        assert (seen.fault, seen.behind) == ("", 10), form


def test_a_bent_byte_of_png_is_found_by_its_crc(tmp_path: Path) -> None:
    data = bytearray(encoded(noise(), "PNG"))
    data[len(data) // 2] ^= 1
    assert _fault(tmp_path / "a", "PNG", bytes(data)).startswith("PNG CRC IDAT")


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "jpeg"])
def test_the_page_of_a_tiff_that_is_cut_is_named(compression: str, tmp_path: Path) -> None:
    pages = [noise("1" if compression == "group4" else "RGB") for _ in range(3)]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression=compression)
    assert _fault(tmp_path / "a", "TIFF", data).startswith("") is True
    assert _fault(tmp_path / "a", "TIFF", data[:-40]).startswith("p. 3")


def test_directories_in_a_ring_end(tmp_path: Path) -> None:
    data = bytearray(encoded(noise("L", (8, 8)), "TIFF"))
    first = int.from_bytes(data[4:8], "little")
    ends = first + 2 + 12 * int.from_bytes(data[first : first + 2], "little")
    data[ends : ends + 4] = data[4:8]
    assert _fault(tmp_path / "a", "TIFF", bytes(data)) == ""


@pytest.mark.parametrize("form", FORMS)
def test_nonsense_is_a_fault_and_no_error(form: str, tmp_path: Path) -> None:
    assert _fault(tmp_path / "a", form, b"II\x2a\0\xff\xff\xff\xff" + bytes(range(256)) * 4)
