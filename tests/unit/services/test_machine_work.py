"""One case read file by file: what fails costs its file, what stops the run costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from preserve.data_management import reading_records, readings
from preserve.data_management.archive import Archive
from preserve.errors import Stopped
from preserve.machine_reading.records import Record
from preserve.services import machine_reading_views, machine_readings
from preserve.services.machine_parts import BEGUN
from preserve.services.machine_readings import ReadingWish
from preserve.settings import ObjectStore
from tests.support.buckets import bucket, server
from tests.support.machine_reading import (
    NUMBER,
    STATEMENT,
    archive_with_a_case,
    found,
    installed,
    objid_of,
    page,
    reader,
)
from tests.support.object_store import ObjectStore as Server
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


__all__ = ["server"]
WHOLE = ReadingWish(cases=(NUMBER,))


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
    assert not reading_records.parts_of(archive.home, objid_of(archive)).exists()
    with archive.catalogue.read() as connection:
        (kept,) = readings.of_case(connection, objid_of(archive))
    folder = archive.home.store / reading_records.FOLDER / objid_of(archive)
    assert [path.name for path in folder.iterdir()] == [f"{kept.number}.jsonl.gz"]


def test_one_that_is_cut_off_in_a_long_file_goes_on_at_the_next_page(archive: Archive) -> None:
    begun: list[tuple[str, int]] = []

    def pages(path: Path, name: str, first: int = 1) -> Iterator[Record]:
        begun.append((name, first))
        for number in range(first, 6):
            if name == STATEMENT and number == 4 and first == 1:
                raise Stopped("work.stopped")
            yield page(name, number, f"第{number}页文字")

    with installed(replace(reader(pages), read=pages, resume=pages)):
        with pytest.raises(Stopped):
            machine_readings.run(session(archive), WHOLE)
        (part,) = reading_records.parts_of(archive.home, objid_of(archive)).glob(f"*{BEGUN}")
        with part.open("ab") as file:
            file.write('{"form":1,"file":"笔'.encode()[:-1])  # as a power cut leaves it
        machine_readings.run(session(archive), WHOLE)
    assert [first for name, first in begun if name == STATEMENT] == [1, 4]
    shown = machine_reading_views.show(session(archive), NUMBER, STATEMENT)
    assert [record.page for record in shown.records] == [1, 2, 3, 4, 5]  # type: ignore[union-attr]
    assert reading_records.parts_of(archive.home, objid_of(archive)).exists() is False


def test_a_file_that_is_not_the_registered_one_is_not_read(archive: Archive) -> None:
    stored = archive.home.store / "packages" / f"{objid_of(archive)}_v0001"
    (file,) = stored.rglob(f"original/data/{STATEMENT}")
    before = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(before[:-1] + b"x")
    try:
        with installed(reader()):
            assert machine_readings.run(session(archive), WHOLE).unread == 1
    finally:
        file.write_bytes(before)
    (row,) = [one for one in machine_reading_views.show(session(archive), NUMBER).files if one.code]
    assert (row.name, row.code) == (STATEMENT, "reading.not-intact")


def test_a_case_in_a_bucket_is_read_and_let_go(server: Server, tmp_path: Path) -> None:
    made = bucket(server)
    store = ObjectStore(kind="s3", bucket=f"{made.bucket}", endpoint=server.endpoint, prefix="home/")
    archive = archive_with_a_case(tmp_path, store=store)
    try:
        with installed(reader()):
            assert machine_readings.run(session(archive), WHOLE).unread == 0
        assert list(archive.home.store.glob("readings/*/*")) == []
        assert list(archive.home.work.glob("brought/*")) == []
        assert found(archive, "行政处罚决定书") != []
        shown = machine_reading_views.show(session(archive), NUMBER, STATEMENT)
        assert [record.kind for record in shown.records] == ["ocr"]
        machine_readings.forget(session(archive), NUMBER)
        assert reading_records.left(archive.home, objid_of(archive)) == []
    finally:
        archive.close()


@pytest.mark.sqlite
def test_nothing_of_a_state_secret_is_read(tmp_path: Path) -> None:
    read: list[str] = []

    def counted(path: Path, name: str) -> Iterator[Record]:
        read.append(name)
        yield page(name, 1, "文字")

    secret = {"file": STATEMENT, "kind": "现场检查笔录", "stage": "调查", "classification": "state-secret"}
    open_to_all = {"file": "决定书.txt", "kind": "行政处罚决定书", "stage": "决定"}
    archive = archive_with_a_case(tmp_path, "state_secrets = true\n", objects=[secret, open_to_all])
    try:
        with installed(reader(counted)):
            machine_readings.run(session(archive), WHOLE)
        assert STATEMENT not in read
        assert "决定书.txt" in read
    finally:
        archive.close()
