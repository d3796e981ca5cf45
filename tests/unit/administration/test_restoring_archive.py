"""The whole archive comes back from media alone; media of others, forged ledgers and damaged packages do not pass."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from metadata.verify import verify_package
from preserve.administration.disposal.executing import execute
from preserve.administration.restoring_archive import ArchiveRestored, restore_archive
from preserve.archival_storage.discs.sources import Source, open_source
from preserve.archival_storage.media_contents import ON_MEDIUM
from preserve.clock import now
from preserve.data_management import cases, holdings, ledger, looks, sealing
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.ledger_keys import trusted_keys
from preserve.data_management.proof import verify_ledger, verify_looks
from preserve.errors import PreserveError, Stopped
from storage_adapters.errors import StorageError
from tests.support.due_case import Bureau
from tests.support.medium import written_medium


def restore(path: Path, *sources: Source, progress: Callable[[int], None] = lambda moved: None) -> ArchiveRestored:
    return restore_archive(path, sources, actor="chen", now=now, progress=progress)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises((PreserveError, StorageError)) as caught:
        act()
    return str(getattr(caught.value, "code", ""))


def packages(bureau: Bureau) -> list[str]:
    return [f"{objid}_v0001" for objid in bureau.objids]


def test_cases_ledger_and_keys_come_back_and_a_new_key_signs(bureau: Bureau, tmp_path: Path) -> None:
    source = written_medium(bureau.archive, tmp_path / "drv", *packages(bureau))
    with bureau.archive.catalogue.read() as connection:
        before = [entry.text for entry in ledger.entries(connection)]
    restored = restore(tmp_path / "new", source)
    assert restored.packages == 2
    assert {finding.severity for finding in restored.findings} == {"note"}
    assert not [finding for finding in restored.findings if ".restoring" in finding.where + finding.detail]
    assert restored.home.settings.archive_id == bureau.archive.home.settings.archive_id
    former = restored.home.keys / "former" / f"{restored.former_key}.pub"
    assert former.read_bytes() == (bureau.archive.home.keys / "ledger.pub").read_bytes()
    for name in packages(bureau):
        assert verify_package(restored.home.store / "packages" / name).intact
    archive = open_archive(tmp_path / "new")
    with archive.catalogue.read() as connection:
        entries = list(ledger.entries(connection))
        assert [entry.text for entry in entries[: len(before)]] == before
        assert entries[-1].action == "archive.restored"
        assert restored.entries == len(entries)
        assert cases.objids(connection) == sorted(bureau.objids)
        assert "drive-drv" in {row.id for row in holdings.all_media(connection)}
    proof = verify_ledger.verify_ledger(
        archive.catalogue, archive.home.store / "ledger", archive.home.keys / "ledger.pub"
    )
    archive.close()
    assert proof.findings == ()


def look(archive: Archive, times: int) -> None:
    """Looks as sessions record them, and everything closed into the store as each sitting at a drive closes it."""
    with archive.catalogue.begin() as connection:
        for _ in range(times):
            looks.append(
                connection, action="case.viewed", subject="s", actor="li", details={}, moment=datetime.now(UTC)
            )
    sealing.close_segment(archive.home, archive.catalogue)


def test_the_looks_come_back_under_the_new_key(bureau: Bureau, tmp_path: Path) -> None:
    look(bureau.archive, 2)
    look(bureau.archive, 1)
    source = written_medium(bureau.archive, tmp_path / "drv", *packages(bureau))
    with bureau.archive.catalogue.read() as connection:
        before = [entry.text for entry in looks.entries(connection)]
    restored = restore(tmp_path / "new", source)
    assert [finding.code for finding in restored.findings if finding.severity != "note"] == []
    archive = open_archive(tmp_path / "new")
    look(archive, 1)
    with archive.catalogue.read() as connection:
        assert [entry.text for entry in looks.entries(connection)][:-1] == before
        proof = verify_looks.prove(
            connection, archive.home.store / "ledger", trusted_keys(archive.home.keys / "ledger.pub")
        )
    archive.close()
    assert (proof.findings, proof.looks) == ((), 4)


def test_looks_that_the_media_do_not_hold_are_named(bureau: Bureau, tmp_path: Path) -> None:
    look(bureau.archive, 3)
    source = written_medium(bureau.archive, tmp_path / "drv", *packages(bureau))
    shutil.rmtree(source.path / ON_MEDIUM / "looks")
    restored = restore(tmp_path / "new", source)
    assert [(one.code, dict(one.values)) for one in restored.findings if one.severity != "note"] == [
        ("looks.lost", {"count": 3})
    ]


def test_the_newest_ledger_counts_and_what_it_destroyed_stays_gone(bureau: Bureau, tmp_path: Path) -> None:
    old = written_medium(bureau.archive, tmp_path / "old", *packages(bureau))
    execute(bureau.as_("chen", timedelta(days=31)), bureau.decided(1).number)
    new = written_medium(bureau.archive, tmp_path / "new-medium", packages(bureau)[1])
    restored = restore(tmp_path / "new", old, new)
    assert restored.packages == 1
    assert "storage.destroyed-not-restored" in [finding.code for finding in restored.findings]
    assert [path.name for path in (restored.home.store / "packages").iterdir()] == [packages(bureau)[1]]


def test_a_damaged_package_is_named_and_the_others_come(bureau: Bureau, tmp_path: Path) -> None:
    source = written_medium(bureau.archive, tmp_path / "drv", *packages(bureau))
    (original,) = source.path.glob(f"packages/{packages(bureau)[0]}/data/*/representations/original/data/笔录.txt")
    original.chmod(0o640)
    original.write_bytes(original.read_bytes()[::-1])
    restored = restore(tmp_path / "new", source)
    assert restored.packages == 1
    assert restored.findings[0].code == "storage.extracted-not-intact"
    assert packages(bureau)[0] in restored.findings[0].where
    assert not list((restored.home.store / "incoming").glob("aip-*"))


def test_media_that_contradict_each_other_or_their_ledger_make_no_home(bureau: Bureau, tmp_path: Path) -> None:
    place = tmp_path / "new"
    good = written_medium(bureau.archive, tmp_path / "good")
    other = written_medium(bureau.archive, tmp_path / "other", of="another")
    assert refused(lambda: restore(place, good, other)) == "storage.media-of-several-archives"
    unsigned = shutil.copytree(good.path, tmp_path / "unsigned")
    marker = json.loads((unsigned / "medium.json").read_text(encoding="utf-8"))
    (unsigned / "medium.json").write_text(json.dumps(marker | {"label": "forged"}), encoding="utf-8")
    assert refused(lambda: restore(place, open_source(unsigned))) == "storage.marker-not-signed"
    for segment in sorted((good.path / "ledger").glob("*.jsonl")):
        altered = shutil.copytree(good.path, tmp_path / f"altered-{segment.stem}")
        data = segment.read_bytes()
        (altered / "ledger" / segment.name).write_bytes(data.replace(b'"actor":"', b'"actor":"x', 1))
        code = refused(lambda altered=altered: restore(place, open_source(altered)))  # type: ignore[misc]
        assert code == "ledger.contradicts-checkpoint"
    bare = shutil.copytree(good.path, tmp_path / "bare", ignore=shutil.ignore_patterns("checkpoint.txt"))
    assert refused(lambda: restore(place, open_source(bare))) == "storage.no-ledger-on-media"
    assert not place.exists()


def test_stopped_it_goes_on_with_what_it_has(bureau: Bureau, tmp_path: Path) -> None:
    source = written_medium(bureau.archive, tmp_path / "drv", *packages(bureau))
    place, store = tmp_path / "new", tmp_path / ".new.restoring" / "store" / "packages"

    def stop(moved: int) -> None:
        if store.is_dir() and (store / packages(bureau)[0]).is_dir():
            raise Stopped("work.stopped")

    with pytest.raises(Stopped):
        restore(place, source, progress=stop)
    assert not place.exists()
    brought = (store / packages(bureau)[0] / "bagit.txt").stat().st_ino
    assert restore(place, source).packages == 2
    assert (place / "store" / "packages" / packages(bureau)[0] / "bagit.txt").stat().st_ino == brought


def test_nothing_that_lies_there_is_touched(bureau: Bureau, tmp_path: Path) -> None:
    source = written_medium(bureau.archive, tmp_path / "drv")
    assert refused(lambda: restore(bureau.archive.home.path, source)) == "home.exists"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("x")
    assert refused(lambda: restore(tmp_path / "full", source)) == "home.not-empty"
