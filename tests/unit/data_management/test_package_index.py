"""A package is entered as its files say, again without a trace of before, and the newest version leads."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.data_management import cases, event_index, object_index, package_index, search, versions
from preserve.errors import NotIntact
from tests.support.catalogue_state import state
from tests.support.little_packages import NAME, OBJID, write_package


def test_entering_twice_gives_the_same_rows(connection: Connection, tmp_path: Path) -> None:
    root = write_package(tmp_path)
    assert package_index.index_package(connection, root) == OBJID
    before = state(connection)
    package_index.index_package(connection, root)
    assert state(connection) == before


def test_an_older_version_entered_later_does_not_lead(connection: Connection, tmp_path: Path) -> None:
    older = write_package(tmp_path, title="旧题名")
    package_index.index_package(connection, write_package(tmp_path, version=2, title="新题名"))
    package_index.index_package(connection, older)
    assert cases.read(connection, OBJID).title == "新题名"
    assert [hit.title for hit in search.find(connection, "新题")] == ["新题名"]
    assert search.find(connection, "旧题") == []
    assert [one.version for one in versions.of_case(connection, OBJID)] == [1, 2]


def test_a_forgotten_version_leaves_the_others(connection: Connection, tmp_path: Path) -> None:
    for version in (1, 2):
        package_index.index_package(connection, write_package(tmp_path, version=version))
    package_index.forget_version(connection, OBJID, 1)
    assert not versions.is_entered(connection, NAME)
    assert object_index.of_version(connection, OBJID, 1) == []
    assert event_index.of_version(connection, OBJID, 1) == []
    assert len(object_index.of_version(connection, OBJID, 2)) == 2


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("bag-info.txt", "Payload-Oxum: many\n"),
        (f"data/{OBJID}/metadata/descriptive/case.json", "{}"),
        (f"data/{OBJID}/metadata/preservation/premis.xml", "<premis"),
        (f"data/{OBJID}/METS.xml", ""),
    ],
)
def test_what_is_no_package_of_ours_is_refused(connection: Connection, tmp_path: Path, file: str, content: str) -> None:
    root = write_package(tmp_path)
    (root / file).write_text(content)
    with pytest.raises(NotIntact, match=r"catalogue\.package-unreadable"):
        package_index.index_package(connection, root)


def test_the_folder_must_have_the_name_of_a_package(connection: Connection, tmp_path: Path) -> None:
    root = write_package(tmp_path).rename(tmp_path / "case_v1x")
    with pytest.raises(NotIntact, match=r"catalogue\.package-unreadable"):
        package_index.index_package(connection, root)
