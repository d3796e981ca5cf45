"""A catalogue file says what is damaged in it, and keeps nothing of what was deleted for good."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from preserve.data_management.cases import Case, insert
from preserve.data_management.database import (
    Catalogue,
    create_catalogue,
    damage,
    fold,
    open_catalogue,
    overwrite_what_is_deleted,
)
from preserve.errors import NotIntact, PreserveError

SECRET = "星河文化公司"


def test_a_whole_file_has_no_damage(plain_catalogue: Catalogue) -> None:
    with plain_catalogue.read() as connection:
        assert damage(connection) == []


@pytest.mark.sqlite
def test_damage_is_told_in_the_words_of_the_database(plain_catalogue: Catalogue) -> None:
    with plain_catalogue.begin() as connection:
        connection.execute(text("CREATE TABLE t (a TEXT NOT NULL)"))
        connection.execute(text("INSERT INTO t VALUES ('x')"))
    fold(plain_catalogue)
    plain_catalogue.close()
    data = bytearray(plain_catalogue.path.read_bytes())
    data[-4096:] = bytes(4096)
    plain_catalogue.path.write_bytes(data)
    with plain_catalogue.read() as connection:
        assert damage(connection, 1)


@pytest.mark.sqlite
def test_what_is_deleted_for_good_is_overwritten(tmp_path: Path) -> None:
    catalogue = create_catalogue(tmp_path / "c.sqlite")
    with catalogue.begin() as connection:
        insert(connection, Case("o", "1号", "", SECRET, "penalty", "", "p", "internal", None, None, False, "{}"))
    with catalogue.begin() as connection:
        overwrite_what_is_deleted(connection)
        connection.execute(text("DELETE FROM cases"))
    fold(catalogue)
    catalogue.close()
    assert SECRET.encode() not in catalogue.path.read_bytes()


@pytest.mark.sqlite
def test_none_is_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(NotIntact, match=r"catalogue\.missing"):
        open_catalogue(tmp_path / "c.sqlite")
    assert not (tmp_path / "c.sqlite").exists()


@pytest.mark.sqlite
def test_a_catalogue_of_a_later_release_is_left_alone(plain_catalogue: Catalogue) -> None:
    with plain_catalogue.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(PreserveError, match=r"catalogue\.newer"):
        open_catalogue(plain_catalogue.path)


def test_a_transaction_that_fails_leaves_nothing(plain_catalogue: Catalogue) -> None:
    with pytest.raises(RuntimeError), plain_catalogue.begin() as connection:
        insert(connection, Case("o", "1号", "", "t", "penalty", "", "p", "internal", None, None, False, "{}"))
        raise RuntimeError
    with plain_catalogue.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0
