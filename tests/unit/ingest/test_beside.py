"""What other processes found out about a package is what this one would have found, and counts no longer than it holds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from preserve.administration.duties import Role
from preserve.archival_storage.packing.listing import Described
from preserve.data_management import package_index
from preserve.errors import NotIntact, Refused
from preserve.ingest import beside
from preserve.ingest.beside import Beside
from preserve.services import deposits
from storage_adapters.contract import ExpectedFile
from tests.support.catalogue_state import state
from tests.support.little_packages import NAME, OBJID, write_package
from tests.support.people import entries, session, staffed
from tests.support.tiny_case import write_whole_case


def _workers() -> int:
    return sum("spawn_main" in " ".join(child.cmdline()) for child in psutil.Process(os.getpid()).children())


@contextmanager
def _looking(package: Path, scratch: Path) -> Iterator[Beside]:
    there = Beside(package, NAME, package.parent, scratch)
    try:
        yield there
    finally:
        there.close()


def test_rows_are_read_before_the_package_moves(tmp_path: Path) -> None:
    root, scratch, before = write_package(tmp_path), tmp_path / "scratch", _workers()
    with _looking(root, scratch) as there:
        there.sealed(tokens=True)
        there.finish()
        root.rename(tmp_path / "moved")
        with there.rows() as read:
            assert not scratch.exists()
            assert read.objid == OBJID and sum(len(files) for files, _ in read.rows.batches()) > 0
        assert _workers() == before + 2
    assert _workers() == before


def test_what_is_no_package_of_ours_is_told_before_it_is_published(tmp_path: Path) -> None:
    root = write_package(tmp_path)
    (root / "bag-info.txt").unlink()
    with _looking(root, tmp_path / "scratch") as there:
        there.sealed(tokens=True)
        with pytest.raises(NotIntact, match=r"catalogue\.package-unreadable"):
            there.finish()


def test_a_file_is_read_back_once_unless_it_is_touched(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "data").mkdir(parents=True)
    expected = []
    with _looking(package, tmp_path / "scratch") as there:
        for number in range(1200):
            path, data = f"data/{number}.txt", str(number).encode()
            (package / path).write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()
            there.wrote(Described(path, len(data), {"sha256": digest}))
            expected.append(ExpectedFile(path, None, {"sha256": digest}))
        there._send()
        known = [there.check(package, file) for file in expected]
        assert all(check is not None and check.verdict == "intact" for check in known)
        (package / expected[7].path).write_bytes(b"8")
        assert there.check(package, expected[7]) is None and there.check(package, expected[8]) is not None


def test_a_large_case_is_taken_in_like_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_MANY", 1)
    archive = staffed(tmp_path / "home", wu=Role.ARCHIVIST)
    before = _workers()
    done = deposits.ingest(session(archive, "wu"), write_whole_case(tmp_path / "a"), jobs=1)
    assert _workers() == before and len(entries(archive, "case.registered")) == 1
    with archive.catalogue.begin() as connection:
        entered = state(connection)
        package_index.forget_version(connection, done.objid, 1)
        package_index.index_package(connection, Path(done.location))
        assert state(connection) == entered
    assert not list(archive.home.work.glob("*/rows"))
    archive.close()


def test_a_case_that_the_rules_refuse_leaves_no_process_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_MANY", 1)
    archive = staffed(tmp_path / "home", wu=Role.ARCHIVIST)
    before, case = _workers(), write_whole_case(tmp_path / "a")
    text = next(case.rglob("*.txt"))
    text.write_text("机密★10年", encoding="utf-8")
    with pytest.raises(Refused, match=r"sip\."):
        deposits.ingest(session(archive, "wu"), case, jobs=1)
    assert _workers() == before and not list(archive.home.work.glob("*/rows"))
    assert not list((archive.home.store / "incoming").glob("*"))
    archive.close()
