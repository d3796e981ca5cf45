"""A delivery whose attempt was taken for dead and goes on: what it handed over is the next attempt's by then."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import psycopg
import pytest

from preserve.access.dip import handing
from preserve.access.dip.assembling import Handover, deliver
from preserve.administration.duties import Role
from preserve.errors import Busy
from preserve.progress import Silent
from tests.support import postgresql
from tests.support.asking import Counter, counter_of
from tests.support.on_postgresql import server, staffed_on
from tests.support.people import entries
from tests.support.tiny_case import write_case

__all__ = ["server"]


@pytest.fixture
def counter(tmp_path: Path, server: postgresql.Server) -> Iterator[Counter]:
    archive = staffed_on(server, tmp_path, signs=True, wu=Role.ARCHIVIST, wang=Role.EXAMINER, head=Role.HEAD)
    write_case(tmp_path / "case")
    yield counter_of(archive, tmp_path, "wu")
    archive.close()


class TakenOver(Silent):
    """Does something when the first bytes are written where the delivery is handed over."""

    def __init__(self, out: Path, what: Callable[[], object]) -> None:
        super().__init__()
        self._out, self._what = out, what

    def __call__(self, moved: int, files: int = 0) -> None:
        if list(self._out.glob(".*.part")):
            self._what()


def test_a_late_attempt_hands_over_nothing_and_takes_back_nothing(
    counter: Counter, server: postgresql.Server, tmp_path: Path
) -> None:
    number = counter.approved().number
    out = tmp_path / "out"
    database, _, schema = counter.archive.catalogue.place.name.rpartition("/")[2].partition("#")
    late = TakenOver(out, lambda: server.ask(f"UPDATE {schema}.leases SET holder = 'another'", database))
    with pytest.raises(Busy, match=r"lease\.lost"):
        deliver(counter.actor(), number, Handover(out, "zip"), late)
    assert not out.exists() and handing.noted(counter.archive.home, number) is not None
    server.ask(f"DELETE FROM {schema}.leases", database)
    done = deliver(counter.actor(), number, Handover(out, "zip"), Silent())
    assert [*out.iterdir()] == [done.place] and zipfile.ZipFile(done.place).testzip() is None
    assert handing.noted(counter.archive.home, number) is None
    assert len(entries(counter.archive, "request.delivered")) == 1


def test_one_that_wakes_up_before_it_began_clears_away_nothing_of_the_next(
    counter: Counter, server: postgresql.Server, tmp_path: Path
) -> None:
    number = counter.approved().number
    database, _, schema = counter.archive.catalogue.place.name.rpartition("/")[2].partition("#")
    building = counter.archive.home.work / f"request-{number}.building"
    with ThreadPoolExecutor(1) as thread:
        with psycopg.connect(server.url(database)) as others:
            others.execute(f"LOCK TABLE {schema}.proceedings")
            late = thread.submit(
                copy_context().run, deliver, counter.actor(), number, Handover(tmp_path / "out"), Silent()
            )
            taken = f"UPDATE {schema}.leases SET holder = 'another' WHERE name LIKE '%request-{number}%' RETURNING 1"
            while not others.execute(taken).fetchall():
                assert not late.done(), late.result()
            (building / "dip-of-the-next").mkdir(parents=True)
        with pytest.raises(Busy, match=r"lease\.lost"):
            late.result()
    assert [each.name for each in building.iterdir()] == ["dip-of-the-next"]
