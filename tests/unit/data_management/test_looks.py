"""Looks are numbered in a log of their own, are found by what was looked at, and one that was changed is not read."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from preserve.data_management import ledger, looks
from preserve.data_management.database import Catalogue
from preserve.errors import NotIntact
from tests.support.catalogues import new_catalogue

MOMENT = datetime(2026, 12, 11, 8, tzinfo=UTC)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    made = new_catalogue(tmp_path / "c.sqlite")
    with made.begin() as connection:
        for number in range(6):
            looks.append(
                connection,
                action="case.viewed" if number % 2 else "catalogue.listed",
                subject=f"s{number % 2}",
                actor="li",
                details={"first": f"c{number}", "last": f"c{number + 2}"} if number % 2 == 0 else {"what": '"a",x'},
                moment=MOMENT.replace(hour=8 + number),
            )
    return made


def test_a_look_is_an_entry_that_says_which_log_it_stands_in(catalogue: Catalogue) -> None:
    with catalogue.read() as connection:
        first = next(looks.entries(connection))
        assert json.loads(first.text) | {"details": {}} == {
            "action": "catalogue.listed",
            "actor": "li",
            "details": {},
            "log": "looks",
            "number": 1,
            "subject": "s0",
            "time": "2026-12-11T08:00:00Z",
        }
        assert first.leaf == ledger.leaf_hash(first.text) and first.reference == "looks/1"
        assert ledger.size(connection) == 0 and looks.size(connection) == 6


def test_looks_are_found_by_subject_action_and_word(catalogue: Catalogue) -> None:
    with catalogue.read() as connection:
        assert [look.number for look in looks.about(connection, "s1")] == [2, 4, 6]
        assert looks.about(connection, "s1", "catalogue.listed") == []
        assert [look.number for look in looks.newest_about(connection, "s1", before=6, limit=1)] == [4]
        assert looks.count_about(connection, "s1", before=6) == 2
        assert [look.number for look in looks.naming(connection, '"last":"c6"')] == [5]
        assert looks.count_listings(connection, "catalogue.listed", "c4", "2026-12-11T09:00:00Z", 6) == 2
        assert looks.count_listings(connection, "catalogue.listed", "c4", "2026-12-11T12:00:00Z", 6) == 1
        assert looks.count_listings(connection, "catalogue.listed", "c4", "2026-12-11T09:00:00Z", 4) == 1


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("UPDATE looks SET entry = replace(entry, '\"li\"', '\"wu\"') WHERE number = 2", 2),
        ("UPDATE looks SET number = 9 WHERE number = 4", 9),
        ("UPDATE looks SET leaf = zeroblob(1) WHERE number = 6", 6),
    ],
)
def test_a_changed_look_is_not_read(catalogue: Catalogue, change: str, number: int) -> None:
    with catalogue.begin() as connection:
        connection.execute(text(change))
    with catalogue.read() as connection, pytest.raises(NotIntact) as refused:
        looks.naming(connection, "log")
    assert (refused.value.code, refused.value.where) == ("looks.changed", f"looks/{number}")


def test_leaves_end_at_a_hole(catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        assert len(list(looks.leaves(connection, 1, 6))) == 6
        connection.execute(text("DELETE FROM looks WHERE number = 3"))
        with pytest.raises(ValueError, match="3 is missing"):
            list(looks.leaves(connection, 1, 6))


def test_an_entry_of_the_ledger_is_no_look(catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        entry = ledger.add(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
        row = looks.row_of(next(looks.entries(connection, 3, 3)).text)
    assert row["number"] == 3
    with pytest.raises((ValueError, KeyError)):
        looks.row_of(entry.text)
    assert looks.problem_of(looks.Look(1, entry.text, entry.leaf), 1) == "looks.changed"
