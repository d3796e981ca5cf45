"""What finding and listing cost in an archive of any age: instructions of SQLite's machine, counted at two sizes."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.data_management import (
    cases,
    copy_counts,
    disposal_holds,
    holdings,
    journal,
    log_search,
    proceedings,
    retention_index,
    standings,
    versions,
)
from preserve.data_management.database import Catalogue
from tests.support.catalogues import new_catalogue

pytestmark = pytest.mark.sqlite

SMALL, LARGE = 400, 4_000
_MIDDLE = SMALL // 2


def _objid(number: int) -> str:
    return f"aip-{number:026d}"


def _filled(path: Path, count: int) -> Catalogue:
    """So many cases, all of one shape; ten are due, three ingests are not done, however many there are."""
    catalogue = new_catalogue(path)
    day = "2026-01-31T00:00:00Z"
    with catalogue.begin() as connection:
        put = connection.exec_driver_sql
        put("INSERT INTO media VALUES ('m', 'drive', 'm', '/m', 'in use', '2026', '', '', 0, NULL, '{}')")
        for number in range(count):
            objid, name = _objid(number), f"{_objid(number)}_v0001"
            row = (
                objid,
                f"案{number:06}号",
                f"档{number:06}",
                "t",
                "penalty",
                "",
                "p",
                "internal",
                None,
                day[:10],
                0,
                "{}",
            )
            put(f"INSERT INTO cases VALUES ({', '.join('?' * 12)})", row)
            put("INSERT INTO versions VALUES (?, 1, ?, ?, 3, 9, '')", (objid, name, day))
            put("INSERT INTO copies VALUES (?, 'm', ?, 1, 'verified', ?, ?, 1, 1, '')", (name, objid, day, day))
            due = "2020-01-01" if number < 10 else "2056-01-01"
            put("INSERT INTO retention VALUES (?, '', '{}', 'r', ?, '', ?)", (objid, due, due))
            state = "refused" if number < 3 else "done"
            ingest = (f"{number:026}", objid, row[1], state, day)
            put("INSERT INTO ingests VALUES (?, ?, ?, '', 'folder', '', ?, '', '', '{}', '[]', ?, NULL, '')", ingest)
            asked = (f"2020-{number:06}", day, "0" * 64)
            put("INSERT INTO proceedings VALUES (?, 'request', 'returned', ?, 'court', '2020-01-16', 0, 1, ?)", asked)
            put("INSERT INTO proceeding_cases VALUES (?, ?, 0)", (objid, asked[0]))
    return catalogue


class _Counted:
    """A catalogue, and how many instructions a question of it took."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __call__(self, ask: Callable[[Connection], object]) -> int:
        steps = 0

        def stepped() -> int:
            nonlocal steps
            steps += 1
            return 0

        with self.catalogue.read() as connection:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            ask(connection)  # once before, for what is read of the schema
            raw.set_progress_handler(stepped, 1)
            ask(connection)
            raw.set_progress_handler(None, 0)
        return steps


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[_Counted, _Counted]]:
    folder = tmp_path_factory.mktemp("growth")
    catalogues = [_filled(folder / f"{count}.sqlite", count) for count in (SMALL, LARGE)]
    yield _Counted(catalogues[0]), _Counted(catalogues[1])
    for catalogue in catalogues:
        catalogue.close()


PAGE = [_objid(number) for number in range(50)]
CONSTANT: dict[str, Callable[[Connection], object]] = {
    "find by objid": lambda c: cases.find_case(c, _objid(_MIDDLE)),
    "find by package": lambda c: cases.find_case(c, f"{_objid(_MIDDLE)}_v0001"),
    "find by number": lambda c: cases.find_case(c, f"案{_MIDDLE:06}号"),
    "find by archival number": lambda c: cases.find_case(c, f"档{_MIDDLE:06}"),
    "find nothing": lambda c: cases.find_case(c, "无此案"),
    "page of cases": lambda c: cases.list_cases(c, limit=50),
    "page of cases in the middle": lambda c: cases.list_cases(c, after=f"案{_MIDDLE:06}号", limit=50),
    "versions of one case": lambda c: versions.with_cases(c, f"案{_MIDDLE:06}号"),
    "page of versions": lambda c: versions.with_cases(c, limit=50),
    "page of versions in the middle": lambda c: versions.with_cases(c, after=f"{_objid(_MIDDLE)}_v0001", limit=50),
    "copies of a page": lambda c: holdings.copies_of_many(c, PAGE),
    "page of a medium": lambda c: holdings.copies_on(c, "m", limit=50),
    "page of periods": lambda c: retention_index.cases_after(c, "", 50),
    "what is due": lambda c: retention_index.due_by(c, "", "2026-12-31"),
    "how much is due": lambda c: retention_index.count_due(c, "", "2026-12-31"),
    "newest holds": lambda c: proceedings.newest(c, "hold", ("added",), 50),
    "what stands against a page": lambda c: disposal_holds.blocks_of(c, PAGE),
    "how often a page was asked for": lambda c: disposal_holds.uses_of(c, PAGE),
    "the live ingest of a case": lambda c: journal.live(c, f"案{_MIDDLE:06}号"),
    "the ingest of a case": lambda c: journal.of_case(c, _objid(_MIDDLE)),
    "cases that follow": lambda c: cases.count_cases(c, after="a", most=100),
    "versions that follow": lambda c: versions.count_after(c, f"{_objid(0)}_v0001", 100),
    "periods that follow": lambda c: retention_index.count_cases_after(c, "a", 100),
    "copies in trouble": lambda c: standings.copies_in(c, ("suspect", "lost"), 100),
    "number of copies in trouble": lambda c: holdings.count_in(c, ("suspect", "lost")),
    "years of packages": lambda c: standings.years(c),
    "what was ever done": lambda c: log_search.actions(c),
    "unfinished ingests": lambda c: journal.unfinished(c, newest=100),
}
COUNTED: dict[str, tuple[int, Callable[[Connection], object]]] = {
    "copies by medium": (14, lambda c: holdings.count_by_medium(c, ["verified", "due"])),
    "outcomes of the rules": (1, lambda c: retention_index.counts(c)),
    "due of a medium": (18, lambda c: copy_counts.waiting_on(c, "m", "2026", "2027")),
}


@pytest.mark.parametrize("what", CONSTANT)
def test_it_costs_the_same_among_ten_times_as_many_cases(sizes: tuple[_Counted, _Counted], what: str) -> None:
    small, large = (count(CONSTANT[what]) for count in sizes)
    assert large <= 1.1 * small + 20, (what, small, large)


@pytest.mark.parametrize("what", COUNTED)
def test_a_number_that_is_counted_costs_little_for_each_case(sizes: tuple[_Counted, _Counted], what: str) -> None:
    each, ask = COUNTED[what]
    small, large = (count(ask) for count in sizes)
    assert large - small <= each * (LARGE - SMALL), (what, (large - small) / (LARGE - SMALL))
