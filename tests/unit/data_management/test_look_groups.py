"""Looks of many threads share commits, each is there once before it is shown, and a failing disk shows nothing."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from preserve.administration.duties import Duty
from preserve.administration.founding import found as found_archive
from preserve.data_management import look_groups, looks, looks_sealing
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.look_groups import Seen
from preserve.errors import NotPermitted, PreserveError
from preserve.home import Home

MOMENT = datetime(2026, 12, 11, 8, tzinfo=UTC)
MANY = 50


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return found_archive(
        tmp_path / "home", institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh"
    ).home


@pytest.fixture
def catalogue(home: Home) -> Iterator[Catalogue]:
    opened = open_catalogue(home)
    yield opened
    opened.close()


def seen(actor: str) -> Seen:
    return Seen("case.viewed", "s", actor, {"what": "catalogue"}, MOMENT)


def actors(home: Home) -> list[str]:
    """Read by a connection of its own: what is durable, not what is under way."""
    other = open_catalogue(home)
    with other.read() as connection:
        found = [look.actor for look in looks.entries(connection)]
    other.close()
    return found


def commits(catalogue: Catalogue) -> list[int]:
    counted: list[int] = []
    event.listen(catalogue.engine, "commit", lambda connection: counted.append(1))
    return counted


def test_who_is_alone_commits_at_once_and_the_store_has_the_checkpoint(home: Home, catalogue: Catalogue) -> None:
    for number in range(2):
        assert look_groups.record(home, catalogue, seen(f"p{number}")) is None
        assert actors(home) == [f"p{before}" for before in range(number + 1)]
        head = looks_sealing.read_head(looks_sealing.head_file(home))
        assert head is not None and head.size == number + 1


def test_fifty_threads_are_each_seen_once_in_fewer_commits(home: Home, catalogue: Catalogue) -> None:
    counted = commits(catalogue)
    begin = threading.Barrier(MANY)

    def look(number: int) -> bool:
        begin.wait()
        look_groups.record(home, catalogue, seen(f"p{number}"))
        with catalogue.read() as connection:  # what would be shown now
            return any(one.actor == f"p{number}" for one in looks.entries(connection))

    with ThreadPoolExecutor(MANY) as pool:
        assert all(pool.map(look, range(MANY)))
    assert Counter(actors(home)) == Counter(f"p{number}" for number in range(MANY))
    writes = sum(counted) - MANY  # each thread read once
    assert writes < MANY


def test_who_may_not_is_refused_alone(home: Home, catalogue: Catalogue) -> None:
    begin = threading.Barrier(10)

    def refuse(connection: Connection) -> None:
        raise NotPermitted("people.not-permitted", "show", duty=Duty.FIND.value)

    def look(number: int) -> str:
        begin.wait()
        check = refuse if number == 3 else lambda connection: None
        try:
            look_groups.record(home, catalogue, Seen("case.viewed", "s", f"p{number}", {}, MOMENT, check))
        except NotPermitted:
            return "refused"
        return "shown"

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(look, range(10)))
    assert outcomes == ["shown"] * 3 + ["refused"] + ["shown"] * 6
    assert sorted(actors(home)) == [f"p{number}" for number in range(10) if number != 3]


@pytest.mark.sqlite
def test_a_disk_that_fails_refuses_everybody_and_the_next_look_is_recorded(home: Home, catalogue: Catalogue) -> None:
    begin = threading.Barrier(10)
    pages: list[int] = []

    @event.listens_for(catalogue.engine, "begin")
    def full(connection: Connection) -> None:
        """No page more than there are."""
        used = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={used if not pages else pages[0]}")

    def look(number: int) -> str:
        begin.wait()
        big = Seen("case.viewed", "s", f"p{number}", {"what": "x" * 100_000}, MOMENT)
        try:
            look_groups.record(home, catalogue, big)
        except PreserveError as error:
            return error.code
        return "shown"

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(look, range(10))) == ["catalogue.medium"] * 10
    assert actors(home) == []
    pages.append(1_000_000)
    assert look_groups.record(home, catalogue, seen("li")) is None
    assert actors(home) == ["li"]


def test_a_store_that_is_not_there_is_told_and_the_look_stands(home: Home, catalogue: Catalogue) -> None:
    look_groups.record(home, catalogue, seen("li"))
    file = looks_sealing.head_file(home)
    file.unlink()
    file.mkdir()  # nothing can be written under its name
    failed = look_groups.record(home, catalogue, seen("wu"))
    assert failed is not None
    assert actors(home) == ["li", "wu"]
    file.rmdir()
    assert look_groups.record(home, catalogue, seen("li")) is None
    head = looks_sealing.read_head(file)
    assert head is not None and head.size == 3


def test_whoever_leads_and_is_stopped_leaves_the_others_to_go_on(home: Home, catalogue: Catalogue) -> None:
    def stop(connection: Connection) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look_groups.record(home, catalogue, Seen("case.viewed", "s", "li", {}, MOMENT, stop))
    assert look_groups.record(home, catalogue, seen("wu")) is None
    assert actors(home) == ["wu"]
