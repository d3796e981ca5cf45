"""A package is read before anybody waits: what was read is enough to enter it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.data_management import cases, package_index, package_reading, search
from preserve.data_management.package_reading import read_package
from preserve.errors import NotIntact
from tests.support.catalogue_state import state
from tests.support.little_packages import OBJID, write_package


def test_nothing_is_read_of_the_package_while_it_is_entered(connection: Connection, tmp_path: Path) -> None:
    root = write_package(tmp_path, title="演出活动")
    package_index.index_package(connection, root)
    whole = state(connection)
    package_index.forget_version(connection, OBJID, 1)
    with read_package(root) as read:
        shutil.rmtree(root)
        package_index.enter_package(connection, read)
    assert state(connection) == whole
    assert [hit.objid for hit in search.find(connection, "演出")] == [OBJID]


def test_rows_that_lie_in_a_file_come_back_in_batches(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_package(tmp_path)
    package_index.index_package(connection, root)
    whole = state(connection)
    monkeypatch.setattr(package_reading, "_BATCH", 1)
    monkeypatch.setattr(package_reading, "_IN_MEMORY", 1)
    with read_package(root) as read:
        batches = list(read.rows.batches())
        package_index.enter_package(connection, read)
    assert len(batches) > 2 and all(len(files) + len(events) == 1 for files, events in batches)
    assert state(connection) == whole


def test_an_older_version_is_not_what_is_found(connection: Connection, tmp_path: Path) -> None:
    older = write_package(tmp_path, title="旧题名")
    for root in (write_package(tmp_path, version=2, title="新题名"), older):
        with read_package(root) as read:
            package_index.enter_package(connection, read)
    assert cases.read(connection, OBJID).title == "新题名"
    assert search.find(connection, "旧题") == []


@pytest.mark.parametrize("gone", ["bag-info.txt", "manifest-sha256.txt", f"data/{OBJID}/METS.xml"])
def test_what_is_no_package_of_ours_is_refused(tmp_path: Path, gone: str) -> None:
    root = write_package(tmp_path)
    (root / gone).unlink()
    with pytest.raises(NotIntact, match=r"catalogue\.package-unreadable"), read_package(root):
        pass
