"""Folders of attempts: taken over whole under another name, files that are not whole left out, nothing else touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from preserve.archival_storage.packing import attempts
from preserve.archival_storage.store import DirectoryStore
from preserve.errors import Busy
from storage_adapters.contract import CopyRef, Package
from storage_adapters.directory import prepare
from tests.support.buckets import quiet

NAME, ROW = "aip-x_v0001", "01row"


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    """An empty store."""
    prepare(tmp_path / "store", "store-1", "测试库")
    return DirectoryStore(tmp_path / "store", "store-1")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A work area."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def begin(store: DirectoryStore, work: Path, *, resumed: bool, row: str = ROW) -> attempts.Attempt:
    """One attempt, which nobody hinders."""
    return attempts.begin(store, work, NAME, row, nullcontext, resumed=resumed)


def fill(folder: Path, *names: str) -> None:
    """Some files."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def files(folder: Path) -> list[str]:
    """What lies there."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_who_takes_over_has_what_was_whole_and_the_former_name_is_gone(store: DirectoryStore, work: Path) -> None:
    first = begin(store, work, resumed=False)
    fill(first.package, "data/a", "data/ b.part", "data/their.part")
    fill(first.texts, "1.jsonl", "2.jsonl.part")
    fill(first.scratch, "7/film.mkv")
    second = begin(store, work, resumed=True)
    assert files(second.package) == ["data/a", "data/their.part"] and files(second.texts) == ["1.jsonl"]
    assert not any(path.exists() for path in (first.package, first.texts, first.scratch, second.scratch))
    fill(first.package, "data/late")  # the first one woke up and made its folder anew
    third = begin(store, work, resumed=True)
    assert files(third.package) == ["data/a", "data/their.part"]
    assert attempts.left(store.incoming, NAME) == [third.package]


def test_an_attempt_that_made_nothing_yet_is_counted_too(store: DirectoryStore, work: Path) -> None:
    first = begin(store, work, resumed=False)
    second, third = begin(store, work, resumed=True), begin(store, work, resumed=True)
    assert len({first.package, second.package, third.package}) == 3
    assert not first.package.exists() and not second.package.exists() and third.package.is_dir()


def test_what_an_earlier_release_began_goes_on(store: DirectoryStore, work: Path) -> None:
    fill(store.incoming / NAME, "data/a")
    fill(work / ROW, "1/film.mkv")
    fill(work / f"{ROW}.text", "1.jsonl")
    assert files(begin(store, work, resumed=True).package) == ["data/a"]
    assert list(work.iterdir()) == [] and not (store.incoming / NAME).exists()


def test_what_no_journal_knows_goes_and_what_is_anothers_stays(store: DirectoryStore, work: Path) -> None:
    fill(store.incoming / NAME, "data/a")
    fill(store.incoming / f"{NAME}.02other.0003", "data/b")
    fill(store.incoming / f"{NAME}.removed", "being overwritten")
    fill(store.incoming / "aip-y_v0001.01row.0001", "data/c")
    fill(work / "02other.texts.0001", "1.jsonl")
    begin(store, work, resumed=False)
    assert sorted(path.name for path in store.incoming.iterdir()) == ["aip-x_v0001.removed", "aip-y_v0001.01row.0001"]
    assert [path.name for path in work.iterdir()] == ["02other.texts.0001"]


def test_who_was_told_that_it_holds_it_and_wakes_up_later_takes_nothing(store: DirectoryStore, work: Path) -> None:
    fill(begin(store, work, resumed=False).package, "data/a")
    others: list[attempts.Attempt] = []

    @contextmanager
    def long() -> Iterator[None]:
        others.append(begin(store, work, resumed=True))
        yield

    with pytest.raises(Busy, match=r"lease\.lost"):
        attempts.begin(store, work, NAME, ROW, long, resumed=True)
    assert files(others[0].package) == ["data/a"]
    with pytest.raises(Busy, match=r"lease\.lost"):  # nor where neither found anything
        attempts.begin(store, work, "aip-z_v0001", "03row", _empty_taken(store, work), resumed=True)


def _empty_taken(store: DirectoryStore, work: Path) -> attempts.Held:
    @contextmanager
    def taken() -> Iterator[None]:
        attempts.begin(store, work, "aip-z_v0001", "03row", nullcontext, resumed=True)
        yield

    return taken


def test_a_removal_that_was_cut_off_is_ended_by_the_next(store: DirectoryStore, work: Path) -> None:
    own = begin(store, work, resumed=False)
    fill(own.package, "data/a")
    fill(Path(f"{own.package}.gone"), "data/half")
    attempts.clear((own.package,))
    assert list(store.incoming.iterdir()) == []
    fill(Path(f"{own.package}.gone"), "data/half")
    fill(own.texts, "1.jsonl")
    attempts.clear_all(store, work, NAME, ROW, nullcontext)
    assert list(store.incoming.iterdir()) == [] and list(work.iterdir()) == []
    fill(own.texts, "1.jsonl")
    attempts.clear_beside(work, ROW)
    assert list(work.iterdir()) == []


def test_only_files_of_representations_stay_when_all_is_told_anew(tmp_path: Path) -> None:
    inner = tmp_path / "bag/data/aip-x"
    kept = "data/aip-x/representations/original/data/sub/METS.xml"
    fill(tmp_path / "bag", kept, "bagit.txt", "data/aip-x/METS.xml", "data/aip-x/metadata/preservation/premis.xml")
    fill(tmp_path / "bag", "data/aip-x/representations/original/METS.xml")
    attempts.forget_descriptions(tmp_path / "bag", inner)
    assert files(tmp_path / "bag") == [kept]


def test_what_attempts_left_is_what_remains_of_a_package(store: DirectoryStore, work: Path) -> None:
    own = begin(store, work, resumed=False)
    fill(own.package, "data/a")
    assert store.remains(CopyRef(NAME)) == [own.package]
    store.write(Package(NAME, own.package, 1), quiet)
    assert files(store.path(CopyRef(NAME))) == ["data/a"] and not own.package.exists()
