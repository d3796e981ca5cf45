"""The suite for adapters from elsewhere: an adapter that does one thing wrong does not pass it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import pytest

from storage_adapters.conformance import check_adapter, check_names, check_readers, check_stopped, make_package
from storage_adapters.contract import CopyRef, FileCheck, MediumState, Package, Progress, Receipt, Scope
from storage_adapters.directory import DirectoryAdapter, prepare
from storage_adapters.errors import CopyUnknown


class Absent(DirectoryAdapter):
    def probe(self) -> MediumState:
        return replace(super().probe(), present=False)


class Boasting(DirectoryAdapter):
    def write(self, package: Package, progress: Progress) -> Receipt:
        return replace(super().write(package, progress), files=99)


class WithoutZone(DirectoryAdapter):
    def write(self, package: Package, progress: Progress) -> Receipt:
        receipt = super().write(package, progress)
        return replace(receipt, written=receipt.written.replace(tzinfo=None))


class Forgetful(DirectoryAdapter):
    def copies(self) -> Iterator[CopyRef]:
        return iter(())


class Blind(DirectoryAdapter):
    def verify(self, copy: CopyRef, scope: Scope, progress: Progress) -> Iterator[FileCheck]:
        for check in super().verify(copy, scope, progress):
            yield replace(check, verdict="intact") if check.verdict == "unexpected" else check


class Open(DirectoryAdapter):
    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        try:
            return super().read(copy, path)
        except CopyUnknown:
            return cast(BinaryIO, io.BytesIO(b"root:x:0:0"))


class Restless(DirectoryAdapter):
    def verify(self, copy: CopyRef, scope: Scope, progress: Progress) -> Iterator[FileCheck]:
        return super().verify(copy, replace(scope, more=lambda size: True), progress)


class Swapping(DirectoryAdapter):
    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        return cast(BinaryIO, io.BytesIO(b"the same for all"))


def adapter(kind: type[DirectoryAdapter], folder: Path, name: str = "store") -> DirectoryAdapter:
    prepare(folder / name, "store-1", "测试库")
    return kind(folder / name, "store-1")


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (Absent, "absent"),
        (Boasting, "other numbers"),
        (WithoutZone, "no zone"),
        (Forgetful, "not found from the medium"),
        (Blind, "an extra file goes unseen"),
        (Open, "CopyUnknown was not raised"),
        (Restless, "ended early"),
        (Swapping, "does not read as empty"),
    ],
)
def test_one_fault_is_enough(kind: type[DirectoryAdapter], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=sentence):
        check_adapter(adapter(kind, tmp_path), tmp_path / "made")


def test_damage_that_is_not_seen_is_one(tmp_path: Path) -> None:
    class Sizing(DirectoryAdapter):
        """Calls a file intact that has its size."""

        def verify(self, copy: CopyRef, scope: Scope, progress: Progress) -> Iterator[FileCheck]:
            for check in super().verify(copy, scope, progress):
                yield replace(check, verdict="intact") if check.verdict == "damaged" else check

    store = adapter(Sizing, tmp_path)
    with pytest.raises(AssertionError, match="one flipped bit goes unseen"):
        check_adapter(store, tmp_path / "made", lambda copy, path: store.path(copy) / path)


def test_names_and_readers_see_other_bytes(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="another file's bytes"):
        check_names(lambda: adapter(Swapping, tmp_path), tmp_path / "made")
    with pytest.raises(AssertionError, match="other bytes"):
        check_readers(lambda: adapter(Swapping, tmp_path, "other"), tmp_path / "readers")


def test_a_write_that_was_stopped_and_is_published_all_the_same_is_found(tmp_path: Path) -> None:
    class Hasty(DirectoryAdapter):
        """Publishes first and tells of the bytes afterwards."""

        def write(self, package: Package, progress: Progress) -> Receipt:
            receipt = super().write(package, lambda moved: None)
            for _ in range(3):
                progress(package.size // 3)
            return receipt

    with pytest.raises(AssertionError, match="left a copy"):
        check_stopped(lambda: adapter(Hasty, tmp_path), tmp_path / "made")


def test_a_package_of_the_suite_is_what_it_expects(tmp_path: Path) -> None:
    package, expected = make_package(tmp_path, "aip-x_v0001")
    assert package.size == sum(file.size or 0 for file in expected)
    assert {path.relative_to(package.root).as_posix() for path in package.root.rglob("*") if path.is_file()} == {
        file.path for file in expected
    }
