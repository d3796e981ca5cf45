"""One copy read back: intact, damaged and where, or not checked and why; never damaged because its medium went away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.archival_storage.checking import Unfinished, check_copy
from preserve.archival_storage.pace import OutOfBudget
from preserve.data_management.proof.anchors import Anchor, details
from storage_adapters.contract import CopyRef, FileCheck, Scope
from storage_adapters.directory import PACKAGES, DirectoryAdapter, prepare
from storage_adapters.errors import MediumFailing
from tests.support.packages import NAME, OBJID, TINY, make_package

ORIGINAL = f"data/{OBJID}/representations/original/data/{TINY[0][0]}"


@pytest.fixture
def store(tmp_path: Path) -> DirectoryAdapter:
    prepare(tmp_path / "store", "m-1", "X")
    shutil.move(make_package(tmp_path / "made"), tmp_path / "store" / PACKAGES / NAME)
    return DirectoryAdapter(tmp_path / "store", "m-1")


@pytest.fixture
def anchor(store: DirectoryAdapter) -> Anchor:
    said = details(store.path(CopyRef(NAME)))
    return Anchor(NAME, OBJID, 1, said["manifest_sha256"], said["tagmanifest_sha256"])


def quiet(_: int) -> None:
    return None


def test_an_intact_copy_is_read_whole(store: DirectoryAdapter, anchor: Anchor) -> None:
    moved: list[int] = []
    check = check_copy(store, "m-1", anchor, moved.append)
    files = [path for path in store.path(CopyRef(NAME)).rglob("*") if path.is_file()]
    assert (check.outcome, check.reason, check.manifest, check.problems) == ("intact", "", anchor.manifest, ())
    assert (check.files, check.size) == (len(files), sum(path.stat().st_size for path in files))
    assert sum(moved) == check.size


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def add(path: Path) -> None:
    path.with_name("beside.txt").write_bytes(b"x")


@pytest.mark.parametrize(
    ("wound", "reason"),
    [(change, "altered"), (Path.unlink, "absent"), (add, "unexpected")],
    ids=["change", "unlink", "add"],
)
def test_damage_is_named_with_its_file(wound: object, reason: str, store: DirectoryAdapter, anchor: Anchor) -> None:
    wound(store.path(CopyRef(NAME)) / ORIGINAL)  # type: ignore[operator]
    check = check_copy(store, "m-1", anchor, quiet)
    assert (check.outcome, check.reason, check.manifest) == ("damaged", reason, "")
    assert [Path(problem.path).parent for problem in check.problems] == [Path(ORIGINAL).parent]


def test_where_its_own_lists_are_not_the_ledger_s_nothing_is_held_against_them(
    store: DirectoryAdapter, anchor: Anchor
) -> None:
    change(store.path(CopyRef(NAME)) / ORIGINAL)
    add(store.path(CopyRef(NAME)) / "manifest-sha256.txt")
    change(store.path(CopyRef(NAME)) / "manifest-sha256.txt")
    check = check_copy(store, "m-1", anchor, quiet)
    assert (check.outcome, [problem.path for problem in check.problems]) == ("damaged", ["manifest-sha256.txt"])


def test_a_copy_that_is_gone_and_a_medium_that_is(store: DirectoryAdapter, anchor: Anchor) -> None:
    store.path(CopyRef(NAME)).rename(store.root / "elsewhere")
    gone = check_copy(store, "m-1", anchor, quiet)
    assert (gone.outcome, gone.reason) == ("damaged", "absent")
    store.root.rename(store.root.with_name("unplugged"))
    away = check_copy(store, "m-1", anchor, quiet)
    assert (away.outcome, away.reason) == ("not-checked", "medium-absent")


class Failing(DirectoryAdapter):
    """A drive that breaks while it is read."""

    def verify(self, copy: CopyRef, scope: Scope, progress: object) -> Iterator[FileCheck]:
        yield FileCheck(ORIGINAL, "unreadable", 0, {})
        raise MediumFailing(str(self.root), reason="I/O error")


def test_a_medium_that_fails_makes_no_damage(store: DirectoryAdapter, anchor: Anchor) -> None:
    check = check_copy(Failing(store.root, "m-1"), "m-1", anchor, quiet)
    assert (check.outcome, check.reason) == ("not-checked", "unreadable-medium")


def test_ended_early_it_goes_on_from_there(store: DirectoryAdapter, anchor: Anchor) -> None:
    known: list[FileCheck] = []
    begun: list[int] = []

    def more(size: int) -> None:
        begun.append(size)
        if len(begun) > 3:
            raise OutOfBudget("bytes")

    with pytest.raises(OutOfBudget):
        check_copy(store, "m-1", anchor, quiet, Unfinished(note=known.append, more=more))
    assert len(known) == 3 and {file.verdict for file in known} == {"intact"}
    paths = {file.path for file in known}
    rest: list[FileCheck] = []
    check = check_copy(store, "m-1", anchor, quiet, Unfinished(known=paths, note=rest.append))
    assert check.outcome == "intact" and not paths & {file.path for file in rest}
