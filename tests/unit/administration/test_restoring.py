"""A package comes back into the server store: the one that was registered, only where it is lost, and it is told."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from metadata.verify import verify_package
from preserve.administration.disposal.executing import execute
from preserve.administration.restoring import Restored, require_same, restore_package
from preserve.archival_storage.discs.sources import Source
from preserve.archival_storage.media import store_identity
from preserve.data_management import holdings, leases, ledger
from preserve.errors import PreserveError
from preserve.work import claim
from storage_adapters.errors import StorageError
from tests.support.due_case import Bureau
from tests.support.medium import written_medium


def restore(bureau: Bureau, name: str, *sources: Source) -> Restored:
    archive = bureau.archive
    return restore_package(archive.home, archive.catalogue, name, sources, actor="chen", now=archive.now)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises((PreserveError, StorageError)) as caught:
        act()
    return str(getattr(caught.value, "code", ""))


def package_of(bureau: Bureau) -> Path:
    return bureau.archive.home.store / "packages" / f"{bureau.objids[0]}_v0001"


@pytest.mark.parametrize("by", ["objid", "version", "number"])
def test_a_lost_package_comes_back_whole(bureau: Bureau, tmp_path: Path, by: str) -> None:
    package = package_of(bureau)
    source = written_medium(bureau.archive, tmp_path / "drv", package.name)
    manifest = (package / "manifest-sha256.txt").read_bytes()
    shutil.rmtree(package)
    name = {"objid": bureau.objids[0], "version": package.name, "number": "临文综罚〔2013〕1号"}[by]
    restored = restore(bureau, name, source)
    assert (restored.name, restored.place) == (package.name, package)
    assert (package / "manifest-sha256.txt").read_bytes() == manifest
    assert verify_package(package).intact
    with bureau.archive.catalogue.read() as connection:
        (entry,) = ledger.about(connection, bureau.objids[0], "package.restored")
        row = holdings.read_copy(connection, package.name, store_identity(bureau.archive.home))
    assert (entry.actor, entry.details["from"]) == ("chen", ["drive-drv"])
    assert row is not None
    assert row.state == "verified"


_CUT_OFF = """
import os, signal, sys
from pathlib import Path
from preserve.administration.restoring import restore_package
from preserve.archival_storage.discs.sources import open_source
from preserve.data_management.archive import open_archive

home, name, medium, after = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]
mark, package = str(home / "work" / f"restoring-{name}"), home / "store" / "packages" / name
archive, source = open_archive(home), open_source(medium)

def look(event, arguments):
    now = event == "os.remove" and str(arguments[0]) == mark if after == "told" else (
        event in ("open", "os.scandir", "os.remove") and os.path.isdir(package))
    if now:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(look)
restore_package(archive.home, archive.catalogue, name, [source], actor="chen", now=archive.now)
"""


def cut_off(bureau: Bureau, source: Source, after: str) -> None:
    """Restore it in a process that dies: when the package is published, or only when that was told."""
    call = [sys.executable, "-c", _CUT_OFF, bureau.archive.home.path, package_of(bureau).name, source.path, after]
    assert subprocess.run(call, check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize("after", ["published", "told"])
def test_one_that_was_cut_off_goes_on_and_is_told_once(bureau: Bureau, tmp_path: Path, after: str) -> None:
    package = package_of(bureau)
    source = written_medium(bureau.archive, tmp_path / "drv", package.name)
    shutil.rmtree(package)
    cut_off(bureau, source, after)
    assert package.is_dir()
    assert restore(bureau, package.name, source).place == package
    with bureau.archive.catalogue.read() as connection:
        assert len(ledger.about(connection, bureau.objids[0], "package.restored")) == 1
    assert refused(lambda: restore(bureau, package.name, source)) == "storage.exists-already"
    with leases.taken_by("job", 2):
        assert restore(bureau, package.name, source).place == package
    shutil.rmtree(package)  # lost once more, it is restored once more
    restore(bureau, package.name, source)
    with bureau.archive.catalogue.read() as connection:
        assert len(ledger.about(connection, bureau.objids[0], "package.restored")) == 2


def test_a_case_that_another_run_has_in_hand_waits(bureau: Bureau, tmp_path: Path) -> None:
    source = written_medium(bureau.archive, tmp_path / "drv", package_of(bureau).name)
    shutil.rmtree(package_of(bureau))
    with claim(bureau.archive.home.work, "临文综罚〔2013〕1号"):
        assert refused(lambda: restore(bureau, bureau.objids[0], source)) == "storage.case-in-hand"
    assert not package_of(bureau).exists()


def test_what_the_store_still_has_is_left_alone(bureau: Bureau, tmp_path: Path) -> None:
    source = written_medium(bureau.archive, tmp_path / "drv", package_of(bureau).name)
    assert refused(lambda: restore(bureau, bureau.objids[0], source)) == "storage.exists-already"
    assert package_of(bureau).is_dir()


def test_another_package_or_a_damaged_one_is_not_taken(bureau: Bureau, tmp_path: Path) -> None:
    package = package_of(bureau)
    source = written_medium(bureau.archive, tmp_path / "drv", package.name)
    copy = source.path / "packages" / package.name
    shutil.rmtree(package)
    (original,) = copy.glob("data/*/representations/original/data/笔录.txt")
    original.chmod(0o640)
    whole = original.read_bytes()
    original.write_bytes(whole[::-1])
    assert refused(lambda: restore(bureau, bureau.objids[0], source)) == "storage.extracted-not-intact"
    shutil.rmtree(copy)
    shutil.copytree(bureau.archive.home.store / "packages" / f"{bureau.objids[1]}_v0001", copy)
    assert refused(lambda: restore(bureau, bureau.objids[0], source)) == "storage.manifest-altered"
    assert not package.exists()
    assert list((bureau.archive.home.store / "incoming").glob("aip-*")) == []
    with bureau.archive.catalogue.read() as connection:
        assert ledger.about(connection, bureau.objids[0], "package.restored") == []


def test_what_was_destroyed_does_not_come_back(bureau: Bureau, tmp_path: Path) -> None:
    package = package_of(bureau)
    source = written_medium(bureau.archive, tmp_path / "drv", package.name)
    execute(bureau.as_("chen", timedelta(days=31)), bureau.decided(1).number)
    for name in (bureau.objids[0], package.name):
        assert refused(lambda name=name: restore(bureau, name, source)) == "storage.destroyed"  # type: ignore[misc]
    assert not package.exists()


def test_the_manifest_is_the_registered_one(bureau: Bureau) -> None:
    with pytest.raises(PreserveError, match=r"storage\.manifest-altered"):
        require_same(package_of(bureau), "00" * 32)
