"""Folders that wait: which there are, and that their day is the one that the rule and the report say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from preserve.home import Home, Settings
from preserve.ingest.waiting import cases_in, deadlines
from tests.support.tiny_case import write_case


def test_an_inspection_waits_from_its_end_and_a_penalty_from_its_closing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", Settings(archive_id="01", institution="某局"))
    stages = [{"stage": "investigation", "start": "2026-09-08", "end": "2026-09-11"}]
    for number, kind in enumerate(("inspection", "penalty")):
        write_case(
            tmp_path / "deposits" / kind,
            case_number=f"临〔2026〕{number}号",
            case_type=kind,
            start="2026-09-08",
            closed="2026-10-30",
            stages=stages,
        )
    (tmp_path / "deposits" / "empty").mkdir()
    assert [path.name for path in cases_in(tmp_path / "deposits", home)] == ["inspection", "penalty"]
    inspection, penalty = deadlines(home, [tmp_path / "deposits"], date(2026, 11, 28))
    assert (inspection.closed, inspection.due, inspection.standing) == (date(2026, 9, 11), date(2026, 10, 29), "late")
    assert (penalty.closed, penalty.due, penalty.standing) == (date(2026, 10, 30), date(2026, 12, 11), "in-time")
    assert inspection.days == 21
