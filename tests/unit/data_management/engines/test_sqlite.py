"""A catalogue in a file is opened as it lies there, and says which errors are whose."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from preserve.data_management.database import create_catalogue
from preserve.data_management.engines.sqlite import SqliteFile, is_unreadable
from preserve.errors import Busy, MediumProblem, NotIntact, PreserveError


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (sqlite3.SQLITE_FULL, MediumProblem, "catalogue.medium"),
        (sqlite3.SQLITE_READONLY, MediumProblem, "catalogue.read-only"),
        (sqlite3.SQLITE_BUSY, Busy, "catalogue.busy"),
        (sqlite3.SQLITE_CORRUPT, NotIntact, "catalogue.damaged"),
        (sqlite3.SQLITE_IOERR | (3 << 8), MediumProblem, "catalogue.medium"),
    ],
)
def test_errors_are_known_by_their_number(tmp_path: Path, number: int, kind: type[PreserveError], code: str) -> None:
    error = sqlite3.OperationalError("whatever it says")
    error.sqlite_errorcode = number
    with pytest.raises(kind) as caught, SqliteFile(tmp_path / "c").translated():
        raise error
    assert caught.value.code == code


def test_what_is_no_error_of_the_database_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), SqliteFile(tmp_path / "c").translated():
        raise ZeroDivisionError


def test_only_damage_is_unreadable() -> None:
    error = sqlite3.DatabaseError("x")
    for number, said in ((sqlite3.SQLITE_NOTADB, True), (sqlite3.SQLITE_FULL, False)):
        error.sqlite_errorcode = number
        assert is_unreadable(error) is said


def test_a_file_without_a_schema_has_no_version(tmp_path: Path) -> None:
    place = SqliteFile(tmp_path / "c.sqlite")
    engine = place.engine()
    place.make(engine)
    connection = place.begun(engine, writes=False)
    assert place.version(connection) is None
    connection.close()
    engine.dispose()


def test_what_somebody_said_is_not_in_the_errors_of_the_database(tmp_path: Path) -> None:
    catalogue = create_catalogue(tmp_path / "c.sqlite")
    with pytest.raises(DBAPIError) as caught, catalogue.read() as connection:
        connection.execute(text("SELECT nothing FROM cases WHERE title = :title"), {"title": "张三"})
    assert "张三" not in str(caught.value)
    catalogue.close()
