"""One disc as a medium: written once as a whole, read by name, damage named by file, never erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest

from storage_adapters.conformance import check_adapter, make_package
from storage_adapters.contract import Address, CopyRef, Scope, Warrant
from storage_adapters.errors import (
    CopyExists,
    MediumAbsent,
    MediumFailing,
    MediumFull,
    NotBlank,
    NotErasable,
    WrongMedium,
)
from storage_adapters.optical.adapter import OpticalAdapter
from storage_adapters.optical.image import Graft, make_image
from storage_adapters.optical.reading import list_files
from tests.support.disc_images import WHEN

PATH = PurePosixPath("data/现场录像 (1).mp4")


def quiet(_: int) -> None:
    return None


def test_conforms(tmp_path: Path) -> None:
    check_adapter(OpticalAdapter(tmp_path / "disc", "disc-1", work=tmp_path), tmp_path / "made")


def test_a_disc_takes_one_package_and_no_more_than_it_holds(tmp_path: Path) -> None:
    adapter = OpticalAdapter(tmp_path / "one", "disc-1", work=tmp_path)
    adapter.write(make_package(tmp_path / "made", "aip-a_v0001")[0], quiet)
    with pytest.raises(NotBlank):
        adapter.write(make_package(tmp_path / "made", "aip-b_v0001")[0], quiet)
    with pytest.raises(MediumFull):
        OpticalAdapter(tmp_path / "two", "d", capacity=1000, work=tmp_path).write(
            make_package(tmp_path / "made", "aip-c_v0001")[0], quiet
        )
    assert not (tmp_path / "two").exists()


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


def test_a_disc_is_told_by_its_marker(image: Path, tmp_path: Path) -> None:
    """One without a marker is another medium; so is one whose marker names another."""
    with pytest.raises(WrongMedium):
        OpticalAdapter(image, "disc-1").probe()
    adapter = OpticalAdapter(tmp_path / "disc", "disc-1", work=tmp_path)
    assert adapter.probe().writable
    package = make_package(tmp_path / "made", "aip-a_v0001")[0]
    copy = adapter.write(package, quiet).copy
    at = OpticalAdapter.at(Address("disc-1-a", str(tmp_path / "disc"), {"image": "disc-1"}))
    assert (at.probe().present, at.probe().writable, list(at.copies())) == (True, False, [copy])
    with pytest.raises(WrongMedium):
        list(OpticalAdapter(tmp_path / "disc", "disc-2").copies())
    with pytest.raises(CopyExists):
        adapter.write(package, quiet)


def test_a_marker_of_any_size_is_not_read_into_memory(tmp_path: Path) -> None:
    (tmp_path / "medium.json").write_bytes(b'{"medium": "disc-1"}' + b" " * (1 << 20))
    make_image([Graft("medium.json", tmp_path / "medium.json")], tmp_path / "disc", "V", WHEN)
    with pytest.raises(WrongMedium):
        OpticalAdapter(tmp_path / "disc", "disc-1").probe()


def test_nothing_is_ever_erased(tmp_path: Path) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=1)
    warrant = Warrant(CopyRef("a"), "disc-1", "XH-1", ("zhang", "li"), soon)
    with pytest.raises(NotErasable):
        OpticalAdapter(tmp_path / "disc", "disc-1").remove(CopyRef("a"), warrant)
