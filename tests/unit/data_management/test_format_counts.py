"""Sums over formats count the newest versions alone, and leave out what a policy tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.data_management import format_counts, migrations_journal
from preserve.data_management.format_counts import FormatSum, Sum
from preserve.data_management.package_index import index_package
from tests.support.little_packages import MP4, OBJID, ORIGINALS, object_of, write_package

OTHER = "aip-01hzzzzzzzzzzzzzzzzzzzzzzy"
POLICY = "p1"


@pytest.fixture
def entered(connection: Connection, tmp_path: Path) -> Connection:
    """A case in two versions, of which the second has a recording less; and a case with two recordings."""
    index_package(connection, write_package(tmp_path))
    index_package(connection, write_package(tmp_path, version=2, originals=ORIGINALS[:1]))
    recordings = [object_of("r1", "data/1.mp4", 40, format_=MP4), object_of("r2", "data/2.mp4", 2, format_=MP4)]
    index_package(connection, write_package(tmp_path, objid=OTHER, case_number="2号", originals=recordings))
    return connection


def _numbers(connection: Connection, puid: str) -> list[int]:
    return [number for number, kind in format_counts.kinds(connection).items() if kind.puid == puid]


def test_formats_of_newest_versions(entered: Connection) -> None:
    rows = {row.puid: row for row in format_counts.by_format(entered)}
    assert rows["fmt/199"] == FormatSum("original", "fmt/199", "MPEG-4", "", 1, 2, 42)
    assert (rows["x-fmt/111"].cases, rows["x-fmt/111"].files) == (1, 1)
    assert [(row.signatures, row.cases, row.files) for row in format_counts.by_signatures(entered)] == [("", 2, 3)]


def test_a_policy_touches_what_is_left_of_a_kind(entered: Connection) -> None:
    recordings = _numbers(entered, "fmt/199")
    assert format_counts.touched(entered, recordings, POLICY, again=False) == {recordings[0]: Sum(2, 42, 0)}
    assert format_counts.touched_packages(entered, recordings, POLICY, again=False) == (1, 42)
    assert format_counts.touched_cases(entered, recordings, POLICY, 10, again=False) == [OTHER]
    assert format_counts.touched_cases(entered, recordings, POLICY, 10, again=False, after=OTHER) == []


def test_what_was_tried_is_left_alone_but_for_who_asks_again(entered: Connection) -> None:
    row = migrations_journal.Row("1", OTHER, 2, POLICY, "settled", "", "2026-11-23T08:00:00Z", None, "b")
    migrations_journal.create(entered, row)
    recordings = _numbers(entered, "fmt/199")
    assert format_counts.touched(entered, recordings, POLICY, again=False) == {}
    assert format_counts.touched_packages(entered, recordings, POLICY, again=False) == (0, 0)
    assert format_counts.touched_cases(entered, recordings, POLICY, 10, again=False) == []
    assert format_counts.touched_cases(entered, recordings, POLICY, 10, again=True) == [OTHER]
    assert format_counts.touched(entered, recordings, "p2", again=False) == {recordings[0]: Sum(2, 42, 0)}
    assert migrations_journal.count_settled(entered, POLICY) == 1


def test_cases_with_a_kind_in_pages(entered: Connection) -> None:
    numbers = list(format_counts.kinds(entered))
    assert format_counts.cases_with(entered, numbers, 1) == [OTHER]
    assert format_counts.cases_with(entered, numbers, 1, OTHER) == [OBJID]
    assert format_counts.cases_with(entered, [], 1) == []
