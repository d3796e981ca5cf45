"""Discs: the same bytes every time, names for every reader, read back by others, damage named, one session only."""

from __future__ import annotations

import hashlib
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pycdlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage_adapters.conformance import check_adapter, make_package
from storage_adapters.contract import CopyRef, Scope
from storage_adapters.errors import (
    MediumAbsent,
    MediumFailing,
    MediumFull,
    NameTooLong,
    NotBlank,
    SourceUnreadable,
    ToolFailed,
)
from storage_adapters.optical.adapter import OpticalAdapter
from storage_adapters.optical.burning import burn, look, parse_loaded
from storage_adapters.optical.image import Graft, image_size, make_image
from storage_adapters.optical.packing import Piece, on_disc, pack, split
from storage_adapters.optical.reading import DiscStream, list_files, read_disc
from storage_adapters.optical.tools import run_tool

WHEN = datetime(2026, 11, 24, 8, 30, 15, 250000, tzinfo=UTC)
NAMES = {
    "bagit.txt": b"BagIt-Version: 1.0\n",
    "data/现场录像 (1).mp4": os.urandom(3_000_001),
    "data/空.txt": b"",
    'data/a\'b "c" = \\d.txt': b"quotes",
    "data/" + "深" * 80 + ".txt": "八十".encode(),
    "data/" + "/".join(["层"] * 12) + "/末.txt": b"deep",
    "data/" + "x" * 100 + ".p": b"long",
    "data/" + "/".join(["长长的文件夹名字有二十个汉字这么长一些"] * 12) + "/路径.txt": b"long path",
    "data/-dash": b"-",
    "data/é.txt": b"e",
}


def tree(folder: Path) -> list[Graft]:
    grafts = []
    for name, data in NAMES.items():
        path = folder / hashlib.sha256(name.encode()).hexdigest()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        grafts.append(Graft(f"packages/aip-1/{name}", path))
    return grafts


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    make_image(tree(folder / "files"), folder / "disc.iso", "DA26_0001_01", WHEN)
    return folder / "disc.iso"


def quiet(_: int) -> None:
    return None


def test_conforms(tmp_path: Path) -> None:
    check_adapter(OpticalAdapter(tmp_path / "disc", "disc-1", work=tmp_path), tmp_path / "made")


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
            import io

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


def test_by_ourselves_in_one_pass(image: Path, tmp_path: Path) -> None:
    moved: list[int] = []
    seen = read_disc(image, list_files(image), image.stat().st_size, moved.append, onto=tmp_path / "copy")
    assert seen.sha256 == hashlib.sha256(image.read_bytes()).hexdigest()
    assert (tmp_path / "copy").read_bytes() == image.read_bytes()
    assert sum(moved) == seen.size == image.stat().st_size
    assert {name: seen.files[f"packages/aip-1/{name}"] for name in NAMES} == {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in NAMES.items()
    }


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


def test_a_burned_disc_takes_no_second_session(image: Path, tmp_path: Path) -> None:
    disc = tmp_path / "disc"
    assert look(disc).status == "blank"
    burn(image, disc)
    assert disc.read_bytes()[: image.stat().st_size] == image.read_bytes()
    assert look(disc).status == "used"
    assert look(disc).volume_id == "DA26_0001_01"
    before = disc.read_bytes()
    with pytest.raises(NotBlank):
        burn(image, disc)
    assert disc.read_bytes() == before
    adapter = OpticalAdapter(tmp_path / "one", "disc-1", work=tmp_path)
    adapter.write(make_package(tmp_path / "made", "aip-a_v0001")[0], quiet)
    with pytest.raises(NotBlank):
        adapter.write(make_package(tmp_path / "made", "aip-b_v0001")[0], quiet)
    with pytest.raises(MediumFull):
        OpticalAdapter(tmp_path / "two", "d", capacity=1000, work=tmp_path).write(
            make_package(tmp_path / "made", "aip-c_v0001")[0], quiet
        )


def test_no_burner_and_no_program(image: Path, tmp_path: Path) -> None:
    with pytest.raises((MediumAbsent, ToolFailed)):
        burn(image, tmp_path / "none" / "sr0")
    with pytest.raises(ToolFailed):
        run_tool(["no-such-program"])


