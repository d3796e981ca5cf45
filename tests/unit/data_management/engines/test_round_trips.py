"""What a write transaction on PostgreSQL asks for in one round trip: its lock, the first questions, an entry."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from preserve.data_management import ledger
from preserve.data_management.database import Catalogue
from preserve.data_management.engines import round_trips
from preserve.errors import Busy, Refused
from tests.support.lone_entries import MOMENT, alone, catalogue, size

__all__ = ["catalogue"]


@dataclass
class _Asking:
    """Rules that ask how long the ledger is, and refuse where a test wants it."""

    question: str = "SELECT count(*) FROM ledger"
    refuse: bool = False
    seen: int = -1

    def alone(self) -> None:
        """What stands alone goes the way of the others."""

    def written(self, number: int) -> None:
        pass

    def before(self) -> None:
        pass

    def opening(self, connection: Connection) -> None:
        said = round_trips.answer(connection)
        assert said is not None
        (self.seen,) = said
        if self.refuse:
            raise Busy("catalogue.busy", "")

    def closing(self, connection: Connection) -> None:
        pass


@pytest.fixture
def rules() -> _Asking:
    return _Asking()


def test_what_is_asked_is_newer_than_the_lock_and_older_than_the_entry(catalogue: Catalogue, rules: _Asking) -> None:
    with catalogue.begin() as connection:
        waiting = threading.Thread(target=alone, args=(catalogue,))
        waiting.start()
        ledger.append(connection, action="a", subject="first", actor="z", details={}, moment=MOMENT)
    waiting.join()
    assert rules.seen == 1 and size(catalogue) == 2


def test_an_entry_that_is_refused_is_not_there(catalogue: Catalogue, rules: _Asking) -> None:
    rules.refuse = True
    with pytest.raises(Busy):
        alone(catalogue)
    rules.refuse = False
    assert alone(catalogue) == 1, "and leaves no hole"


def test_an_answer_is_of_this_transaction_alone(catalogue: Catalogue, rules: _Asking) -> None:
    alone(catalogue)
    with replace(catalogue, rules=None).begin() as connection:
        assert round_trips.answer(connection) is None
        assert round_trips.number_of(connection) is None
    with catalogue.begin() as connection:
        assert rules.seen == 1 and round_trips.number_of(connection) is None
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
        number = round_trips.number_of(connection)
        asked = "SELECT pg_current_xact_id_if_assigned()::text"
        assert number is not None and number[0].number == connection.exec_driver_sql(asked).scalar_one()


def test_after_a_statement_that_failed_there_is_no_number_to_commit_by(catalogue: Catalogue) -> None:
    with pytest.raises(DBAPIError), catalogue.begin() as connection:
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
        with pytest.raises(DBAPIError):
            connection.exec_driver_sql("SELECT nothing FROM nowhere")
        assert round_trips.number_of(connection) is None
    assert size(catalogue) == 0


def test_an_entry_that_fails_is_told_as_other_statements_are(catalogue: Catalogue) -> None:
    with pytest.raises(Refused, match=r"catalogue\.nul"), catalogue.begin() as connection:
        round_trips.append(connection, "\0", "")
    assert alone(catalogue) == 1, "the connection serves on"


def test_what_was_prepared_and_is_gone_is_prepared_again(catalogue: Catalogue) -> None:
    for number in range(1, 8):
        assert alone(catalogue) == number
        with pytest.raises(ZeroDivisionError), catalogue.begin() as connection:
            ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
            raise ZeroDivisionError


@pytest.mark.parametrize("every", [1, 2, 3, 5])
def test_what_is_gone_is_found_out_in_any_order(catalogue: Catalogue, rules: _Asking, every: int) -> None:
    """Of several questions some are found gone when others have been prepared again: no name is there twice."""
    for step in range(24):
        rules.question = f"SELECT count(*) + {1000 * (step % 3)} FROM ledger"
        with catalogue.begin():
            assert rules.seen == 1000 * (step % 3)
        if step % every == 0:
            with pytest.raises(ZeroDivisionError), catalogue.begin() as connection:
                ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
                raise ZeroDivisionError
