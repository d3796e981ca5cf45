"""What the engines say differently answers the same on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from preserve.data_management.database import create_catalogue
from preserve.data_management.engines.dialect import is_sqlite, json_text, on, position, unless_there
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.data_management.tables import facets, ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path, schema: PostgresqlSchema) -> Iterator[Connection]:
    """A write transaction on each engine."""
    catalogue = create_catalogue(tmp_path / "c.sqlite" if request.param == "sqlite" else schema)
    with catalogue.begin() as connection:
        yield connection
    catalogue.close()


def _put(connection: Connection, text: str) -> None:
    connection.execute(ledger.insert(), {"number": 1, "entry": text, "leaf": b""})


def test_a_word_is_found_at_its_place(either: Connection) -> None:
    _put(either, "一二三a")
    for word, place in (("三a", 3), ("一", 1), ("四", 0)):
        assert either.execute(select(position(ledger.c.entry, word))).scalar_one() == place


def test_a_value_in_a_json_text_is_text(either: Connection) -> None:
    _put(either, '{"details":{"first":"案1","list":["a","b"]},"time":"2026"}')
    assert either.execute(select(json_text(ledger.c.entry, "details", "first"))).scalar() == "案1"
    assert either.execute(select(json_text(ledger.c.entry, "details", "list"))).scalar() == '["a","b"]'
    assert either.execute(select(json_text(ledger.c.entry, "time"))).scalar() == "2026"
    assert either.execute(select(json_text(ledger.c.entry, "details", "none"))).scalar() is None


def test_a_row_that_is_there_stays(either: Connection) -> None:
    row = {"kind": "place", "value": "长" * 2000, "number": 12_000_000_000, "file": ""}
    for _ in range(2):
        either.execute(unless_there(either, facets), [row, {**row, "file": "a"}])
    assert len(either.execute(select(facets)).all()) == 2


@pytest.mark.parametrize(
    ("text", "action", "subject", "cases"),
    [
        (
            '{"action":"a.b","actor":"z","details":{},"number":1,"subject":"s \\"x\\" \\\\","time":"2026-11-28T08:00:00Z"}',
            "a.b",
            's "x" \\',
            None,
        ),
        (
            '{"action":"hold.added","actor":"z","details":{"cases":["o1","o2"]},"number":1,"subject":"H1",'
            '"time":"2026-11-28T08:00:00Z"}',
            "hold.added",
            "H1",
            '["o1","o2"]',
        ),
    ],
)
def test_columns_follow_from_an_entry(either: Connection, text: str, action: str, subject: str, cases: str) -> None:
    _put(either, text)
    assert tuple(either.execute(select(ledger.c.action, ledger.c.subject, ledger.c.cases)).one()) == (
        action,
        subject,
        cases,
    )


@pytest.mark.parametrize("text", ["", "{}", '{"number":1,"subject":"'])
def test_a_text_that_is_no_entry_can_lie_there_to_be_judged(either: Connection, text: str) -> None:
    _put(either, text)


def test_words_are_of_the_engine(either: Connection) -> None:
    assert on(either, "a", "b") == ("a" if is_sqlite(either) else "b")
