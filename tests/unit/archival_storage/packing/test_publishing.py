"""A package is looked at, read back and then renamed: nothing that was not proven lies among the packages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from preserve.archival_storage.packing.publishing import (
    expected,
    prove_published,
    publish,
    read_back,
    required_structure,
    structure_findings,
)
from preserve.archival_storage.store import DirectoryStore
from preserve.errors import Busy, NotIntact, PreserveError
from storage_adapters.contract import CopyRef
from storage_adapters.directory import prepare
from storage_adapters.errors import CopyExists
from tests.support.packages import NAME, OBJID, TINY, make_package

BOTH = ("sha256", "sm3")


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    prepare(tmp_path / "store", "m-1", "X")
    return DirectoryStore(tmp_path / "store", "m-1")


@pytest.fixture
def staged(store: DirectoryStore, tmp_path: Path) -> Path:
    """A sealed package where packages are built."""
    root = store.staging(NAME)
    shutil.move(make_package(tmp_path / "made", algorithms=BOTH), root)
    return root


def quiet(_: int) -> None:
    return None


def original(root: Path) -> Path:
    return root / "data" / OBJID / "representations" / "original" / "data" / TINY[0][0]


def test_every_file_is_expected_and_only_tag_manifests_without_a_digest(staged: Path) -> None:
    files = {file.path: file.digests for file in expected(staged, BOTH)}
    assert set(files) == {path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file()}
    assert {path for path, digests in files.items() if not digests} == {f"tagmanifest-{name}.txt" for name in BOTH}


def test_proven_it_is_renamed_and_proven_again(store: DirectoryStore, staged: Path) -> None:
    moved: list[int] = []
    with required_structure(staged, 10, OBJID):
        read_back(staged, BOTH, store, OBJID, moved.append)
    inode = original(staged).stat().st_ino
    publish(NAME, staged, sum(moved), store)
    final = store.path(CopyRef(NAME))
    assert not staged.exists() and original(final).stat().st_ino == inode
    files = [path for path in (final / "data").rglob("*") if path.is_file()]
    assert prove_published(store, CopyRef(NAME), OBJID) == (len(files), sum(path.stat().st_size for path in files))
    with pytest.raises(CopyExists):
        publish(NAME, final, 0, store)


def test_who_holds_the_case_no_more_renames_nothing(store: DirectoryStore, staged: Path) -> None:
    @contextmanager
    def held() -> Iterator[None]:
        raise Busy("lease.lost", OBJID)
        yield

    before = sorted(staged.rglob("*"))
    with pytest.raises(Busy):
        publish(NAME, staged, 0, store, held=held)
    assert sorted(staged.rglob("*")) == before and not store.has(CopyRef(NAME))


def test_what_is_read_back_otherwise_is_named(store: DirectoryStore, staged: Path) -> None:
    original(staged).write_bytes(b"?" * original(staged).stat().st_size)
    (staged / "data" / "left.part").write_bytes(b"x")
    with pytest.raises(NotIntact) as refusal:
        read_back(staged, BOTH, store, OBJID, quiet)
    assert {(Path(finding.where).name, finding.values["verdict"]) for finding in refusal.value.findings} == {
        (original(staged).name, "damaged"),
        ("left.part", "unexpected"),
    }


@pytest.mark.parametrize("count", [10, 5000], ids=["few", "many"])
def test_what_is_not_a_package_is_never_published(staged: Path, count: int) -> None:
    (staged / "data" / OBJID / "METS.xml").write_text("<mets/>")
    assert structure_findings(str(staged))
    with (
        pytest.raises(PreserveError, match=r"ingest\.package-invalid") as refusal,
        required_structure(staged, count, OBJID),
    ):
        pass
    assert refusal.value.findings


def test_a_run_that_was_killed_after_the_rename_is_read_again(store: DirectoryStore, staged: Path) -> None:
    publish(NAME, staged, 0, store)
    final = store.path(CopyRef(NAME))
    original(final).write_bytes(b"?" * original(final).stat().st_size)
    with pytest.raises(NotIntact, match=r"ingest\.read-back"):
        prove_published(store, CopyRef(NAME), OBJID)
