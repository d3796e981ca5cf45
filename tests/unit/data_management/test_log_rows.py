"""Either log is read alike: by number, by subject, by a word; what was changed or is missing is never given away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Connection, text

from preserve.data_management import ledger, looks
from preserve.errors import NotIntact
from tests.support.catalogues import new_catalogue

MOMENT = datetime(2026, 11, 29, 8, tzinfo=UTC)
LOGS = pytest.mark.parametrize("log", [ledger, looks], ids=["ledger", "looks"])


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """Both logs with seven entries: about `a` and `b` in turn, each naming the number before it."""
    catalogue = new_catalogue(tmp_path / "catalogue.sqlite")
    with catalogue.begin() as opened:
        for log in (ledger, looks):
            for number in range(1, 8):
                log.append(
                    opened,
                    action="odd" if number % 2 else "even",
                    subject="ab"[number % 2],
                    actor="z",
                    details={"before": f"w{number - 1}"},
                    moment=MOMENT,
                )
        yield opened
    catalogue.close()


@LOGS
def test_entries_are_found_by_number_subject_and_word(log: ModuleType, connection: Connection) -> None:
    assert log.size(connection) == 7
    assert [entry.number for entry in log.entries(connection, 3, 5)] == [3, 4, 5]
    assert [entry.number for entry in log.about(connection, "b")] == [1, 3, 5, 7]
    assert log.about(connection, "b", "even") == []
    assert [entry.number for entry in log.newest_about(connection, "b", limit=2)] == [7, 5]
    assert [entry.number for entry in log.newest_about(connection, "b", before=5, limit=2)] == [3, 1]
    assert log.count_about(connection, "a", before=6) == 2
    assert [entry.number for entry in log.naming(connection, "w3")] == [4]
    assert log.naming(connection, "w3", "odd") == []
    leaves = [entry.leaf for entry in log.entries(connection)]
    assert list(log.leaves(connection, 2, 6)) == leaves[1:6]
    texts = [entry.text for entry in log.entries(connection, 2, 6)]
    assert b"".join(log.lines(connection, 2, 6)).decode().split("\n") == [*texts, ""]
    assert all(type(entry).__name__ == ("Look" if log is looks else "Entry") for entry in log.entries(connection))


@LOGS
@pytest.mark.parametrize("number", [2, 6])
def test_a_leaf_that_is_missing_is_no_end(log: ModuleType, number: int, connection: Connection) -> None:
    table = "looks" if log is looks else "ledger"
    connection.execute(text(f"DELETE FROM {table} WHERE number = {number}"))
    with pytest.raises(ValueError, match=f"{table}: {number} is missing"):
        list(log.leaves(connection, 2, 6))


@LOGS
def test_what_was_changed_is_read_by_nobody_who_acts(log: ModuleType, connection: Connection) -> None:
    table = "looks" if log is looks else "ledger"
    connection.execute(text(f"UPDATE {table} SET entry = replace(entry, 'w4', 'w9') WHERE number = 5"))
    for reading in (
        lambda: log.about(connection, "b"),
        lambda: log.newest_about(connection, "b", limit=2),
        lambda: log.naming(connection, "w9"),
    ):
        with pytest.raises(NotIntact):
            reading()
    assert len(list(log.entries(connection))) == 7  # who judges them reads them as they lie there
