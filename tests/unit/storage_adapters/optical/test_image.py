"""Images of discs: the same bytes every time, names for every reader, read back by others, whole or not at all."""

from __future__ import annotations

import io
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pycdlib
import pytest

from storage_adapters.errors import NameTooLong, SourceUnreadable
from storage_adapters.optical.image import Graft, image_size, make_image
from storage_adapters.optical.reading import DiscStream, list_files
from storage_adapters.optical.tools import run_tool
from tests.support.disc_images import NAMES, WHEN, tree


def test_the_same_recipe_gives_the_same_bytes(image: Path, tmp_path: Path) -> None:
    """Other files on disk, other times, other order and other modes, the same disc; another moment, another UUID."""
    grafts = tree(tmp_path / "again")
    for number, graft in enumerate(grafts):
        os.utime(graft.source, (number * 1000, number * 2000))
        graft.source.chmod(0o600 + number % 8)
    size = make_image(grafts[::-1], tmp_path / "again.iso", "DA26_0001_01", WHEN)
    assert (tmp_path / "again.iso").read_bytes() == image.read_bytes()
    assert image_size(grafts, "DA26_0001_01", WHEN) <= size
    make_image(grafts, tmp_path / "other.iso", "DA26_0001_01", WHEN + timedelta(seconds=1))
    assert (tmp_path / "other.iso").read_bytes() != image.read_bytes()


def test_ranges_are_cut_out_repeatably(tmp_path: Path) -> None:
    data = os.urandom(1_000_000)
    (tmp_path / "large").write_bytes(data)
    grafts = [
        Graft("parts/1/000001", tmp_path / "large", 0, 409_600),
        Graft("parts/1/000002", tmp_path / "large", 409_600, 590_400),
    ]
    for name in ("a", "b"):
        make_image(grafts, tmp_path / f"{name}.iso", "V", WHEN)
        os.utime(tmp_path / "large", (5, 5))
    assert (tmp_path / "a.iso").read_bytes() == (tmp_path / "b.iso").read_bytes()
    joined = b"".join(DiscStream(tmp_path / "a.iso", file).read() for file in list_files(tmp_path / "a.iso"))
    assert joined == data


def read_by_bsdtar(image: Path, options: tuple[str, ...] = ()) -> dict[str, bytes]:
    found = {}
    for name in NAMES:
        done = subprocess.run(
            ["bsdtar", *options, "-xOf", image, "--", f"packages/aip-1/{name}".replace("\\", "\\\\")],
            capture_output=True,
            check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        found[name] = done.stdout if done.returncode == 0 else b"?"
    return found


def test_rock_ridge_by_bsdtar(image: Path) -> None:
    assert read_by_bsdtar(image) == NAMES


def test_joliet_by_bsdtar_as_windows_sees_it(image: Path) -> None:
    # A backslash is no name for Windows; such names do not come out of an ingest.
    seen = read_by_bsdtar(image, ("--options", "!rockridge"))
    wrong = {name for name, data in NAMES.items() if seen[name] != data}
    assert wrong <= {'data/a\'b "c" = \\d.txt'}


def test_by_7z(image: Path, tmp_path: Path) -> None:
    subprocess.run(["7z", "x", f"-o{tmp_path}", image], check=True, capture_output=True)
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(path.read_bytes() for path in found) == sorted(NAMES.values())


def test_by_pycdlib(image: Path) -> None:
    iso = pycdlib.PyCdlib()
    iso.open(str(image))
    try:
        for name, data in NAMES.items():
            if "\\" in name:
                continue
            out = io.BytesIO()
            iso.get_file_from_iso_fp(out, rr_path=f"/packages/aip-1/{name}")
            assert out.getvalue() == data, name
    finally:
        iso.close()


def test_by_fuseiso(image: Path, tmp_path: Path) -> None:
    top = tmp_path / "mounted"
    top.mkdir()
    subprocess.run(["fuseiso", image, top], check=True)
    try:
        for name, data in NAMES.items():
            assert (top / "packages/aip-1" / name).read_bytes() == data, name
    finally:
        subprocess.run(["fusermount", "-u", top], check=True)


def test_by_xorriso(image: Path, tmp_path: Path) -> None:
    run_tool(
        ["xorriso", "-osirrox", "on", "-indev", f"stdio:{image}", "-extract", "/packages/aip-1", str(tmp_path / "x")]
    )
    for name, data in NAMES.items():
        assert (tmp_path / "x" / name).read_bytes() == data


@pytest.mark.parametrize("name", ["𠮷.txt", "x" * 104, "a/../b", "a//b", "tab\t.txt", ""])
def test_names_that_not_every_reader_sees_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(NameTooLong):
        make_image([Graft(name, tmp_path / "a")], tmp_path / "b.iso", "V", WHEN)
    assert not (tmp_path / "b.iso").exists()


@pytest.mark.parametrize("volume", ["", "lower", "X" * 17, "A-B"])
def test_volume_ids(volume: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(NameTooLong):
        make_image([Graft("a", tmp_path / "a")], tmp_path / "b.iso", volume, WHEN)


def test_links_and_missing_sources_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    for name in ("link", "none"):
        with pytest.raises(SourceUnreadable):
            make_image([Graft("a", tmp_path / name)], tmp_path / "b.iso", "V", WHEN)
    assert not (tmp_path / "b.iso").exists()


def test_stopped_in_the_middle_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"")
    os.truncate(tmp_path / "large", 600_000_000)

    class Stop(Exception):
        pass

    def stop(_: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        make_image([Graft("a", tmp_path / "large")], tmp_path / "b.iso", "V", WHEN, stop)
    assert [path.name for path in tmp_path.iterdir()] == ["large"]
