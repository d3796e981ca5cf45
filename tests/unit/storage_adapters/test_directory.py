"""The directory adapter behind the conformance suite, and what is special about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage_adapters.conformance import check_adapter, make_package
from storage_adapters.contract import CopyRef, Warrant
from storage_adapters.directory import DirectoryAdapter, prepare
from storage_adapters.errors import MediumAbsent, MediumFull, SourceDamaged, WarrantVoid, WrongMedium


@pytest.fixture
def store(tmp_path: Path) -> DirectoryAdapter:
    prepare(tmp_path / "store", "store-1", "测试库")
    return DirectoryAdapter(tmp_path / "store", "store-1")


def test_conforms(store: DirectoryAdapter, tmp_path: Path) -> None:
    check_adapter(store, tmp_path / "made", lambda copy, path: store.path(copy) / path)


def test_a_staged_package_is_published_by_rename(store: DirectoryAdapter) -> None:
    staged = store.staging("aip-x_v0001")
    package, _ = make_package(staged.parent, "aip-x_v0001")
    inode = (staged / "bagit.txt").stat().st_ino
    store.write(package, lambda _: None)
    assert not staged.exists()
    assert (store.path(CopyRef("aip-x_v0001")) / "bagit.txt").stat().st_ino == inode


def test_another_medium_in_its_place_is_refused(store: DirectoryAdapter) -> None:
    with pytest.raises(WrongMedium):
        DirectoryAdapter(store.root, "store-2").staging("x")
    with pytest.raises(WrongMedium):
        prepare(store.root, "store-2", "x")
    with pytest.raises(MediumAbsent):
        list(DirectoryAdapter(store.root / "none", "store-1").copies())


def test_the_reserve_stays_free(store: DirectoryAdapter, tmp_path: Path) -> None:
    package, _ = make_package(tmp_path, "aip-x_v0001")
    with pytest.raises(MediumFull):
        DirectoryAdapter(store.root, "store-1", 1 << 60).write(package, lambda _: None)
    assert not list(store.copies())
    assert not store.staging("aip-x_v0001").exists()


def test_a_damaged_source_never_becomes_a_copy(store: DirectoryAdapter, tmp_path: Path) -> None:
    """A copy that must fail its check would stand in the way of a good one for ever."""
    package, expected = make_package(tmp_path, "aip-x_v0001")
    package = replace(package, digests={file.path: file.digests["sha256"] for file in expected})
    video = package.root / "data/现场录像 (1).mp4"
    good = video.read_bytes()
    video.write_bytes(good[:-1] + b"?")
    with pytest.raises(SourceDamaged):
        store.write(package, lambda _: None)
    assert not list(store.copies()) and not store.staging("aip-x_v0001").exists()
    video.write_bytes(good)
    assert store.write(package, lambda _: None).files == len(expected)


@pytest.mark.parametrize("wrong", ["copy", "medium", "people", "expired"])
def test_removal_needs_a_warrant_for_just_this_copy(store: DirectoryAdapter, tmp_path: Path, wrong: str) -> None:
    copy = store.write(make_package(tmp_path, "aip-x_v0001")[0], lambda _: None).copy
    soon = datetime.now(UTC) + timedelta(minutes=5)
    void = Warrant(
        CopyRef("aip-y_v0001") if wrong == "copy" else copy,
        "other" if wrong == "medium" else "store-1",
        "decision",
        ("zhang", "zhang") if wrong == "people" else ("zhang", "li"),
        soon - timedelta(hours=1) if wrong == "expired" else soon,
    )
    with pytest.raises(WarrantVoid):
        store.remove(copy, void)
    assert list(store.copies()) == [copy]
    store.remove(copy, Warrant(copy, "store-1", "decision", ("zhang", "li"), soon))
    assert not list(store.copies())
