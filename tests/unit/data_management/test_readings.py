"""Rows of what machines read follow from the ledger and the files that it names, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from preserve.data_management import ledger, machine_search, reading_records, readings
from preserve.data_management.archive import Archive
from preserve.data_management.readings import Reading
from preserve.errors import NotIntact
from preserve.machine_reading.records import Heard, Record, Unread
from tests.support.machine_reading import ENGINE, looked, page, publish
from tests.support.small_case import ingest, small_archive, small_case

MOMENT = datetime(2026, 11, 30, 20, tzinfo=UTC)
FILE = "笔录.txt"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    place = tmp_path_factory.mktemp("readings")
    opened = small_archive(place / "home")
    ingest(opened, small_case(place, "临文检〔2026〕1号"))
    yield opened
    opened.close()


@pytest.fixture
def archive(made: Archive) -> Archive:
    """With nothing read."""
    with made.catalogue.begin() as connection:
        readings.forget(connection, only(made), actor="li", moment=MOMENT)
    return made


def only(archive: Archive) -> str:
    with archive.catalogue.read() as connection:
        return str(connection.execute(text("SELECT objid FROM cases")).scalar_one())


def read(archive: Archive, *found: Record) -> Reading:
    return publish(archive, only(archive), *found)


def rows(archive: Archive) -> tuple[object, ...]:
    objid = only(archive)
    with archive.catalogue.read() as connection:
        return (
            [asdict(one) for one in readings.of_case(connection, objid)],
            [asdict(one) for one in readings.files_of(connection, objid)],
            machine_search.passages(connection, objid),
        )


def test_what_a_reading_says_of_each_file(archive: Archive) -> None:
    unread = Unread(file=FILE, engine=ENGINE, page=2, what="ocr", code="reading.too-large")
    whole = Unread(file="旧笔录.txt", engine=ENGINE, what="ocr", code="reading.crashed")
    read(archive, looked(), page(FILE, 1, "河堤"), unread, looked("旧笔录.txt"), whole, looked(what="voice"))
    with archive.catalogue.read() as connection:
        found = {(row.file, row.what): row for row in readings.files_of(connection, only(archive))}
        assert readings.count(connection) == (1, 1)
    assert (found[FILE, "ocr"].records, found[FILE, "ocr"].unread, found[FILE, "ocr"].code) == (1, 1, "")
    assert found[FILE, "ocr"].sha256 == "c" * 64
    assert (found["旧笔录.txt", "ocr"].code, found["旧笔录.txt", "ocr"].unread) == ("reading.crashed", 1)
    assert found[FILE, "voice"].records == 0, "that nothing was found is known too"


def test_the_newest_of_each_file_and_kind_counts(archive: Archive) -> None:
    heard = Heard(file=FILE, engine=ENGINE, start=4.0, end=6.0, text="现在开始")
    read(archive, looked(), page(FILE, 1, "河堤"), looked(what="speech"), heard)
    read(archive, looked(), page(FILE, 1, "码头"))
    with archive.catalogue.read() as connection:
        found = list(readings.records_of(connection, archive.home.store, only(archive)))
        words = machine_search.passages(connection, only(archive))
    texts = [record.lines[0].text for record in found if record.kind == "ocr"]
    assert (texts, [record for record in found if record.kind == "speech"]) == (["码头"], [heard])
    assert sorted((one.field, one.text) for one in words) == [("heard-4", "现在开始"), ("machine-1", "码头")]


def test_made_again_from_ledger_and_files_they_are_the_same(archive: Archive) -> None:
    read(archive, looked(), page(FILE, 1, "河堤"), looked("旧笔录.txt"), page("旧笔录.txt", 1, "桥头"))
    read(archive, looked(), page(FILE, 1, "码头"))
    before = rows(archive)
    with archive.catalogue.begin() as connection:
        machine_search.forget(connection, only(archive))
        assert list(readings.replay(connection, archive.home.store)) == []
    assert rows(archive) == before
    with archive.catalogue.begin() as connection:
        readings.forget(connection, only(archive), actor="li", moment=MOMENT)
        assert list(readings.replay(connection, archive.home.store)) == []
    assert rows(archive) == ([], [], []), "what the ledger says was thrown away does not come back"


@pytest.mark.parametrize("how", ["gone", "altered"])
def test_a_file_that_is_not_the_one_is_told_of_and_read_again(archive: Archive, how: str) -> None:
    first = read(archive, looked(), page(FILE, 1, "河堤"))
    read(archive, looked("旧笔录.txt"), page("旧笔录.txt", 1, "桥头"))
    path = reading_records.path_of(archive.home.store, first.objid, first.number)
    path.unlink() if how == "gone" else path.write_bytes(b"x")
    with archive.catalogue.begin() as connection:
        machine_search.forget(connection, only(archive))
        (finding,) = readings.replay(connection, archive.home.store)
        assert (finding.code, finding.severity) == (f"reading.{how}", "warning")
        assert [row.file for row in readings.files_of(connection, only(archive))] == ["旧笔录.txt"]
        assert [one.text for one in machine_search.passages(connection, only(archive))] == ["桥头"]


def test_a_row_that_the_ledger_does_not_tell_of_is_found(archive: Archive) -> None:
    reading = read(archive, looked())
    with archive.catalogue.begin() as connection:
        assert list(readings.compare(connection)) == []
        connection.execute(text("UPDATE readings SET sha256 = 'x'"))
        (finding,) = readings.compare(connection)
        assert (finding.code, finding.where) == ("ledger.contradicts-index", reading.objid)
        with pytest.raises(NotIntact):
            list(readings.records_of(connection, archive.home.store, reading.objid))


def test_numbers_are_those_of_the_ledger(archive: Archive) -> None:
    number = read(archive, looked()).number
    with archive.catalogue.begin() as connection:
        assert readings.forget(connection, only(archive), actor="li", moment=MOMENT, disposal="D1") == [number]
        assert readings.forget(connection, only(archive), actor="li", moment=MOMENT) == []
        entry = ledger.about(connection, only(archive), readings.FORGOTTEN)[-1]
        assert entry.details == {"readings": [number], "disposal": "D1"}
    assert read(archive, looked()).number == number + 1
