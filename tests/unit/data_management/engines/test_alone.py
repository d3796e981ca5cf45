"""An entry in a transaction of its own, which nobody waits for: what a file would hold, or the way of the others."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection

from preserve.data_management import ledger
from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.engines import Question
from preserve.data_management.engines.postgresql_schema import name_oldest_reader
from preserve.errors import Busy, MediumProblem, PreserveError, Refused
from tests.support.lone_entries import HARD, MOMENT, alone, catalogue, size

__all__ = ["catalogue"]


@dataclass
class _Asking:
    """Rules that permit an entry while the ledger is not longer than `most`, and count what they have to look at."""

    question: str = "SELECT count(*) AS entries FROM ledger"
    most: int = 1000
    opened: int = 0
    moved: bool = False

    def alone(self) -> Question | None:
        return Question(self.question, "asked.entries <= CAST($3 AS bigint)", str(self.most))

    def written(self, number: int) -> None:
        if self.moved:
            raise MediumProblem("catalogue.moved-meanwhile", "", number=number)

    def before(self) -> None:
        pass

    def opening(self, connection: Connection) -> None:
        self.opened += 1

    def closing(self, connection: Connection) -> None:
        pass


@pytest.fixture
def rules() -> _Asking:
    return _Asking()


def test_it_is_the_entry_that_a_file_gets(catalogue: Catalogue, rules: _Asking, tmp_path: Path) -> None:
    file = create_catalogue(tmp_path / "c.sqlite")
    for subject in ("案〔2026〕1号", HARD, ""):
        assert alone(file, subject) == alone(catalogue, subject)
    with file.read() as one, catalogue.read() as other:
        entries = list(ledger.entries(other))
        assert list(ledger.entries(one)) == entries and len(entries) == 3
        assert [entry.details["x"] for entry in ledger.about(other, HARD)] == [HARD]
    assert rules.opened == 0
    file.close()


def test_what_is_not_permitted_goes_the_way_of_the_others(catalogue: Catalogue, rules: _Asking) -> None:
    rules.most = 0
    assert [alone(catalogue), rules.opened] == [1, 0]
    assert [alone(catalogue), rules.opened] == [2, 1]
    assert size(catalogue) == 2


def test_what_is_asked_is_newer_than_the_lock(catalogue: Catalogue, rules: _Asking) -> None:
    rules.most = 0
    with replace(catalogue, rules=None).begin() as connection:
        waiting = threading.Thread(target=alone, args=(catalogue,))
        waiting.start()
        ledger.append(connection, action="a", subject="first", actor="z", details={}, moment=MOMENT)
    waiting.join()
    assert rules.opened == 1 and size(catalogue) == 2


def test_a_schema_that_this_program_does_not_know_is_not_written_to(catalogue: Catalogue) -> None:
    assert alone(catalogue) == 1
    with catalogue.engine.begin() as connection:
        name_oldest_reader(connection, "9999")
    with pytest.raises(PreserveError, match=r"catalogue\.newer"):
        alone(catalogue)
    assert size(catalogue) == 1


def test_what_went_elsewhere_is_not_told_as_done(catalogue: Catalogue, rules: _Asking) -> None:
    rules.moved = True
    with pytest.raises(MediumProblem, match=r"catalogue\.moved-meanwhile"):
        alone(catalogue)


def test_what_the_server_refuses_is_not_there_and_leaves_no_hole(catalogue: Catalogue, rules: _Asking) -> None:
    with pytest.raises(Refused, match=r"catalogue\.nul"):
        catalogue.append_alone(("", "\0"))
    asked, rules.question = rules.question, "SELECT 1 / (count(*) - 1) AS entries FROM ledger"
    assert alone(catalogue) == 1
    with pytest.raises(psycopg.errors.DivisionByZero):
        alone(catalogue)
    rules.question = asked
    assert alone(catalogue) == 2, "the next connection serves on"


def test_many_writers_leave_no_hole_and_no_double(catalogue: Catalogue) -> None:
    numbers: list[int] = []

    def write() -> None:
        for turn in range(5):
            if turn % 2:
                numbers.append(alone(catalogue))
                continue
            with catalogue.begin() as connection:
                numbers.append(ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 41))


def test_what_was_prepared_and_is_gone_is_prepared_again(catalogue: Catalogue) -> None:
    for number in range(1, 8):
        assert alone(catalogue) == number
        with pytest.raises(ZeroDivisionError), catalogue.begin() as connection:
            ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
            raise ZeroDivisionError


def test_a_connection_that_the_server_let_go_is_opened_anew(catalogue: Catalogue) -> None:
    assert alone(catalogue) == 1
    with catalogue.read() as connection:
        mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with replace(catalogue, engine=catalogue.place.engine()).read() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(%s)", (mine,))
    assert alone(catalogue) == 2


def test_who_waits_longer_than_anybody_may_is_told_so(catalogue: Catalogue) -> None:
    """Nothing is left of it on the server: the next has its turn at once."""
    with catalogue.locked() as connection:
        with catalogue.read() as waiting:
            waiting.exec_driver_sql("SET lock_timeout = 200")
            waiting.exec_driver_sql("COMMIT")  # kept by this connection, which is the next that is taken
        with pytest.raises(Busy, match=r"catalogue\.busy"):
            alone(catalogue)
        assert connection.exec_driver_sql("SELECT count(*) FROM ledger").scalar_one() == 0
    assert alone(catalogue) == 1
