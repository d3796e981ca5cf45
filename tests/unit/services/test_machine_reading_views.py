"""What was read by machine, as it is looked at: by who may see the file, each look on record, nothing of it checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management.archive import Archive
from preserve.errors import NotFound, NotPermitted
from preserve.services import case_views, machine_readings
from preserve.services.documents import as_document
from preserve.services.machine_reading_views import list_readings, machine_text, show
from preserve.services.machine_readings import ReadingWish
from preserve.services.pages import Page
from tests.support.machine_reading import (
    ENGINE,
    NUMBER,
    STATEMENT,
    a_van,
    archive_with_a_case,
    found,
    installed,
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


@pytest.fixture
def read(archive: Archive) -> Archive:
    """With everything read."""
    with installed(reader(a_van)):
        machine_readings.run(session(archive), WHOLE)
    return archive


def test_the_list_counts_what_is_read_and_unread(archive: Archive) -> None:
    with installed(reader(a_van)):
        (before,) = list_readings(session(archive), "unread").cases
        assert (before.read, before.unread, before.what) == (0, before.wanted, ())
        assert list_readings(session(archive), "read").cases == ()
        machine_readings.run(session(archive), WHOLE)
        (after,) = list_readings(session(archive), "read").cases
        assert (after.read, after.unread, after.what) == (before.wanted, 0, ("ocr",))
        assert list_readings(session(archive), "unread").cases == ()
        assert list_readings(session(archive), page=Page(after.objid)).cases == ()
        assert list_readings(session(archive)).cases_read == 1


def test_what_is_shown_says_that_nobody_checked_it(read: Archive) -> None:
    whole = show(session(read), NUMBER)
    assert (whole.file, whole.records) == ("", ())
    shown = as_document(show(session(read), NUMBER, STATEMENT))
    assert [record["page"] for record in shown["records"]] == [1, 17, 18]
    assert {record["checked"] for record in shown["records"]} == {False}
    assert {record["engine"]["digest"] for record in shown["records"]} == {ENGINE.digest}
    assert [record.page for record in show(session(read), NUMBER, STATEMENT, 17).records] == [17]  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        show(session(read), NUMBER, "没有.pdf")


def test_text_beside_a_page_is_what_the_machine_is_sure_of(read: Archive) -> None:
    identifier = next(one.identifier for one in show(session(read), NUMBER).files if one.name == STATEMENT)
    text = machine_text(session(read), NUMBER, identifier)
    assert text.engine == ENGINE
    assert [(one.page, one.lines[0]) for one in text.pages] == [(1, "第一页"), (17, "蓝色货车停在河堤")]
    assert [one.page for one in machine_text(session(read), NUMBER, identifier, 2, 20).pages] == [17]


def test_papers_of_the_inner_volume_are_hidden_with_what_was_read_in_them(tmp_path: Path) -> None:
    inner = {"file": STATEMENT, "kind": "现场检查笔录", "stage": "调查", "volume": "副卷"}
    main = {"file": "决定书.txt", "kind": "行政处罚决定书", "stage": "决定"}
    archive = archive_with_a_case(tmp_path, objects=[inner, main])
    try:
        with installed(reader(a_van)):
            machine_readings.run(session(archive), WHOLE)
        assert "决定书.txt" in {one.name for one in show(session(archive), NUMBER).files}
        assert STATEMENT not in {one.name for one in show(session(archive), NUMBER).files}
        with pytest.raises(NotPermitted):
            show(session(archive), NUMBER, STATEMENT)
        (hit,) = found(archive, "货车")
        assert (hit.place, hit.shown, hit.page) == ("", "", 0)
    finally:
        archive.close()


def test_each_look_is_on_record(read: Archive) -> None:
    shown = show(session(read), NUMBER, STATEMENT)
    entries = [entry for entry in case_views.show(session(read), NUMBER).ledger if entry.action == "object.viewed"]
    identifier = next(one.identifier for one in shown.files if one.name == STATEMENT)
    assert entries[0].details == {"objects": [identifier], "what": "machine-reading"}