# What xorriso prints for real media (from its manual and bug reports), since no burner is at hand.
BLANK_BD = """Media current: BD-R sequential recording
Media status : is blank
Media blocks : 0 readable , 12219392 writable , 12219392 overall
"""
USED_DVD = """Media current: DVD+R
Media status : is written , is closed
Media blocks : 2295104 readable , 0 writable , 2295104 overall
Volume id    : 'OTHER'
"""
NO_DISC = "Media current: is not recognizable\n"


def test_what_the_drive_says_of_its_medium() -> None:
    blank = parse_loaded(BLANK_BD)
    assert (blank.kind, blank.status, blank.writable) == ("BD-R sequential recording", "blank", 25_025_314_816)
    used = parse_loaded(USED_DVD)
    assert (used.status, used.volume_id) == ("used", "OTHER")
    assert parse_loaded(NO_DISC).status == "none"


def wounded(image: Path, target: Path, offset: int, data: bytes) -> Path:
    target.write_bytes(image.read_bytes())
    with target.open("r+b") as stream:
        stream.seek(offset)
        stream.write(data)
    return target


def test_damage_is_named_by_file(tmp_path: Path) -> None:
    adapter = OpticalAdapter(tmp_path / "disc", "disc-1", work=tmp_path)
    package, expected = make_package(tmp_path / "made", "aip-x_v0001")
    adapter.write(package, quiet)
    disc = tmp_path / "disc"
    files = {file.path: file for file in list_files(disc)}
    video = files["packages/aip-x_v0001/data/现场录像 (1).mp4"]
    bad = wounded(disc, tmp_path / "bad", video.extents[0][0] + 4000, b"\xee")
    checks = OpticalAdapter(bad, "disc-1").verify(CopyRef(package.name), Scope(expected), quiet)
    assert {c.path: c.verdict for c in checks if c.verdict != "intact"} == {"data/现场录像 (1).mp4": "damaged"}
    cut = tmp_path / "cut"
    cut.write_bytes(disc.read_bytes()[: video.extents[0][0] + 100_000])
    checks = OpticalAdapter(cut, "disc-1").verify(CopyRef(package.name), Scope(expected), quiet)
    assert {c.path: c.verdict for c in checks}["data/现场录像 (1).mp4"] == "unreadable"
    with pytest.raises(MediumFailing), OpticalAdapter(cut, "disc-1").read(CopyRef(package.name), PATH) as stream:
        stream.read()
    (tmp_path / "empty").write_bytes(bytes(100_000))
    with pytest.raises(MediumFailing):
        list(OpticalAdapter(tmp_path / "empty", "disc-1").copies())
    with pytest.raises(MediumAbsent):
        list(OpticalAdapter(tmp_path / "none", "disc-1").copies())


PATH = PurePosixPath("data/现场录像 (1).mp4")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(1, 1000), max_size=120), st.integers(1000, 3000))
def test_packing_takes_each_item_once_and_never_too_much(sizes: list[int], capacity: int) -> None:
    discs = pack(sizes, capacity)
    assert sorted(position for disc in discs for position in disc) == list(range(len(sizes)))
    assert all(0 < sum(sizes[position] for position in disc) <= capacity for disc in discs)
    # First fit: no item of a later disc would have fitted an earlier one.
    for number, disc in enumerate(discs):
        room = capacity - sum(sizes[position] for position in disc)
        assert all(sizes[position] > room for later in discs[number + 1 :] for position in later)


def test_an_item_larger_than_a_disc_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        pack([5, 11], 10)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=40), st.integers(30_000, 100_000))
def test_splitting_covers_every_byte_once(sizes: list[int], capacity: int) -> None:
    volumes = split([(f"f{number}", size) for number, size in enumerate(sizes)], capacity, 500)
    assert all(sum(on_disc(one.length) + 500 for one in volume) <= capacity for volume in volumes)
    pieces: dict[str, list[Piece]] = {}
    for volume in volumes:
        for one in volume:
            pieces.setdefault(one.path, []).append(one)
    for number, size in enumerate(sizes):
        got = pieces[f"f{number}"]
        assert sum(one.length for one in got) == size
        assert [one.offset for one in got] == [sum(p.length for p in got[:i]) for i in range(len(got))]
        # A file that fits a disc is never divided.
        assert len(got) == 1 or on_disc(size) + 500 > capacity
