"""The ledger in the catalogue is held against what lies in the store, before anything is added to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from preserve.administration.founding import found as found_archive
from preserve.data_management.database import open_catalogue
from preserve.data_management.store_witnesses import HEAD
from preserve.errors import NotIntact
from preserve.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return found_archive(
        tmp_path / "home", institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh"
    ).home


def _segment(home: Home) -> Path:
    (path,) = (home.store / "ledger").glob("segment-*.jsonl")
    return path


def _forge(home: Home) -> None:
    path = _segment(home)
    path.write_bytes(path.read_bytes().replace(b'"actor":"', b'"actor":"x'))


def _rename(home: Home) -> None:
    path = _segment(home)
    path.rename(path.with_name("segment-0000000001-0000000099.jsonl"))


def _head(home: Home) -> None:
    path = home.store / "ledger" / HEAD
    path.write_text(path.read_text().replace("preserve/", "preserve/x"))


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (_forge, "ledger.forked"),
        (_rename, "ledger.rolled-back"),
        (_head, "ledger.checkpoint-forged"),
        (lambda home: (home.store / "ledger" / HEAD).write_text("x"), "ledger.checkpoint-unreadable"),
        (lambda home: _segment(home).with_suffix(".checkpoint").write_text("x"), "ledger.checkpoint-differs"),
    ],
)
def test_nothing_is_added_to_a_ledger_that_the_store_contradicts(
    home: Home, harm: Callable[[Home], object], code: str
) -> None:
    harm(home)
    catalogue = open_catalogue(home)
    with pytest.raises(NotIntact) as raised, catalogue.begin():
        raise AssertionError
    catalogue.close()
    assert raised.value.code == code


@pytest.mark.sqlite
def test_a_ledger_without_its_end_is_found_out(home: Home) -> None:
    catalogue = open_catalogue(home.catalogue)  # as whoever has the file
    with catalogue.begin() as connection:
        for table, column in (("ledger", "number"), ("checkpoints", "size")):
            connection.execute(text(f"DELETE FROM {table} WHERE {column} > 1"))
    catalogue.close()
    catalogue = open_catalogue(home)
    with pytest.raises(NotIntact, match=r"ledger\.rolled-back"), catalogue.begin():
        raise AssertionError
    catalogue.close()
