"""A damaged copy put right where it lies: exchanged whole, its old bytes in quarantine; or left as it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from preserve.archival_storage.assembling import Holder
from preserve.archival_storage.mending import replace_copy
from preserve.archival_storage.packages import Contents
from preserve.archival_storage.quarantine import QUARANTINE, quarantined
from preserve.archival_storage.store import DirectoryStore
from storage_adapters.contract import CopyRef, ExpectedFile, Package
from storage_adapters.directory import prepare

NAME = "aip-x_v0001"
FILES = {"bagit.txt": b"BagIt-Version: 1.0\n", "data/a.txt": b"a" * 1000, "data/b.txt": b"b" * 10}


def quiet(_: int) -> None:
    return None


@pytest.fixture
def stores(tmp_path: Path) -> tuple[DirectoryStore, DirectoryStore]:
    """Two directories with the same package."""
    made = []
    for number in (1, 2):
        root = tmp_path / f"store-{number}"
        prepare(root, f"m-{number}", "X")
        store = DirectoryStore(root, f"m-{number}")
        for path, data in FILES.items():
            file = store.staging(NAME) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        store.write(Package(NAME, store.staging(NAME), 0), quiet)
        made.append(store)
    return made[0], made[1]


def contents() -> Contents:
    files = [ExpectedFile(p, len(d), {"sha256": hashlib.sha256(d).hexdigest()}) for p, d in FILES.items()]
    return Contents(tuple(files), ())


def test_the_good_files_stay_and_the_bad_one_comes_from_elsewhere(
    stores: tuple[DirectoryStore, DirectoryStore],
) -> None:
    target, other = stores
    (target.path(CopyRef(NAME)) / "data/a.txt").write_bytes(b"x" * 1000)
    places = [Holder("own", target), Holder("other", other)]
    taken, lost, aside = replace_copy(target, "own", NAME, contents(), places, quiet)
    assert (dict(taken), lost) == ({"own": 2, "other": 1}, [])
    assert (target.path(CopyRef(NAME)) / "data/a.txt").read_bytes() == FILES["data/a.txt"]
    assert (target.root / aside / "data/a.txt").read_bytes() == b"x" * 1000
    assert [(old.name, f"{QUARANTINE}/{old.folder}") for old in quarantined(target)] == [(NAME, aside)]


def test_a_copy_that_is_not_there_at_all_is_made_again(stores: tuple[DirectoryStore, DirectoryStore]) -> None:
    target, other = stores
    target.path(CopyRef(NAME)).rename(target.root / "gone")
    taken, lost, aside = replace_copy(
        target, "own", NAME, contents(), [Holder("own", target), Holder("other", other)], quiet
    )
    assert (dict(taken), lost, aside) == ({"other": 3}, [], "") and not quarantined(target)


def test_what_no_place_holds_changes_nothing(stores: tuple[DirectoryStore, DirectoryStore]) -> None:
    target, other = stores
    for store in stores:
        (store.path(CopyRef(NAME)) / "data/b.txt").unlink()
    before = sorted(target.path(CopyRef(NAME)).rglob("*"))
    _, lost, aside = replace_copy(
        target, "own", NAME, contents(), [Holder("own", target), Holder("other", other)], quiet
    )
    assert (lost, aside) == (["data/b.txt"], "")
    assert sorted(target.path(CopyRef(NAME)).rglob("*")) == before and not target.staging(NAME).exists()
