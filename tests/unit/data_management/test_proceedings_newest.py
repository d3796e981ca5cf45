"""Lists of proceedings are bounded: the newest are listed, and how many older ones there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.data_management import proceedings
from preserve.data_management.tables import proceeding_cases
from preserve.data_management.tables import proceedings as table
from tests.support.catalogues import new_catalogue


@pytest.mark.parametrize(
    ("states", "most", "listed", "older"),
    [
        ((), 10, ["D2026-0001", "D2026-0002", "D2026-0003"], 0),
        ((), 2, ["D2026-0002", "D2026-0003"], 1),
        (("executed",), 1, ["D2026-0003"], 1),
        (("proposed",), 5, ["D2026-0002"], 0),
        (("withdrawn",), 5, [], 0),
    ],
)
def test_the_newest_are_listed(
    tmp_path: Path, states: tuple[str, ...], most: int, listed: list[str], older: int
) -> None:
    catalogue = new_catalogue(tmp_path / "c.sqlite")
    rows = [(1, "disposal", "executed"), (2, "disposal", "proposed"), (3, "disposal", "executed"), (4, "hold", "added")]
    common = {"about": "chen", "due": "", "urgent": False, "steps": 1, "sha256": "0" * 64}
    with catalogue.begin() as connection:
        for number, kind, state in rows:
            name = f"{kind[0].upper()}2026-{number:04}"
            own = {"number": name, "kind": kind, "state": state, "opened": f"2026-01-0{number}T00:00:00Z"}
            connection.execute(table.insert(), {**common, **own})
            connection.execute(proceeding_cases.insert(), {"objid": "aip-1", "number": name, "place": 0})
    with catalogue.read() as connection:
        found, count = proceedings.newest(connection, "disposal", states, most)
    catalogue.close()
    assert [row.number for row in found] == listed and count == older
    assert all(row.cases == ("aip-1",) for row in found)
