"""What another process reads of a package is what this one would have read, however early it began."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.data_management import package_index, reading_apart
from preserve.data_management.reading_apart import begin_apart, brought, read_apart
from preserve.errors import NotIntact
from tests.support.catalogue_state import state
from tests.support.little_packages import OBJID, write_package


def test_rows_that_another_process_read_are_the_same(connection: Connection, tmp_path: Path) -> None:
    root, rows = write_package(tmp_path, title="演出活动"), tmp_path / "rows"
    package_index.index_package(connection, root)
    whole = state(connection)
    package_index.forget_version(connection, OBJID, 1)
    moved = root.rename(tmp_path / "under construction")
    read = pickle.loads(pickle.dumps(read_apart(moved, root.name, rows, tokens=True)))
    with brought(read, rows) as there:
        assert not rows.exists()
        package_index.enter_package(connection, there)
    assert state(connection) == whole
    (moved / "bag-info.txt").unlink()
    with pytest.raises(NotIntact, match=r"catalogue\.package-unreadable"):
        read_apart(moved, root.name, rows, tokens=True)


@pytest.mark.parametrize("meanwhile", ["nothing", "touched", "another", "without rows"])
def test_a_description_that_was_read_early_counts_while_nobody_touched_it(
    connection: Connection, tmp_path: Path, meanwhile: str
) -> None:
    root, rows = write_package(tmp_path, title="演出活动"), tmp_path / "rows"
    description = root / "data" / OBJID / "metadata/descriptive/case.json"
    begin_apart(root, root.name, rows)
    if meanwhile == "touched":
        text = description.read_text(encoding="utf-8")
        description.write_text(text.replace("演出活动", "营业场所管理"), encoding="utf-8")
    elif meanwhile == "another":
        description.write_bytes(description.rename(tmp_path / "before").read_bytes())
    elif meanwhile == "without rows":
        rows.unlink()
    assert reading_apart._begun[0].holds(description, rows) == (meanwhile == "nothing")
    with brought(read_apart(root, root.name, rows, tokens=True), rows) as read:
        package_index.enter_package(connection, read)
    whole = state(connection)
    package_index.forget_version(connection, OBJID, 1)
    package_index.index_package(connection, root)
    assert state(connection) == whole
    assert reading_apart._begun == []


def test_a_description_that_cannot_be_read_is_told_when_all_is_asked_for(tmp_path: Path) -> None:
    root, rows = write_package(tmp_path), tmp_path / "rows"
    (root / "data" / OBJID / "metadata/descriptive/case.json").write_text("{")
    with pytest.raises(ValueError, match="CaseDescription"):
        begin_apart(root, root.name, rows)
    with pytest.raises(NotIntact, match=r"catalogue\.package-unreadable"):
        read_apart(root, root.name, rows, tokens=True)
