"""Cases checked before they are taken in: each has its outcome and reports, and one bad case keeps none from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import Conflict
from preserve.home import Home
from preserve.ingest.compliance import REPORTS
from preserve.ingest.preflight import look_all
from preserve.progress import Silent
from preserve.settings import Settings
from tests.support.tiny_case import write_case


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home", Settings(archive_id="01", institution="某局"))


def test_each_case_has_its_outcome_in_the_order_given(home: Home, tmp_path: Path) -> None:
    good, bad = write_case(tmp_path / "good"), write_case(tmp_path / "bad", acceptances=[])
    (tmp_path / "empty").mkdir()
    paths = [bad, tmp_path / "empty", tmp_path / "absent", good]
    looked = list(look_all(home, paths, None, 1, Silent()))
    assert [case.path for case in looked] == paths
    assert [case.refused.code if case.refused else "" for case in looked] == [
        "sip.unexplained",
        "sip.empty",
        "sip.none",
        "",
    ]
    assert [case.row.verdict for case in looked] == ["error", "refuse", "refuse", "explained"]
    assert (looked[3].kind, looked[3].files) == ("folder", 3)
    assert looked[3].needed > looked[3].size > 0
    assert [finding.code for finding in looked[1].row.findings] == ["sip.empty"]


def test_reports_of_cases_with_one_name_are_kept_apart(home: Home, tmp_path: Path) -> None:
    paths = [write_case(tmp_path / part / "案") for part in ("一", "二")]
    reports = tmp_path / "reports"
    list(look_all(home, paths, reports, 1, Silent()))
    assert {path.name for path in reports.iterdir()} == {f"{own}.{name}" for own in ("案", "案-2") for name in REPORTS}


def test_nothing_is_looked_at_where_a_report_would_be_written_over(home: Home, tmp_path: Path) -> None:
    case = write_case(tmp_path / "案")
    reports = tmp_path / "reports"
    list(look_all(home, [case], reports, 1, Silent()))
    earlier = (reports / f"案.{REPORTS[0]}").read_bytes()
    with pytest.raises(Conflict):
        list(look_all(home, [write_case(tmp_path / "另"), case], reports, 1, Silent()))
    assert not [path for path in reports.iterdir() if path.name.startswith("另")]
    (case / "笔录.txt").unlink()
    (looked,) = look_all(home, [case], reports, 1, Silent(), replace=True)
    assert looked.refused is not None
    assert (reports / f"案.{REPORTS[0]}").read_bytes() == earlier, "a case that cannot be read leaves no report"


def test_several_at_once_find_the_same_as_one_by_one(home: Home, tmp_path: Path) -> None:
    paths = [write_case(tmp_path / "a"), write_case(tmp_path / "b", acceptances=[]), tmp_path / "absent"]
    alone = list(look_all(home, paths, None, 1, Silent()))
    together = list(look_all(home, paths, None, 2, Silent()))
    assert [case.row for case in together] == [case.row for case in alone]
    assert [str(case.refused) for case in together] == [str(case.refused) for case in alone]


def test_nothing_of_the_case_is_changed(home: Home, tmp_path: Path) -> None:
    case = write_case(tmp_path / "案")
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in case.iterdir()}
    list(look_all(home, [case], tmp_path / "reports", 1, Silent()))
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in case.iterdir()} == before
