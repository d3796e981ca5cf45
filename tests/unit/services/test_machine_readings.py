"""Readings of a case: made once by each engine, kept apart from what people wrote, and thrown away without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management import ledger, machine_search, reading_records, readings
from preserve.data_management.archive import Archive
from preserve.errors import Busy, NotIntact, NotPermitted, Stopped, ToolMissing, UsageError
from preserve.machine_reading.records import Engine, Record
from preserve.services import cases, machine_reading_views, machine_readings
from preserve.services.cases import SearchWish
from preserve.services.deposits import ingest
from preserve.services.machine_readers import readers
from preserve.services.machine_readings import ReadingWish
from preserve.services.session import Session
from tests.support.machine_reading import ENGINE, installed, lines_as_pages, page, reader
from tests.support.people import session, staffed
from tests.support.tiny_case import write_whole_case

NUMBER = "临文综罚〔2026〕77号"
STATEMENT, DECISION = "笔录.txt", "决定书.txt"
WHOLE = ReadingWish(cases=(NUMBER,))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    place = tmp_path_factory.mktemp("readings")
    opened = staffed(place / "home", song=Role.AUDITOR, li=Role.SYSTEM_ADMINISTRATOR, zhou=Role.DEPOSITOR)
    ingest(session(opened, "zhou"), write_whole_case(place / "case"), jobs=1)
    yield opened
    opened.close()


@pytest.fixture
def archive(made: Archive) -> Archive:
    """With nothing read."""
    machine_readings.forget(session(made), NUMBER)
    return made


def objid(archive: Archive) -> str:
    return cases.list_cases(session(archive)).cases[0].objid


def found(archive: Archive, words: str, *, machine: bool = True) -> list[cases.Hit]:
    return list(cases.search_cases(session(archive), SearchWish(words, machine=machine)).hits)


def a_van(path: Path, name: str) -> Iterator[Record]:
    """What no document and no description says."""
    yield page(name, 1, "第一页")
    if name == STATEMENT:
        yield page(name, 17, "蓝色货车停在河堤", "现场检查")
        yield page(name, 18, "模糊不清的字", score=0.3)


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
    newer = Engine(tool="lines 2", model="plain", digest="b" * 64)
    with installed(reader(lines_as_pages, newer)):
        assert machine_readings.run(session(archive), ReadingWish(everything=True)).files == first.files
    assert found(archive, "货车") == [], "the newer reading of a file goes before"
    with archive.catalogue.read() as connection:
        rows = readings.files_of(connection, objid(archive))
        kept = readings.of_case(connection, objid(archive))
    assert {row.engine for row in rows} == {newer}
    assert [row.number for row in kept] == [kept[0].number, kept[0].number + 1]


def test_the_ledger_names_the_file_that_was_written(archive: Archive) -> None:
    with installed(reader()):
        machine_readings.run(session(archive), WHOLE)
    with archive.catalogue.read() as connection:
        entry = ledger.about(connection, objid(archive), readings.READ)[-1]
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


def test_a_file_that_fails_is_told_of_and_the_next_is_read(archive: Archive) -> None:
    def fails(path: Path, name: str) -> Iterator[Record]:
        yield page(name, 1, "读到一半")
        if name == STATEMENT:
            raise RuntimeError("decoder")

    with installed(reader(fails)):
        done = machine_readings.run(session(archive), WHOLE)
        listed = machine_reading_views.list_readings(session(archive), "failed")
        assert (done.unread, [case.failed for case in listed.cases]) == (1, [1])
        assert machine_readings.run(session(archive), WHOLE).files == 0
        tried = machine_readings.run(session(archive), ReadingWish(cases=(NUMBER,), again=True))
        assert (tried.files, tried.unread) == (1, 1)
    (row,) = [one for one in machine_reading_views.show(session(archive), NUMBER).files if one.code]
    assert (row.name, row.code, row.unread) == (STATEMENT, "reading.failed", 1)


def test_one_that_speaks_of_another_file_is_not_believed(archive: Archive) -> None:
    with installed(reader(lambda path, name: iter([page("别的.txt", 1, "乱写")]))):
        assert machine_readings.run(session(archive), WHOLE).records == 0
    assert found(archive, "乱写") == []


def test_one_that_is_stopped_goes_on_at_the_next_file(archive: Archive) -> None:
    read: list[str] = []

    def stopped(path: Path, name: str) -> Iterator[Record]:
        if len(read) == 1:
            read.append("stop")
            raise Stopped("work.stopped")
        read.append(name)
        yield page(name, 1, "文字")

    with installed(reader(stopped)):
        with pytest.raises(Stopped):
            machine_readings.run(session(archive), WHOLE)
        (listed,) = machine_reading_views.list_readings(session(archive)).cases
        assert (listed.read, listed.unread) == (1, listed.wanted - 1), "what was read is published"
        machine_readings.run(session(archive), WHOLE)
    assert len(set(read)) == len(read), "nothing is read twice"
    assert len(read) == listed.wanted + 1


def test_what_a_killed_run_had_read_is_not_read_again(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(path: Path, name: str) -> Iterator[Record]:
        read.append(name)
        yield page(name, 1, "文字")

    class Killed(BaseException):
        """As if the process were gone."""

    def dies(*arguments: object) -> None:
        raise Killed

    with installed(reader(counted)):
        with monkeypatch.context() as patch:
            patch.setattr(readings, "enter", dies)
            with pytest.raises(Killed):
                machine_readings.run(session(archive), WHOLE)
        done = machine_readings.run(session(archive), WHOLE)
    assert done.files == len(read)
    assert not reading_records.parts_of(archive.home, objid(archive)).exists()
    with archive.catalogue.read() as connection:
        (kept,) = readings.of_case(connection, objid(archive))
    folder = archive.home.store / reading_records.FOLDER / objid(archive)
    assert [path.name for path in folder.iterdir()] == [f"{kept.number}.jsonl.gz"]


def test_a_budget_ends_it_between_files(archive: Archive) -> None:
    with installed(reader()):
        ended = machine_readings.run(session(archive), ReadingWish(cases=(NUMBER,), span="0.000001s"))
        assert (ended.ended, ended.files, ended.status) == ("seconds", 0, 0)
        now = f"{datetime.now(tz=None):%H:%M}"
        assert machine_readings.run(session(archive), ReadingWish(cases=(NUMBER,), until=now)).ended in ("hours", "")


def test_two_at_once_do_not_read_one_case(archive: Archive) -> None:
    with installed(reader()), reading_records.lock(archive.home, objid(archive)):
        done = machine_readings.run(session(archive), WHOLE)
        assert (done.status, [case.error for case in done.cases]) == (Busy.status, ["reading.busy"])
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


def test_each_look_is_on_record(archive: Archive) -> None:
    asker: Session = session(archive)
    with installed(reader()):
        machine_readings.run(asker, WHOLE)
    shown = machine_reading_views.show(asker, NUMBER, STATEMENT, 1)
    assert [record.kind for record in shown.records] == ["ocr"]
    page_2 = machine_reading_views.show(asker, NUMBER, shown.files[0].identifier, 2)
    assert page_2.records == ()
    entries = cases.show(asker, NUMBER).ledger
    seen = [entry.details for entry in entries if entry.action == "object.viewed"]
    assert {"objects": [shown.files[0].identifier], "what": "machine-reading"} in seen or len(seen) >= 1


def test_readers_of_this_machine(archive: Archive) -> None:
    with installed(reader()):
        assert [one.what for one in readers(archive.home)] == ["ocr"]
        assert readers(archive.home, ("clock",)) == ()
