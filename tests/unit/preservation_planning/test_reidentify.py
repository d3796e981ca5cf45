"""Newer signatures are asked again: what changed goes into the ledger and the catalogue; damage says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from preserve.data_management import format_counts, formats_index, kept_sums, ledger, object_index
from preserve.errors import NotIntact
from preserve.preservation_planning.reidentify import Reidentified, due, installed, newer, outdated, reidentify, run
from tests.support.due_case import Bureau, bureau_in


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    with bureau_in(tmp_path) as opened:
        yield opened


def silent(moved: int) -> None:
    """Nobody watches."""


def again(bureau: Bureau, **wishes: object) -> list[object]:
    options = {"actor": "chen", "limit": 0, "progress": silent, **wishes}
    return list(run(bureau.archive.home, bureau.archive.catalogue, **options))  # type: ignore[arg-type]


def entries_of(bureau: Bureau, objid: str) -> list[dict[str, object]]:
    with bureau.archive.catalogue.read() as connection:
        return [dict(entry.details) for entry in ledger.about(connection, objid, formats_index.REIDENTIFIED)]


def outdate(bureau: Bureau) -> None:
    """As if older signatures had named the originals."""
    with bureau.archive.catalogue.begin() as connection:
        for number, kind in format_counts.kinds(connection).items():
            older = replace(kind, signatures="siegfried 1.0 (old)")
            formats_index.know(connection, older)
            connection.execute(
                text("UPDATE version_formats SET format = :older WHERE format = :number"),
                {"older": older.id, "number": number},
            )
            connection.execute(text("DELETE FROM formats WHERE id = :number"), {"number": number})
        kept_sums.fill(connection)


PART = st.tuples(st.sampled_from(["fido", "siegfried"]), st.integers(1, 3), st.integers(1, 3))
SIGNATURES = st.lists(PART.map(lambda part: f"{part[0]} {part[1]} (v{part[2]})"), max_size=3)


@given(SIGNATURES, SIGNATURES)
def test_signatures_are_newer_where_one_was_not_asked(recorded: list[str], here: list[str]) -> None:
    assert newer(", ".join(recorded), ", ".join(here)) == bool(set(here) - set(recorded))


def test_what_the_installed_signatures_named_is_not_due(bureau: Bureau) -> None:
    with bureau.archive.catalogue.read() as connection:
        assert due(connection, installed(), 10) == []
        assert outdated(connection, installed()) == []
    assert again(bureau) == []


def test_every_case_of_older_signatures_is_asked_once(bureau: Bureau) -> None:
    outdate(bureau)
    with bureau.archive.catalogue.read() as connection:
        assert due(connection, installed(), 10) == sorted(bureau.objids)
        assert [(cases, files > 0) for _, cases, files in outdated(connection, installed())] == [(2, True)]
    results = again(bureau, limit=1)
    assert [type(result) for result in results] == [Reidentified]
    assert [result.objid for result in again(bureau) if isinstance(result, Reidentified)] == sorted(bureau.objids)[1:]
    assert again(bureau) == []
    assert all(len(entries_of(bureau, objid)) == 1 for objid in bureau.objids)


def test_a_change_is_told_by_identifier_and_stands_in_the_catalogue(bureau: Bureau) -> None:
    objid, files = bureau.objids[0], 0
    with bureau.archive.catalogue.begin() as connection:
        before = object_index.of_version(connection, objid, 1, "original")
        connection.execute(
            text("UPDATE files SET puid = 'fmt/1', format_name = 'Broadcast WAVE' WHERE identifier = :identifier"),
            {"identifier": before[0].identifier},
        )
        files = len(before)
    result = reidentify(bureau.archive.home, bureau.archive.catalogue, objid, actor="chen", progress=silent)
    assert result.files == files
    (change,) = result.changes
    assert (change.old[0], change.new[0], change.files) == ("fmt/1", before[0].puid, (before[0].identifier,))
    (details,) = entries_of(bureau, objid)
    assert details["looked"] == files
    assert before[0].name not in str(details), "files are named by identifier alone"
    with bureau.archive.catalogue.read() as connection:
        after = object_index.of_version(connection, objid, 1, "original")
    assert [row.puid for row in after] == [row.puid for row in before]


def test_a_damaged_original_says_nothing_and_the_next_case_is_asked(bureau: Bureau) -> None:
    outdate(bureau)
    first = sorted(bureau.objids)[0]
    (path,) = (bureau.archive.home.store / "packages").glob(
        f"{first}_v0001/data/*/representations/original/data/笔录.txt"
    )
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[::-1])
    results = again(bureau)
    assert len(results) == 2
    objid, error = results[0]  # type: ignore[misc]
    assert (objid, type(error), error.code) == (first, NotIntact, "storage.predecessor-damaged")
    assert isinstance(results[1], Reidentified)
    assert entries_of(bureau, first) == []
