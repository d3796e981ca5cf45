"""What falls due in the next months, what is due already included, earliest first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from preserve.administration.founding import found
from preserve.administration.retention.notice import falling_due, months_on
from preserve.clock import now
from preserve.data_management import retention_index
from preserve.data_management.archive import open_archive
from preserve.data_management.retention_index import RetentionRow


def test_what_falls_due_within_some_months(tmp_path: Path) -> None:
    home = found(
        tmp_path / "home", institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh"
    ).home
    archive = open_archive(home.path)
    today = archive.today()
    days = {"aip-3": today.replace(year=today.year - 3).isoformat(), "aip-1": months_on(today, 6).isoformat()}
    days |= {"aip-2": months_on(today, 60).isoformat(), "aip-4": "permanent"}
    with archive.catalogue.begin() as connection:
        for objid, day in days.items():
            due = None if day == "permanent" else day
            retention_index.replace(connection, objid, [RetentionRow(objid, "", "{}", "case", day, "", due)])
    with archive.catalogue.read() as connection:
        soon = falling_due(home, connection, 6, now())
        assert [(thing.objid, thing.due) for thing in soon] == [("aip-3", days["aip-3"]), ("aip-1", days["aip-1"])]
        assert [thing.objid for thing in falling_due(home, connection, 120, now())] == ["aip-3", "aip-1", "aip-2"]
        assert [thing.objid for thing in falling_due(home, connection, 0, now())] == ["aip-3"]
    archive.close()


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(0, 1200))
def test_so_many_months_on_is_the_same_day_or_the_last_of_that_month(day: date, months: int) -> None:
    later = months_on(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and months_on(later, 1).day == later.day)


def test_the_end_of_february() -> None:
    assert months_on(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_on(date(2028, 1, 31), 1) == date(2028, 2, 29)
