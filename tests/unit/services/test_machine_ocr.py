"""A scanned page is read after its case was taken in, and the case is found by a word that stands on it alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.data_management.object_index import ObjectRow
from preserve.services import machine_reading_views, machine_readings
from preserve.services.deposits import ingest
from preserve.services.machine_ocr import open_ocr, wants
from preserve.services.machine_readers import readers
from preserve.services.machine_readings import ReadingWish
from tests.support.machine_reading import NUMBER, found
from tests.support.people import session, staffed
from tests.support.scans import jpeg, printed, scanned_pdf
from tests.support.tiny_case import write_whole_case

SCAN, CUT = "扫描件.pdf", "照片.jpg"
TEXT = "This page has text of its own, and is passed over."


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    place = tmp_path_factory.mktemp("ocr")
    opened = staffed(place / "home", zhou=Role.DEPOSITOR)
    texts = [("笔录.txt", "现场检查笔录", "调查"), ("决定书.txt", "行政处罚决定书", "决定")]
    objects = [*texts, (SCAN, "书证", "调查"), (CUT, "照片", "调查")]
    listed = [{"file": file, "kind": kind, "stage": stage} for file, kind, stage in objects]
    case = write_whole_case(place / "case", objects=listed)
    pages = [TEXT, printed(["蓝色货车停在河堤"], size=(500, 160)), printed(["第三页"], size=(300, 160))]
    scanned_pdf(case / SCAN, pages)
    (case / CUT).write_bytes(jpeg(printed(["海滨路十八号"], size=(500, 160))))
    ingest(session(opened, "zhou"), case, jobs=1)
    yield opened
    opened.close()


def test_a_word_on_a_scanned_page_finds_the_case_and_nothing_is_read_twice(archive: Archive) -> None:
    assert found(archive, "货车") == []
    done = machine_readings.run(session(archive), ReadingWish(cases=(NUMBER,), what=("ocr",)))
    assert (done.status, done.files, done.unread) == (0, 2, 0)
    (hit,) = found(archive, "货车")
    assert (hit.machine, hit.place, hit.page) == (True, SCAN, 2)
    (hit,) = found(archive, "海滨路")
    assert (hit.machine, hit.place) == (True, CUT)
    again = machine_readings.run(session(archive), ReadingWish(cases=(NUMBER,), what=("ocr",)))
    assert again.files == 0
    shown = machine_reading_views.show(session(archive), NUMBER, SCAN)
    assert [record.page for record in shown.records if getattr(record, "lines", ())] == [2, 3]


def test_without_the_extra_there_is_no_such_reader(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.what for one in readers(archive.home, ("ocr",))] == ["ocr"]
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert readers(archive.home, ("ocr",)) == () and open_ocr(archive.home) is None


@pytest.mark.parametrize(
    ("puid", "format_name", "path", "wanted"),
    [
        ("fmt/43", "JPEG", "data/scan001", True),
        ("fmt/353", "TIFF", "data/a.tif", True),
        ("fmt/477", "PDF/A-2b", "data/a.pdf", True),
        (None, "OFD (Open Fixed-layout Document, GB/T 33190)", "data/a.ofd", True),
        (None, "", "data/b.OFD", True),
        ("fmt/199", "MPEG-4", "data/a.mp4", False),
        ("x-fmt/111", "Plain Text", "data/a.pdf", False),
        ("fmt/412", "Word", "data/a.docx", False),
        (None, "", "data/unknown", False),
    ],
)
def test_files_that_may_have_pages_that_are_pictures(
    puid: str | None, format_name: str, path: str, wanted: bool
) -> None:
    row = ObjectRow("i", "o", 1, "original", path, "n", 1, "0" * 64, puid, format_name, "", "{}", None)
    assert wants(row) is wanted
