"""Copies that are missing are made on what is at hand, read back and recorded; what fails leaves the others alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.archival_storage.policy import Requirement, StorageProfile
from preserve.archival_storage.replicate import recovery_for, replicate, write_package
from preserve.data_management import holdings
from preserve.errors import NotIntact
from storage_adapters.contract import CopyRef
from storage_adapters.directory import DirectoryAdapter
from storage_adapters.errors import MediumAbsent, SourceDamaged
from tests.support.kept import TWO, Kept, kept


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept(tmp_path_factory.mktemp("replicate")) as archive:
        yield archive


def quiet(_: int) -> None:
    return None


def test_what_is_missing_is_made_and_the_second_run_has_nothing_to_do(whole: Kept) -> None:
    archive = whole.archive
    row = whole.beside("一号柜")
    written, left, failed = replicate(archive.home, archive.catalogue, TWO, actor="li", now=archive.now)
    assert [(copy.name, copy.medium) for copy in written] == [(whole.name, "一号柜")] and failed == []
    assert [task.act for task in left] in ([], ["nothing"])
    assert whole.copy(row.id).state == "verified"
    other = DirectoryAdapter(whole.folder / "一号柜", row.id).path(CopyRef(whole.name))
    assert {path.relative_to(other): path.read_bytes() for path in other.rglob("*") if path.is_file()} == {
        path.relative_to(whole.root): path.read_bytes() for path in whole.root.rglob("*") if path.is_file()
    }
    assert replicate(archive.home, archive.catalogue, TWO, actor="li", now=archive.now)[0] == []


def test_a_copy_that_a_crash_left_unrecorded_is_proven_like_any_other(whole: Kept) -> None:
    """Published before the kill and never entered: it is neither written twice nor believed unread."""
    archive, row = whole.archive, whole.beside("二号柜")
    write_package(archive.home, archive.catalogue, row, whole.name, actor="li", now=archive.now, progress=quiet)
    other = whole.beside("三号柜")
    packages = whole.folder / "三号柜" / "packages"
    (whole.folder / "二号柜" / "packages" / whole.name).rename(packages / whole.name)
    file = next(path for path in (packages / whole.name).rglob("*.txt") if "original" in path.parts)
    file.chmod(0o644)
    good = file.read_bytes()
    file.write_bytes(good[:-1] + b"?")
    with pytest.raises(NotIntact, match=r"storage\.copy-not-intact"):
        write_package(archive.home, archive.catalogue, other, whole.name, actor="li", now=archive.now, progress=quiet)
    with archive.catalogue.read() as connection:
        assert holdings.read_copy(connection, whole.name, other.id) is None
    file.write_bytes(good)
    write_package(archive.home, archive.catalogue, other, whole.name, actor="li", now=archive.now, progress=quiet)
    assert whole.copy(other.id).state == "verified"


def test_a_medium_that_is_not_at_hand_is_said(whole: Kept) -> None:
    archive, row = whole.archive, whole.beside("四号柜")
    (whole.folder / "四号柜").rename(whole.folder / "away")
    with pytest.raises(MediumAbsent):
        write_package(archive.home, archive.catalogue, row, whole.name, actor="li", now=archive.now, progress=quiet)


def test_a_damaged_source_is_never_copied(whole: Kept) -> None:
    archive, row = whole.archive, whole.beside("五号柜")
    file = next(path for path in whole.root.rglob("*.txt") if "original" in path.parts)
    good = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(good[:-1] + b"?")
    try:
        with pytest.raises(SourceDamaged):
            write_package(archive.home, archive.catalogue, row, whole.name, actor="li", now=archive.now, progress=quiet)
    finally:
        file.write_bytes(good)
    assert not list(DirectoryAdapter(whole.folder / "五号柜", row.id).copies())


def test_the_most_recovery_that_a_class_asks_for() -> None:
    wanted = (Requirement(kind="drive", recovery=5), Requirement(kind="drive", recovery=10), Requirement(kind="s3"))
    profile = StorageProfile(ordinary=(Requirement(kind="drive"),), long_term=wanted)
    assert [recovery_for(profile, True, kind) for kind in ("drive", "s3", "optical")] == [10, 0, 0]
    assert recovery_for(profile, False, "drive") == 0
