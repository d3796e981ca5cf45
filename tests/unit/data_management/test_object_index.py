"""Objects of a version, their names, and what was made from them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.data_management import object_index
from preserve.data_management.package_index import index_package
from preserve.errors import Refused
from tests.support.little_packages import MP4, OBJID, ORIGINALS, UNKNOWN, object_of, write_package

ACCESS = object_of("f3", "data/b.mp4", 90, format_=MP4, source="f2")


@pytest.fixture
def entered(connection: Connection, tmp_path: Path) -> Connection:
    index_package(connection, write_package(tmp_path, access=[ACCESS]))
    odd = object_of("f4", "data/c.bin", format_=UNKNOWN)
    index_package(connection, write_package(tmp_path, version=2, originals=[*ORIGINALS, odd]))
    return connection


def test_a_version_by_paths_and_representation(entered: Connection) -> None:
    rows = object_index.of_version(entered, OBJID, 1)
    assert [(row.identifier, row.representation) for row in rows] == [
        ("f1", "original"),
        ("f3", "access"),
        ("f2", "original"),
    ]
    assert [row.identifier for row in object_index.of_version(entered, OBJID, 1, "access")] == ["f3"]
    assert [row.version for row in object_index.of_case(entered, OBJID)] == [1, 1, 1, 2, 2, 2]


def test_an_object_has_the_name_its_depositor_gave_it(entered: Connection) -> None:
    """Where it has none of its own it is called as it lies there."""
    assert [row.name for row in object_index.originals(entered, OBJID)] == ["甲.txt", "b.mp4", "c.bin"]
    assert object_index.names_of(entered, ["f1", "nothing"]) == {"f1": ("甲.txt", 3)}


def test_an_object_is_read_as_one_version_holds_it(entered: Connection) -> None:
    assert object_index.read(entered, "f1", 2).version == 2
    with pytest.raises(Refused, match=r"request\.nothing-there"):
        object_index.read(entered, "f3", 2)


def test_copies_are_those_of_the_same_version(entered: Connection) -> None:
    assert [row.identifier for row in object_index.made_from(entered, "f2", OBJID, 1)] == ["f3"]
    assert object_index.made_from(entered, "f2", OBJID, 1, "preservation") == []
    assert object_index.made_from(entered, "f2", OBJID, 2) == []


def test_what_no_identifier_named_is_counted(entered: Connection) -> None:
    assert object_index.count_unidentified(entered, OBJID) == 1


def test_some_originals_are_those_of_the_newest_version(entered: Connection) -> None:
    every = {row.identifier: row for row in object_index.originals(entered, OBJID)}
    asked = ["f4", "f1", "f3", "object-of-nobody"]  # f3 is a copy, of the older version alone
    assert list(object_index.originals_among(entered, OBJID, asked)) == [every["f1"], every["f4"]]
    assert every["f1"].version == 2
    assert not list(object_index.originals_among(entered, OBJID, []))
