"""Art. 16: dates that are still to come, by the archive's own clock and zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.unit.ingest.rules.test_life import Case, judged


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"closed": "2026-04-21"}, "error closed-in-future"),
        ({"closed": "2026-12-01"}, "error closed-in-future"),
        ({"stages": [{"stage": "归档", "start": "2026-04-20", "end": "2026-05-01"}]}, "error date-in-future"),
        ({"incidents": [{"incident": "其他", "when": "2026-04-21 00:30"}]}, "error date-in-future"),
    ],
)
def test_what_has_not_happened_is_not_filed(changes: dict[str, Any], expected: str) -> None:
    case = Case()
    case.content.update(changes)
    assert expected in judged(case)


def test_today_is_not_the_future() -> None:
    case = Case()
    case.content["closed"] = "2026-04-20"
    case.of("a1.mp4")["returned"] = "2026-04-20"
    case.of("a1.mp4")["late_storing_reason"] = "异地执法"
    assert judged(case) == []


@pytest.mark.parametrize("field", ["date", "returned"])
def test_a_file_of_tomorrow(field: str) -> None:
    case = Case()
    case.of("立案审批表.pdf")[field] = "2026-04-21"
    assert judged(case) == ["error date-in-future 立案审批表.pdf"]


def test_a_camera_whose_clock_runs_ahead_by_months() -> None:
    case = Case()
    case.add("b.mp4", 0, 60, stored="2026-03-05 09:00")
    case.started["b.mp4"] = datetime(2026, 11, 4, 10)
    assert "error recorded-in-future b.mp4" in judged(case)
    case.today = date(2026, 11, 5)
    assert "error recorded-in-future b.mp4" not in judged(case)
