"""What a package consists of: its own lists, believed only where they have the digests that the ledger keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from preserve.archival_storage.packages import (
    Folder,
    as_package,
    contents_of,
    expected,
    package_files,
    read_version,
    require_case,
)
from preserve.data_management.proof.anchors import Anchor, details
from preserve.errors import NotFound, NotIntact
from storage_adapters.contract import CopyRef
from storage_adapters.errors import CopyUnknown
from tests.support.kept import Kept, kept
from tests.support.packages import NAME, OBJID, make_package


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept(tmp_path_factory.mktemp("packages")) as whole:
        yield whole


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_package(tmp_path, algorithms=("sha256", "sm3"))


def anchor(root: Path) -> Anchor:
    said = details(root)
    return Anchor(NAME, OBJID, 1, said["manifest_sha256"], said["tagmanifest_sha256"])


def test_every_file_is_listed_once_with_its_size(root: Path) -> None:
    files = package_files(root, anchor(root).manifest)
    there = {path.relative_to(root).as_posix(): path.stat().st_size for path in root.rglob("*") if path.is_file()}
    assert {file.path: file.size for file in files} == there and len(files) == len(there)
    package = as_package(NAME, root, files)
    assert package.size == sum(there.values()) and package.digests == {file.path: file.sha256 for file in files}
    assert [file.path for file in expected(files)] == [file.path for file in files]


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_a_list_that_was_altered_is_not_believed(name: str, root: Path) -> None:
    before = anchor(root)
    lines = (root / name).read_text().splitlines(keepends=True)
    (root / name).write_text("".join(lines[1:]))
    contents = contents_of(Folder(root, NAME), CopyRef(NAME), before)
    assert [(problem.path, problem.verdict) for problem in contents.problems] == [(name, "damaged")]
    if name == "manifest-sha256.txt":
        with pytest.raises(NotIntact, match=r"storage\.manifest-altered"):
            package_files(root, before.manifest)


def test_a_list_of_another_algorithm_may_name_no_file_that_the_ledger_does_not_know(root: Path) -> None:
    before = anchor(root)
    with (root / "manifest-sm3.txt").open("a") as manifest:
        manifest.write("0" * 64 + "  data/slipped-in.txt\n")
    contents = contents_of(Folder(root, NAME), CopyRef(NAME), before)
    assert [(problem.path, problem.verdict) for problem in contents.problems] == [("manifest-sm3.txt", "damaged")]


def test_what_is_expected_is_every_file_by_every_digest(root: Path) -> None:
    contents = contents_of(Folder(root, NAME), CopyRef(NAME), anchor(root))
    assert contents.problems == ()
    by_path = {file.path: set(file.digests) for file in contents.expected}
    payload = {path for path in by_path if path.startswith("data/")}
    assert {frozenset(by_path[path]) for path in payload} == {frozenset({"sha256", "sm3"})}
    there = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert set(by_path) == there


def test_lists_that_are_gone_and_a_package_that_is(root: Path) -> None:
    known = anchor(root)
    (root / "tagmanifest-sha256.txt").unlink()
    contents = contents_of(Folder(root, NAME), CopyRef(NAME), known)
    assert [(problem.path, problem.verdict) for problem in contents.problems] == [("tagmanifest-sha256.txt", "absent")]
    with pytest.raises(NotIntact, match=r"storage\.package-unreadable"):
        package_files(root, known.manifest)


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "data/../../secret", "none", "link"])
def test_a_folder_gives_nothing_from_outside(path: str, root: Path) -> None:
    (root.parent / "secret").write_text("x")
    (root / "link").symlink_to(root.parent / "secret")
    folder = Folder(root, NAME)
    assert list(folder.copies()) == [CopyRef(NAME)]
    with pytest.raises(CopyUnknown):
        folder.read(CopyRef(NAME), PurePosixPath(path))


def test_a_case_by_any_of_its_names(archive: Kept) -> None:
    home = archive.archive.home
    with archive.archive.catalogue.read() as connection:
        for name in (archive.objid, archive.name, "临文综罚〔2026〕77号"):
            assert require_case(home, connection, name) == archive.objid
        with pytest.raises(NotFound):
            require_case(home, connection, "临文综罚〔1999〕1号")
        assert read_version(connection, archive.objid).name == archive.name


def test_another_package_s_anchor_is_none(root: Path) -> None:
    other = replace(anchor(root), manifest="0" * 64)
    assert contents_of(Folder(root, NAME), CopyRef(NAME), other).problems[0].path == "manifest-sha256.txt"
