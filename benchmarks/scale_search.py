"""Very many cases over a PostgreSQL server of the run's own: words against 100 ms, cold included, and pages of the web.

`BENCHMARK_CASES=1000000` sets the number; a million takes a quarter of an hour to fill, and 35 GB.
"""

from __future__ import annotations

import os
import time

from benchmarks import filling, search, web
from benchmarks.chinese_cases import Made
from benchmarks.measure import row, scratch
from preserve.administration.appointing import add_person
from preserve.administration.duties import Role
from preserve.administration.passwords import set_password
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management import search as room
from preserve.data_management.archive import Archive
from preserve.data_management.database import Catalogue
from preserve.data_management.engines.postgresql import PostgresqlSchema
from tests.support import postgresql
from tests.support.machines import DURABLE
from tests.support.people import staffed
from tests.support.small_case import ingest, small_case
from tests.support.web import CASE_NUMBER, PASSWORD, start

COUNT = int(os.environ.get("BENCHMARK_CASES", "100000"))


def main() -> list[str]:
    """Rows for every question asked for the first time, for each sort of question again, and for pages and searches."""
    with scratch() as folder:
        server = postgresql.start(None, *DURABLE, *filling.SETTINGS)
        archive = None
        try:
            archive = staffed(folder / "home", server.make_database("found"))
            return _rows(archive)
        finally:
            if archive is not None:
                archive.close()
            server.stop()


def _rows(archive: Archive) -> list[str]:
    place = archive.catalogue.place
    assert isinstance(place, PostgresqlSchema)
    some = filling.fill(place, COUNT)
    rows = [_cold(archive.catalogue, some)]
    for sort, asked in search.questions(some).items():
        median, slow, _ = search.measure(archive.catalogue, asked)
        what, seen = f"PostgreSQL, {COUNT:,} cases: {sort} ({len(asked)})", f"median {median:.1f} ms"
        bound = slow <= search.BOUND
        rows.append(row(what, seen, f"95th percentile {slow:.1f} ms", f"{slow / search.BOUND:.2f}", "≤ 100 ms", bound))
    return [*rows, *_pages(archive, place)]


def _pages(archive: Archive, place: PostgresqlSchema) -> list[str]:
    """Lists and searches at a door over this catalogue, as `web` has them over a file's."""
    case = archive.home.path.parent / "case"
    case.mkdir()
    filling.imitate(place, ingest(archive, small_case(case, CASE_NUMBER)).objid)
    security = Person("security", "某security", frozenset({Role.SECURITY_ADMINISTRATOR}))
    given = {"person": "某archivist", "roles": [Role.ARCHIVIST.value], "os_user": ""}
    first = add_person(archive.catalogue, "archivist", **given, actor=security, moment=now())  # type: ignore[arg-type]
    set_password(archive.catalogue, "archivist", first, PASSWORD, now())
    served = start(archive.home.path, "--no-worker")
    try:
        return web.lists(served, f"{COUNT:,} cases on PostgreSQL")
    finally:
        served.stop()


def _cold(catalogue: Catalogue, some: list[Made]) -> str:
    """Each question for the first time, by a server that has just filled its tables and has most of them on disk."""
    times = []
    for asked in search.questions(some).values():
        for words, filters in asked:
            began = time.perf_counter()
            with catalogue.read() as connection:
                room.find(connection, words, filters)
            times.append(1000 * (time.perf_counter() - began))
    times.sort()
    slow = times[int(len(times) * 0.95)]
    what = f"PostgreSQL, {COUNT:,} cases: every question for the first time ({len(times)})"
    seen = f"median {times[len(times) // 2]:.1f} ms"
    told = f"95th percentile {slow:.1f} ms"
    return row(what, seen, told, f"{slow / search.BOUND:.2f}", "≤ 100 ms", slow <= search.BOUND)


if __name__ == "__main__":
    print("\n".join(main()))
