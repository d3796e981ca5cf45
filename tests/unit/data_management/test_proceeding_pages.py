"""Lists of proceedings go on where a page ended, in their order, and a page costs the same in an old archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.proceeding_pages import Wanted, page
from preserve.data_management.proceedings import ProceedingRow
from preserve.data_management.tables import proceeding_cases, proceedings
from preserve.errors import UsageError
from tests.support.counted import steps

OPEN = ("opened", "examined", "approved")


def _filled(path: Path, count: int) -> Catalogue:
    """So many requests that ended, and beside them twelve that wait, of which two are urgent; and as many holds."""
    catalogue = create_catalogue(path)
    rows, about = [], []
    for place in range(count + 12):
        state = OPEN[place % 3] if place >= count else "received"
        number = f"{2000 + place // 1000}-{place % 1000:04}"
        common = {"state": state, "opened": f"{place:06}", "about": "court", "steps": 1, "sha256": "0" * 64}
        due = f"2026-{1 + (place * 7) % 12:02}-10"
        urgent = place - count in (3, 8)
        rows.append({**common, "number": number, "kind": "request", "due": due, "urgent": urgent})
        rows.append({**common, "number": f"H{number}", "kind": "hold", "due": "", "urgent": False})
        about.append({"objid": f"aip-{place}", "number": number, "place": 0})
    with catalogue.begin() as connection:
        connection.execute(proceedings.insert(), rows)
        connection.execute(proceeding_cases.insert(), about)
    return catalogue


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    made = _filled(tmp_path_factory.mktemp("pages") / "c.sqlite", 50)
    yield made
    made.close()


def _all(catalogue: Catalogue, wanted: Wanted, size: int) -> list[ProceedingRow]:
    """Every page after the other; what is told to follow is what does."""
    found: list[ProceedingRow] = []
    left: list[int] = []
    after = ""
    while True:
        with catalogue.read() as connection:
            rows, more = page(connection, wanted, after, size)
        found += rows
        left.append(more + len(found))
        if not more:
            assert set(left) == {len(found)}
            return found
        after = wanted.key_of(rows[-1])


@pytest.mark.parametrize("size", [1, 5, 12, 100])
def test_what_waits_comes_by_urgency_and_day(catalogue: Catalogue, size: int) -> None:
    rows = _all(catalogue, Wanted("request", OPEN, waiting=True), size)
    assert len(rows) == 12 and [row.urgent for row in rows] == [True] * 2 + [False] * 10
    assert rows == sorted(rows, key=lambda row: (not row.urgent, row.due, row.number))
    assert all(len(row.cases) == 1 for row in rows)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_all_of_a_kind_come_the_newest_first(catalogue: Catalogue, size: int) -> None:
    rows = _all(catalogue, Wanted("request"), size)
    assert [row.number for row in rows] == sorted((row.number for row in rows), reverse=True) and len(rows) == 62
    assert {row.kind for row in _all(catalogue, Wanted("hold"), size)} == {"hold"}


def test_days_states_and_numbers_narrow_it(catalogue: Catalogue) -> None:
    late = _all(catalogue, Wanted("request", OPEN, before="2026-06-01", waiting=True), 2)
    assert late and all(row.due < "2026-06-01" and row.state in OPEN for row in late)
    assert {row.state for row in _all(catalogue, Wanted("request", ("received",)), 9)} == {"received"}
    mine = [late[0].number, "2000-0001", "1999-0001"]
    assert {row.number for row in _all(catalogue, Wanted("request", numbers=mine), 1)} == set(mine[:2])
    assert _all(catalogue, Wanted("request", numbers=()), 5) == []


@pytest.mark.parametrize("after", ["x", "2//", "0/2026", "/2026-01-01/1"])
def test_a_place_that_is_none_is_refused(catalogue: Catalogue, after: str) -> None:
    with pytest.raises(UsageError, match=r"catalogue\.key-wrong"), catalogue.read() as connection:
        page(connection, Wanted("request", OPEN, waiting=True), after, 5)


def test_a_page_costs_the_same_whatever_ended_before(tmp_path: Path) -> None:
    counted: dict[int, list[int]] = {}
    for count in (300, 3_000):
        catalogue = _filled(tmp_path / f"{count}.sqlite", count)
        with catalogue.read() as connection:
            counted[count] = [
                steps(connection, lambda wanted=wanted, after=after: page(connection, wanted, after, 10, 20))
                for wanted, after in (
                    (Wanted("request", OPEN, waiting=True), ""),
                    (Wanted("request", OPEN, waiting=True), "1/2026-03-10/2000-0001"),
                    (Wanted("request"), ""),
                    (Wanted("request"), "2000-0200"),
                )
            ]
        catalogue.close()
    for small, large in zip(counted[300], counted[3_000], strict=True):
        assert large <= 1.2 * small + 5, counted
