"""What is kept of the newest versions is what there is, whatever came, changed and went; and a report reads no case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from metadata.entities import Event
from preserve.data_management import format_counts, kept_sums, versions
from preserve.data_management.kept_sums import Sum
from preserve.data_management.package_index import forget_version, index_package, reidentify
from tests.support.little_packages import MP4, OBJID, ORIGINALS, TEXT, object_of, write_package

OTHER = "aip-01hzzzzzzzzzzzzzzzzzzzzzzy"
MADE = Event("e2", "normalization", "2026-11-23T08:00:01Z", "FFmpeg 7.1\nffmpeg -i a b")
FAILED = replace(MADE, identifier="e3", outcome="fail")
NEW_NAME = {
    "version": 1,
    "signatures": "siegfried 2 (v200)",
    "changes": [{"new": {"puid": "x-fmt/16", "name": "Unicode text", "version": ""}, "files": ["f1"]}],
}


@pytest.fixture
def entered(connection: Connection, tmp_path: Path) -> Connection:
    """A case in two versions, the first with a recording more; a case with two texts that are two kinds of one format."""
    index_package(connection, write_package(tmp_path, events=(MADE, FAILED)))
    index_package(connection, write_package(tmp_path, version=2, originals=ORIGINALS[:1], events=(MADE,)))
    texts = [object_of("t1", "data/1.txt", 40), object_of("t2", "data/2.txt", 0), object_of("r1", "data/3.mp4", 7)]
    texts[2] = replace(texts[2], format=MP4)
    index_package(connection, write_package(tmp_path, objid=OTHER, case_number="2号", originals=texts))
    return connection


def _are_right(connection: Connection) -> None:
    assert list(kept_sums.compare(connection)) == []
    kept = {kind: kept_sums.read(connection, kind) for kind in (kept_sums.FORMAT, kept_sums.KIND, kept_sums.PROGRAM)}
    kept_sums.fill(connection)
    assert {kind: kept_sums.read(connection, kind) for kind in kept} == kept


def test_a_case_counts_once_in_a_format_of_several_kinds(entered: Connection) -> None:
    formats = kept_sums.read_formats(entered)
    assert formats["original", "x-fmt/111", TEXT.name, ""] == Sum(2, 3, 43, 0)
    assert formats["original", "fmt/199", MP4.name, ""] == Sum(1, 1, 7, 0)
    assert sorted(counted.files for counted in kept_sums.read(entered, kept_sums.KIND).values()) == [1, 1, 2]
    assert kept_sums.read(entered, kept_sums.SIGNATURES) == {"": Sum(2, 4, 50, 0)}
    assert kept_sums.read(entered, kept_sums.PROGRAM) == {"FFmpeg 7.1": Sum(0, 1, 0, 0)}
    assert versions.superseded(entered)[0] == 1
    _are_right(entered)


def test_entering_a_version_again_changes_nothing(entered: Connection, tmp_path: Path) -> None:
    before = entered.execute(text("SELECT * FROM sums ORDER BY kind, name")).all()
    for number in (2, 1):
        index_package(entered, tmp_path / f"{OBJID}_v{number:04}")
    assert entered.execute(text("SELECT * FROM sums ORDER BY kind, name")).all() == before


def test_what_goes_is_taken_off(entered: Connection) -> None:
    forget_version(entered, OBJID, 2)  # the first is the newest again
    assert kept_sums.read_formats(entered)["original", "fmt/199", MP4.name, ""] == Sum(2, 2, 507, 0)
    assert versions.superseded(entered) == (0, 0)
    _are_right(entered)
    for objid in (OBJID, OTHER):
        forget_version(entered, objid, 1)
    assert entered.execute(text("SELECT * FROM sums")).all() == []


@pytest.mark.parametrize("version", [1, 2])
def test_a_newer_identification_moves_what_it_names(entered: Connection, version: int) -> None:
    reidentify(entered, OBJID, NEW_NAME | {"version": version})
    named = {name: counted.files for name, counted in kept_sums.read(entered, kept_sums.SIGNATURES).items()}
    assert named == ({"": 4} if version == 1 else {"": 3, "siegfried 2 (v200)": 1})
    _are_right(entered)


def test_a_change_that_is_given_up_leaves_them_as_they_were(entered: Connection) -> None:
    before = entered.execute(text("SELECT * FROM sums ORDER BY kind, name")).all()
    with pytest.raises(KeyError), entered.begin_nested():
        reidentify(entered, OBJID, {"version": 2, "signatures": "s", "changes": [{"files": ["f1"]}]})
    assert entered.execute(text("SELECT * FROM sums ORDER BY kind, name")).all() == before
    _are_right(entered)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE sums SET files = files + 1 WHERE kind = 'program'", "DELETE FROM sums WHERE kind = 'superseded'"],
)
def test_sums_that_were_altered_are_told(entered: Connection, statement: str) -> None:
    entered.execute(text(statement))
    assert [finding.code for finding in kept_sums.compare(entered)] == ["ledger.contradicts-index"]


@pytest.mark.sqlite
def test_a_report_reads_neither_files_nor_events(entered: Connection) -> None:
    entered.execute(text("DELETE FROM version_formats"))
    entered.execute(text("DELETE FROM events"))
    assert len(format_counts.by_format(entered)) == 2
    assert format_counts.touched(entered, list(format_counts.kinds(entered)), "p", again=False)
