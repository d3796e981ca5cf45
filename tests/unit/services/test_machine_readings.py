"""Readings of a case: made once by each engine, kept apart from what people wrote, thrown away without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from preserve.data_management import ledger, machine_search, reading_records, readings
from preserve.data_management.archive import Archive
from preserve.errors import Busy, NotIntact, NotPermitted, ToolMissing, UsageError
from preserve.machine_reading.records import Engine
from preserve.services import machine_reading_views, machine_readings
from preserve.services.machine_readings import ReadingWish
from tests.support.machine_reading import (
    ENGINE,
    NUMBER,
    STATEMENT,
    a_van,
    archive_with_a_case,
    found,
    installed,
    lines_as_pages,
    objid_of,
    reader,
)
from tests.support.people import session


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = archive_with_a_case(tmp_path_factory.mktemp("readings"))
    yield opened
    opened.close()


@pytest.fixture
def archive(made: Archive) -> Archive:
    """With nothing read."""
    machine_readings.forget(session(made), NUMBER)
    return made


WHOLE = ReadingWish(cases=(NUMBER,))


def test_without_a_reader_nothing_is_read(archive: Archive) -> None:
    with installed(), pytest.raises(ToolMissing):
        machine_readings.run(session(archive), WHOLE)
    with installed():
        assert machine_reading_views.list_readings(session(archive)).here == ()


def test_what_is_to_be_read_must_be_named(archive: Archive) -> None:
    with installed(reader()):
        for wish in (ReadingWish(), ReadingWish(cases=(NUMBER,), everything=True), ReadingWish((), True, until="25")):
            with pytest.raises(UsageError):
                machine_readings.run(session(archive), wish)


def test_a_word_of_a_page_finds_its_case_and_is_marked(archive: Archive) -> None:
    with installed(reader(a_van)):
        done = machine_readings.run(session(archive), WHOLE)
    assert (done.status, done.unread, done.ended) == (0, 0, "")
    (hit,) = found(archive, "货车")
    assert (hit.machine, hit.field, hit.place, hit.page) == (True, "machine", STATEMENT, 17)
    assert hit.shown[slice(*hit.marks[0])] == "货车"
    assert found(archive, "货车", machine=False) == []
    assert found(archive, "模糊不清") == [], "lines of which the machine is not sure find nothing"
    (both,) = found(archive, "处罚决定书 河堤")
    assert both.machine
    (said,) = found(archive, "检查笔录")
    assert not said.machine, "what people wrote is no machine's"


def test_what_was_read_by_the_same_engine_is_not_read_again(archive: Archive) -> None:
    with installed(reader(a_van)):
        first = machine_readings.run(session(archive), WHOLE)
        again = machine_readings.run(session(archive), ReadingWish(everything=True))
        assert first.files > 1
        assert (again.files, again.cases) == (0, ())
    patched = Engine(tool="lines 1.1", model="plain", digest=ENGINE.digest)
    with installed(reader(a_van, patched)):
        assert machine_readings.run(session(archive), ReadingWish(everything=True)).files == 0, "the model is the same"
    newer = Engine(tool="lines 2", model="plain", digest="b" * 64)
    with installed(reader(lines_as_pages, newer)):
        assert machine_readings.run(session(archive), ReadingWish(everything=True)).files == first.files
    assert found(archive, "货车") == [], "the newer reading of a file goes before"
    with archive.catalogue.read() as connection:
        rows = readings.files_of(connection, objid_of(archive))
        kept = readings.of_case(connection, objid_of(archive))
    assert {row.engine for row in rows} == {newer}
    assert [row.number for row in kept] == [kept[0].number, kept[0].number + 1]


def test_the_ledger_names_the_file_that_was_written(archive: Archive) -> None:
    with installed(reader()):
        machine_readings.run(session(archive), WHOLE)
    with archive.catalogue.read() as connection:
        entry = ledger.about(connection, objid_of(archive), readings.READ)[-1]
    path = reading_records.path_of(archive.home.store, entry.subject, entry.details["reading"])
    assert entry.details["bytes"] == path.stat().st_size
    assert entry.details["what"] == ["ocr"]
    assert entry.details["engines"] == [ENGINE.model_dump(mode="json")]
    records = list(machine_readings.readings_of(archive, entry.subject))
    assert {record.checked for record in records} == {False}
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(NotIntact, match=r"reading\.altered"):
        list(machine_readings.readings_of(archive, entry.subject))
    path.unlink()
    with pytest.raises(NotIntact, match=r"reading\.gone"):
        machine_reading_views.show(session(archive), NUMBER, STATEMENT)


def test_a_budget_ends_it_between_files(archive: Archive) -> None:
    with installed(reader()):
        ended = machine_readings.run(session(archive), ReadingWish(cases=(NUMBER,), span="0.000001s"))
        assert (ended.ended, ended.files, ended.status) == ("seconds", 0, 0)
        now = f"{datetime.now(tz=None):%H:%M}"
        assert machine_readings.run(session(archive), ReadingWish(cases=(NUMBER,), until=now)).ended in ("hours", "")


def test_two_at_once_do_not_read_one_case(archive: Archive) -> None:
    with installed(reader()), reading_records.lock(archive.home, objid_of(archive)):
        done = machine_readings.run(session(archive), WHOLE)
        assert (done.status, [case.error for case in done.cases]) == (Busy.status, ["reading.busy"])
        campaign = machine_readings.run(session(archive), ReadingWish(everything=True))
        assert (campaign.status, campaign.cases) == (0, ()), "a campaign passes over what another one reads"
        with pytest.raises(Busy):
            machine_readings.forget(session(archive), NUMBER)


def test_what_is_forgotten_is_nowhere(archive: Archive) -> None:
    with installed(reader(a_van)):
        machine_readings.run(session(archive), WHOLE)
    gone = machine_readings.forget(session(archive), NUMBER)
    assert len(gone.readings) == 1
    assert found(archive, "货车") == []
    assert reading_records.left(archive.home, gone.objid) == []
    with archive.catalogue.read() as connection:
        assert readings.of_case(connection, gone.objid) == readings.files_of(connection, gone.objid) == []
        assert machine_search.passages(connection, gone.objid) == []
        assert ledger.about(connection, gone.objid, readings.FORGOTTEN)[-1].details == {"readings": [*gone.readings]}
        assert readings.next_number(connection, gone.objid) == gone.readings[0] + 1, "no number is used twice"


def test_who_may_what(archive: Archive) -> None:
    with installed(reader()):
        for account in ("song", "zhou"):
            with pytest.raises(NotPermitted):
                machine_readings.run(session(archive, account), WHOLE)
        done = machine_readings.run(session(archive, "li"), WHOLE)
        assert done.status == 0
        for denied in (machine_reading_views.show, machine_readings.forget):
            with pytest.raises(NotPermitted):
                denied(session(archive, "song"), NUMBER)
        with pytest.raises(NotPermitted):
            machine_reading_views.show(session(archive, "li"), NUMBER)
