"""Overwriting is real, spares what has another name, and its worth is never told better than it is known to be."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage_adapters.conformance import make_package
from storage_adapters.contract import CopyRef, Warrant
from storage_adapters.directory import DirectoryAdapter, prepare
from storage_adapters.erasing import Erasure, erasure_at, erasure_of, overwrite_tree
from storage_adapters.errors import CopyUnknown, WarrantVoid
from storage_adapters.file_systems import mount_of
from storage_adapters.sharing import Way, share_file_checked
from tests.support.loop import SHARING, loop


def test_a_removed_file_holds_zeros_for_whoever_still_has_it_open(tmp_path: Path) -> None:
    prepare(tmp_path / "store", "store-1", "测试库")
    store = DirectoryAdapter(tmp_path / "store", "store-1")
    copy = store.write(make_package(tmp_path, "aip-x_v0001")[0], lambda _: None).copy
    file = max(store.path(copy).rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)
    size = file.stat().st_size
    handle = os.open(file, os.O_RDONLY)
    soon = datetime.now(UTC) + timedelta(minutes=5)
    store.remove(copy, Warrant(copy, "store-1", "D2026-0001", ("wang", "zhao"), soon, True))
    assert size and os.read(handle, size + 1) == bytes(size)
    os.close(handle)
    assert store.remains(copy) == [] and list((tmp_path / "store" / "incoming").iterdir()) == []


@pytest.mark.parametrize("place", ["packages/N", "incoming/N", "incoming/N.removed", "quarantine/N.01", "recovery/N"])
def test_whatever_lies_under_the_name_goes_and_nothing_else(tmp_path: Path, place: str) -> None:
    """Also what an earlier removal that was cut off had left."""
    prepare(tmp_path / "store", "store-1", "测试库")
    store = DirectoryAdapter(tmp_path / "store", "store-1")
    name = "aip-x_v0001"
    mine = tmp_path / "store" / place.replace("N", name)
    other = tmp_path / "store" / "packages" / "aip-x_v00010"
    for folder in (mine, other):
        folder.mkdir(parents=True)
        (folder / "a.mp4").write_bytes(b"content")
    soon = datetime.now(UTC) + timedelta(minutes=5)
    warrant = Warrant(CopyRef(name), "store-1", "D2026-0001", ("wang", "zhao"), soon, True)
    with pytest.raises(WarrantVoid):
        store.remove(CopyRef(name), Warrant(CopyRef(name), "store-1", "", ("wang", "zhao"), soon, True))
    assert mine.exists()
    store.remove(CopyRef(name), warrant)
    assert not mine.exists() and (other / "a.mp4").read_bytes() == b"content"
    with pytest.raises(CopyUnknown):
        store.remove(CopyRef(name), warrant)


def test_a_file_with_another_name_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "going").mkdir()
    (tmp_path / "going" / "a").write_bytes(b"shared")
    os.link(tmp_path / "going" / "a", tmp_path / "kept")
    (tmp_path / "going" / "b").write_bytes(b"alone")
    assert overwrite_tree(tmp_path / "going") == 5
    assert (tmp_path / "kept").read_bytes() == b"shared" and (tmp_path / "going" / "b").read_bytes() == bytes(5)


@pytest.mark.parametrize(
    ("kind", "extra", "worth"),
    [
        ("1", "", "overwritten"),
        ("0", "", "flash"),
        ("1", "dm", "snapshots-possible"),
        ("1", "loop", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_what_overwriting_is_worth_comes_from_the_device(tmp_path: Path, kind: str, extra: str, worth: str) -> None:
    number = os.stat(tmp_path).st_dev
    node = tmp_path / "sys" / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}"
    (node / "queue").mkdir(parents=True)
    if kind:
        (node / "queue" / "rotational").write_text(kind + "\n")
    if extra:
        (node / extra).mkdir()
    bare, guest = tmp_path / "bare", tmp_path / "guest"
    bare.write_text("flags\t\t: fpu vme\n")
    guest.write_text("flags\t\t: fpu hypervisor vme\n")
    found = erasure_at(tmp_path, tmp_path / "sys", bare)
    in_place = mount_of(tmp_path).kind in ("ext2", "ext3", "ext4", "xfs", "vfat", "exfat")
    assert found.worth == (worth if in_place else found.worth)
    assert in_place or found.worth in ("copy-on-write", "unknown")
    assert erasure_at(tmp_path, tmp_path / "sys", guest).worth in ("copy-on-write", "unknown")
    assert erasure_at(tmp_path / "absent" / "place").worth == "unknown"


@pytest.mark.parametrize(("way", "worth"), [("none", "overwritten"), ("reflink", "copy-on-write")])
def test_shared_blocks_are_never_told_to_be_overwritten(way: Way, worth: str, tmp_path: Path) -> None:
    make, size = SHARING["xfs"]
    with loop(tmp_path, size=size, make=make) as disk:
        for name in ("packages/v1", "packages/v2"):
            (disk.top / name).mkdir(parents=True)
        (disk.top / "packages/v1/a").write_bytes(b"a" * 70_000)
        share_file_checked(disk.top / "packages/v1/a", disk.top / "packages/v2/a", ("sha256",), lambda _: None, way)
        turning = Erasure("overwritten", "xfs", "/dev/sda1")
        assert erasure_of(turning, [disk.top / "packages/v1"]).worth == worth
