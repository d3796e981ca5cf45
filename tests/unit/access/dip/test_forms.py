"""The forms in which a delivery leaves: read back byte for byte, and whatever is damaged is known to be."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import pyzipper
from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.access.dip.forms import Form, Shape, check_form, hand_over, reads_back
from preserve.errors import Conflict, UsageError
from preserve.progress import Silent
from storage_adapters.errors import CopyExists

PASSWORD = "twelve-letters-at-least"
ZIPS: tuple[Form, ...] = ("zip", "encrypted-zip")


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("staged") / "dip-1"
    for name, data in (("bagit.txt", b"BagIt"), ("data/笔录.txt", b"a" * 300), ("data/empty", b"")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


@pytest.fixture(scope="module")
def zips(staged: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Form, Path]:
    folder = tmp_path_factory.mktemp("zips")
    made: dict[Form, Path] = {}
    for form in ZIPS:
        check_form(folder / form, form, PASSWORD)
        made[form] = hand_over(staged, folder / form, Shape(form, PASSWORD), Silent())
    return made


def test_anybody_can_open_it_and_the_locked_one_with_its_password_only(zips: dict[Form, Path], staged: Path) -> None:
    with zipfile.ZipFile(zips["zip"]) as box:
        assert box.testzip() is None
        assert set(box.namelist()) == {"dip-1/bagit.txt", "dip-1/data/笔录.txt", "dip-1/data/empty"}
    with pyzipper.AESZipFile(zips["encrypted-zip"]) as box:
        with pytest.raises(RuntimeError):
            box.read("dip-1/bagit.txt")
        box.setpassword(PASSWORD.encode())
        assert box.read("dip-1/data/笔录.txt") == b"a" * 300
    assert all(reads_back(staged, zips[form], form, PASSWORD, Silent()) for form in ZIPS)
    assert not reads_back(staged, zips["encrypted-zip"], "encrypted-zip", "another-password", Silent())


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(ZIPS), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_one_damaged_byte_is_never_more_than_a_no(
    zips: dict[Form, Path], staged: Path, form: Form, place: float, change: int
) -> None:
    data = bytearray(zips[form].read_bytes())
    data[int(place * len(data))] ^= change
    damaged = staged.parent / f"{form}.zip"
    damaged.write_bytes(data)
    assert reads_back(staged, damaged, form, PASSWORD, Silent()) in (True, False)


@pytest.mark.parametrize("form", ZIPS)
def test_a_damaged_or_truncated_one_does_not_read_back(
    zips: dict[Form, Path], staged: Path, tmp_path: Path, form: Form
) -> None:
    data = zips[form].read_bytes()
    middle = data.index(b"a" * 300) + 20 if form == "zip" else data.index("笔录.txt".encode()) + 100
    for broken in (data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :], data[:middle], b""):
        place = tmp_path / "broken.zip"
        place.write_bytes(broken)
        assert not reads_back(staged, place, form, PASSWORD, Silent())


@pytest.mark.parametrize("form", ["folder", "zip", "disc"])
def test_nothing_is_put_over_another(staged: Path, tmp_path: Path, form: Form) -> None:
    place = tmp_path / {"folder": "dip-1", "zip": "dip-1.zip", "disc": "dip-1.iso"}[form]
    place.mkdir() if form == "folder" else place.write_bytes(b"")
    if form == "folder":
        (place / "own.txt").write_text("x")
        with pytest.raises(CopyExists):
            hand_over(staged, tmp_path, Shape(form), Silent())
        assert (place / "own.txt").read_text() == "x" and staged.is_dir()
        return
    with pytest.raises(Conflict, match=r"storage\.exists-already"):
        hand_over(staged, tmp_path, Shape(form), Silent())
    assert place.read_bytes() == b"" and [path.name for path in tmp_path.iterdir()] == [place.name]


def test_a_short_password_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"request\.password-short"):
        check_form(tmp_path / "out", "encrypted-zip", "elevenchars")
    assert not (tmp_path / "out").exists()
