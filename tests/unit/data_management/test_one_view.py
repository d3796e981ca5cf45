"""Readings of one request share a view of the catalogue, until somebody in it writes."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Connection, text

from preserve.data_management import one_view
from preserve.data_management.database import Catalogue


def count(catalogue: Catalogue) -> int:
    with catalogue.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM saved_searches")).scalar_one())


def write(catalogue: Catalogue, name: str) -> None:
    with catalogue.begin() as connection:
        connection.execute(
            text("INSERT INTO saved_searches (account, name, query, made) VALUES ('li', :name, '', '')"), {"name": name}
        )


def elsewhere(catalogue: Catalogue, name: str) -> None:
    writing = threading.Thread(target=write, args=(catalogue, name))
    writing.start()
    writing.join()


def test_all_of_it_is_of_one_moment(plain_catalogue: Catalogue) -> None:
    with plain_catalogue.together():
        assert count(plain_catalogue) == 0
        elsewhere(plain_catalogue, "a")
        assert count(plain_catalogue) == 0
    assert count(plain_catalogue) == 1


def test_who_writes_reads_what_was_written(plain_catalogue: Catalogue) -> None:
    with plain_catalogue.together():
        assert count(plain_catalogue) == 0
        write(plain_catalogue, "a")
        assert count(plain_catalogue) == 1
        elsewhere(plain_catalogue, "b")
        assert count(plain_catalogue) == 1


def test_who_reads_while_this_thread_writes_goes_on(plain_catalogue: Catalogue) -> None:
    with plain_catalogue.together(), plain_catalogue.read() as before:
        write(plain_catalogue, "a")
        assert before.execute(text("SELECT count(*) FROM saved_searches")).scalar_one() == 0
        assert count(plain_catalogue) == 1
    assert count(plain_catalogue) == 1


def test_other_threads_read_for_themselves(plain_catalogue: Catalogue) -> None:
    seen: list[int] = []
    with plain_catalogue.together():
        assert count(plain_catalogue) == 0
        elsewhere(plain_catalogue, "a")
        other = threading.Thread(target=lambda: seen.append(count(plain_catalogue)))
        other.start()
        other.join()
        assert count(plain_catalogue) == 0
    assert seen == [1]


@pytest.mark.sqlite
def test_a_view_in_which_something_failed_is_given_up(plain_catalogue: Catalogue) -> None:
    with plain_catalogue.together():
        with pytest.raises(Exception, match="no such table"), plain_catalogue.read() as connection:
            connection.execute(text("SELECT * FROM nowhere"))
        elsewhere(plain_catalogue, "a")
        assert count(plain_catalogue) == 1


def test_what_was_found_sound_is_kept_for_the_view_alone(plain_catalogue: Catalogue) -> None:
    asked: list[int] = []

    def ask(connection: Connection) -> int:
        def reading() -> int:
            asked.append(1)
            return len(asked)

        return one_view.known(connection, ("what",), reading)

    with plain_catalogue.together():
        for _ in range(2):
            with plain_catalogue.read() as connection:
                assert ask(connection) == 1
        write(plain_catalogue, "a")
        with plain_catalogue.read() as connection:
            assert ask(connection) == 2
    for expected in (3, 4):  # outside of any view each asks for itself
        with plain_catalogue.read() as connection:
            assert ask(connection) == expected


def test_no_connection_is_left_behind(plain_catalogue: Catalogue) -> None:
    for number in range(50):
        with plain_catalogue.together():
            count(plain_catalogue)
            write(plain_catalogue, str(number))
            count(plain_catalogue)
    assert plain_catalogue.engine.pool.status().endswith("Current Checked out connections: 0")
