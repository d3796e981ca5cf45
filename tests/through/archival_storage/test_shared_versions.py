"""Two versions whose unchanged files are the same bytes: what that saves, and that nothing done to one reaches the other.

Damage does: it is found in both, and each is put right from another medium, with bytes of its own from then on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bagit
import pytest

from metadata.verify import verify_package
from preserve.archival_storage.aip_versions import Change, previous_version, succeed
from preserve.archival_storage.aip_versions.change import Succeeded
from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.packing.publishing import expected
from preserve.archival_storage.repair import damaged_copies, repair_copy
from preserve.archival_storage.replicate import replicate
from preserve.data_management.proof.anchors import REDUCED, REPRESERVED
from storage_adapters.contract import CopyRef, Scope, Warrant
from storage_adapters.directory import DirectoryAdapter, check_tree
from storage_adapters.sharing import shared_bytes
from tests.support.kept import TWO, Kept, kept
from tests.support.loop import SHARING, loop
from tests.support.sessions import entries


def quiet(_: int) -> None:
    return None


def payload(root: Path) -> dict[str, Path]:
    """Files of the representations, by path below the bag."""
    return {
        str(path.relative_to(root)): path
        for path in sorted(root.rglob("*"))
        if path.is_file() and "representations" in path.parts and "data" in path.relative_to(root).parts[4:]
    }


def bytes_of(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def bad(root: Path) -> list[str]:
    """What an audit of one copy finds."""
    checks = check_tree(root, Scope(expected(root, ("sha256",))), quiet)
    return [Path(check.path).name for check in checks if check.verdict != "intact"]


def next_version(archive: Kept, name: str = "", **changes: frozenset[str]) -> Succeeded:
    change = Change(REDUCED if changes else REPRESERVED, "测试", {}, **changes)
    return succeed(
        archive.archive.home, archive.archive.catalogue, name or archive.name, change, actor="li", progress=quiet
    )


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Kept]:
    with kept(tmp_path) as made:
        yield made


def copied_to(archive: Kept, label: str) -> DirectoryAdapter:
    """Every version on a second medium."""
    row = archive.beside(label)
    replicate(archive.archive.home, archive.archive.catalogue, TWO, actor="li", now=archive.archive.now)
    return DirectoryAdapter(archive.folder / label, row.id)


def suspect(archive: Kept, name: str) -> None:
    with archive.archive.catalogue.begin() as connection:
        change_copy(connection, name, archive.store.identity, "suspect", actor="li", moment=archive.archive.now())


def test_both_are_whole_packages_and_what_was_saved_is_said(archive: Kept) -> None:
    before = bytes_of(archive.root)
    second = next_version(archive)
    third = next_version(archive, second.name)
    sizes = [path.stat().st_size for path in payload(archive.root).values()]
    assert second.shared == third.shared == sum(sizes) > 0
    told = [entry["details"]["shared"] for entry in entries(archive.archive) if entry["action"] == REPRESERVED]
    assert told == [sum(sizes)] * 2
    assert {path.stat().st_nlink for path in payload(third.location).values()} == {3}
    for root in (archive.root, second.location, third.location):
        bagit.Bag(str(root)).validate()
        assert verify_package(root).intact
    assert bytes_of(archive.root) == before


def test_other_media_and_copies_taken_out_have_bytes_of_their_own(archive: Kept) -> None:
    second = next_version(archive)
    there = copied_to(archive, "一号柜")
    for name in (archive.name, second.name):
        copy = there.path(CopyRef(name))
        assert {path.stat().st_nlink for path in copy.rglob("*") if path.is_file()} == {1}
        assert bytes_of(copy) == bytes_of(archive.store.path(CopyRef(name)))


def test_damage_is_found_in_both_and_each_is_mended_with_bytes_of_its_own(archive: Kept) -> None:
    second = next_version(archive)
    copied_to(archive, "一号柜")
    good = {root: bytes_of(root) for root in (archive.root, second.location)}
    path, file = next(iter(payload(archive.root).items()))
    with file.open("r+b") as stream:  # the blocks themselves, under both names
        stream.write(b"?")
    for name, root in ((archive.name, archive.root), (second.name, second.location)):
        assert bad(root) == [file.name]
        suspect(archive, name)
    others = {archive.name: second.name, second.name: archive.name}
    done = []
    for row, medium in damaged_copies(archive.archive.home, archive.archive.catalogue):
        assert repair_copy(archive.archive, row, medium, actor="li").done
        done.append(row.name)
        root, other = (archive.store.path(CopyRef(name)) for name in (row.name, others[row.name]))
        assert bytes_of(root) == good[root] and bad(root) == []
        assert bad(other) == ([] if len(done) == 2 else [file.name]), "the other one is not written through"
    assert sorted(done) == sorted(others)
    assert (archive.root / path).stat().st_ino != (second.location / path).stat().st_ino
    # What was put aside are the damaged bytes, not the mended ones.
    aside = [folder / path for folder in (archive.archive.home.store / "quarantine").iterdir()]
    assert len(aside) == 2 and {place.read_bytes()[:1] for place in aside} == {b"?"}


@pytest.mark.parametrize("first", [0, 1])
def test_one_version_destroyed_leaves_the_other_and_the_last_name_is_overwritten(first: int, archive: Kept) -> None:
    second = next_version(archive)
    names = [archive.name, second.name]
    going, stays = names[first], names[1 - first]
    root = archive.store.path(CopyRef(stays))
    before = bytes_of(root)
    handle = os.open(next(iter(payload(root).values())), os.O_RDONLY)
    size = os.fstat(handle).st_size
    soon = datetime.now(UTC) + timedelta(minutes=5)

    def remove(name: str) -> None:
        warrant = Warrant(CopyRef(name), archive.store.identity, "D2026-0001", ("wang", "zhao"), soon, True)
        archive.store.remove(CopyRef(name), warrant)

    remove(going)
    assert bytes_of(root) == before and verify_package(root).intact and os.fstat(handle).st_nlink == 1
    remove(stays)
    assert os.pread(handle, size, 0) == bytes(size), "the last name that goes takes the bytes with it"
    os.close(handle)


def test_what_is_left_out_goes_with_the_old_version(archive: Kept) -> None:
    with archive.archive.catalogue.read() as connection:
        old = previous_version(archive.archive.home, connection, archive.name)
    file = next(file for file in old.objects("original") if file.original_name == "笔录.txt")
    second = next_version(archive, drop=frozenset({file.identifier}))
    place = archive.root / "data" / archive.objid / "representations" / "original" / file.path
    assert place.stat().st_nlink == 1, "nobody else has it: it is overwritten with the old version"
    assert second.shared < sum(path.stat().st_size for path in payload(archive.root).values())


def test_a_run_that_was_cut_off_takes_nothing_from_the_old_version(archive: Kept) -> None:
    before, number = bytes_of(archive.root), 0
    whole = len(payload(archive.root))
    for number in range(whole):
        left = iter(range(number + 1))

        def cut(_: int, left: Iterator[int] = left) -> None:
            next(left)  # StopIteration: as if somebody pulled the plug

        with pytest.raises((StopIteration, RuntimeError)):
            succeed(
                archive.archive.home,
                archive.archive.catalogue,
                archive.name,
                Change(REPRESERVED, "测试"),
                actor="li",
                progress=cut,
            )
        assert bytes_of(archive.root) == before
    assert next_version(archive).shared > 0 and bytes_of(archive.root) == before


@pytest.mark.parametrize("said", ["none", "reflink"])
def test_a_policy_may_forbid_it(said: str, archive: Kept) -> None:
    profiles = archive.archive.home.profiles
    profiles.mkdir(exist_ok=True)
    shipped = (Path(__file__).parents[3] / "profiles" / "storage.toml").read_text(encoding="utf-8")
    (profiles / "storage.toml").write_text(shipped.replace('"hardlink"\n', f'"{said}"\n'), encoding="utf-8")
    second = next_version(archive)
    assert second.shared == 0
    assert {path.stat().st_nlink for path in second.location.rglob("*") if path.is_file()} == {1}


@pytest.mark.parametrize("kind", list(SHARING))
def test_by_blocks_where_the_file_system_can(kind: str, tmp_path: Path) -> None:
    make, _ = SHARING[kind]
    (tmp_path / "disk").mkdir()
    with loop(tmp_path / "disk", size="1500M", make=make) as disk, kept(disk.top / "archive") as archive:
        second = next_version(archive)
        files = payload(archive.root)
        assert {path.stat().st_nlink for path in payload(second.location).values()} == {1}
        assert second.shared == shared_bytes(archive.root, second.location, files)
        assert (second.shared > 0) == (kind == "xfs")  # btrfs keeps files as small as these beside their names
        with next(iter(payload(second.location).values())).open("r+b") as stream:
            stream.write(b"?")
        assert bad(archive.root) == [] != bad(second.location)
        shutil.rmtree(second.location)
        assert verify_package(archive.root).intact
