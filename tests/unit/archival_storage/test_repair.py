"""A damaged copy remade from what the ledger proves: the old bytes kept, and nothing changed where it cannot be done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.repair import NOT_REPAIRED, REPAIRED, Repair, damaged_copies, repair_copy
from preserve.archival_storage.replicate import replicate
from preserve.data_management.holdings import MediumRow
from storage_adapters.contract import CopyRef
from storage_adapters.directory import DirectoryAdapter
from storage_adapters.errors import MediumAbsent
from tests.support.kept import TWO, Kept, kept
from tests.support.sessions import entries


@pytest.fixture(scope="module")
def cabinet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kept, MediumRow]]:
    """The archive, and a second medium with a copy."""
    with kept(tmp_path_factory.mktemp("repair")) as archive:
        row = archive.beside("一号柜")
        replicate(archive.archive.home, archive.archive.catalogue, TWO, actor="li", now=archive.archive.now)
        yield archive, row


def wounded(root: Path, number: int) -> Path:
    file = sorted(path for path in root.rglob("*.txt") if "original" in path.parts)[number]
    file.chmod(0o644)
    file.write_bytes(b"?" * file.stat().st_size)
    return file


def suspect(archive: Kept, row: MediumRow) -> None:
    with archive.archive.catalogue.begin() as connection:
        change_copy(connection, archive.name, row.id, "suspect", actor="li", moment=archive.archive.now())


def repair(archive: Kept) -> Repair:
    (found,) = damaged_copies(archive.archive.home, archive.archive.catalogue)
    return repair_copy(archive.archive, *found, actor="li")


def test_from_the_other_copy_and_the_old_bytes_are_kept(cabinet: tuple[Kept, MediumRow]) -> None:
    archive, row = cabinet
    assert damaged_copies(archive.archive.home, archive.archive.catalogue) == []
    there = DirectoryAdapter(archive.folder / "一号柜", row.id).path(CopyRef(archive.name))
    file = wounded(there, 0)
    spoilt = file.read_bytes()
    suspect(archive, row)
    done = repair(archive)
    assert done.done and done.lost == () and sum(done.taken.values()) > 1 and done.taken["临江市文化和旅游局"] == 1
    assert file.read_bytes() == (archive.root / file.relative_to(there)).read_bytes() != spoilt
    assert (archive.folder / "一号柜" / done.quarantine / file.relative_to(there)).read_bytes() == spoilt
    assert archive.copy(row.id).state == "verified"
    deeds = [entry for entry in entries(archive.archive) if entry["action"] == REPAIRED]
    assert [deed["details"]["quarantine"] for deed in deeds] == [done.quarantine]


def test_what_no_place_holds_changes_nothing_and_is_on_record(cabinet: tuple[Kept, MediumRow]) -> None:
    archive, row = cabinet
    there = DirectoryAdapter(archive.folder / "一号柜", row.id).path(CopyRef(archive.name))
    # What the quarantine holds of it is spoilt too, since the test before.
    files = [wounded(root, 0) for root in (there, archive.root)]
    before = {path: path.read_bytes() for path in there.rglob("*") if path.is_file()}
    suspect(archive, row)
    done = repair(archive)
    assert not done.done and [Path(path).name for path in done.lost] == [files[0].name] and done.quarantine == ""
    assert {path: path.read_bytes() for path in there.rglob("*") if path.is_file()} == before
    assert archive.copy(row.id).state == "suspect"
    deed = [entry for entry in entries(archive.archive) if entry["action"] == NOT_REPAIRED][-1]
    assert (deed["details"]["count"], deed["details"]["lost"]) == (1, list(done.lost))


def test_a_medium_that_is_away_is_said(cabinet: tuple[Kept, MediumRow]) -> None:
    archive, _ = cabinet
    (archive.folder / "一号柜").rename(archive.folder / "away")
    with pytest.raises(MediumAbsent):
        repair(archive)
    (archive.folder / "away").rename(archive.folder / "一号柜")
