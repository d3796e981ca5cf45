"""Searchable copies of what was read: of a file and of a case, for who may see it, each a look on record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.errors import Conflict, NotFound, NotIntact, NotPermitted, Refused, Stopped
from preserve.machine_reading.records import Record
from preserve.progress import Silent
from preserve.services import machine_readings, viewing
from preserve.services.deposits import ingest
from preserve.services.machine_reading_copies import write_searchable
from preserve.services.machine_readings import ReadingWish
from tests.support.machine_reading import installed, reader
from tests.support.people import entries, session, staffed
from tests.support.searchables import by_pdfium, check_by_qpdf, line, page, read, scanned_pdf
from tests.support.tiny_case import write_whole_case

NUMBER = "临文综罚〔2026〕77号"
SCAN, PHOTO, INNER = "调查/扫描件.pdf", "照片.png", "副卷.jpg"


def _write(folder: Path) -> Path:
    write_whole_case(folder)
    (folder / "调查").mkdir()
    scanned_pdf(folder / SCAN, [page(["第一页"]), page(["第二页"])])
    page(["照片"]).convert("L").save(folder / PHOTO)
    page(["内部"]).save(folder / INNER)
    file = folder / "case.json"
    described = json.loads(file.read_text(encoding="utf-8"))
    for name, more in ((SCAN, {}), (PHOTO, {}), (INNER, {"volume": "副卷"})):
        described["objects"].append({"file": name, "kind": "证据", "stage": "调查", **more})
    file.write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    return folder


def _reads(path: Path, name: str) -> Iterator[Record]:
    for number in (1, 2) if name == SCAN else (1,):
        yield read(name, [line(f"{name}的第{number}页", 100, 100, 700, 130)], number)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    place = tmp_path_factory.mktemp("copies")
    opened = staffed(place / "home", qian=Role.EXAMINER, zhou=Role.DEPOSITOR)
    ingest(session(opened, "zhou"), _write(place / "case"), jobs=1)
    with installed(*(reader(_reads, ending=ending) for ending in (".pdf",))):
        machine_readings.run(session(opened), ReadingWish(cases=(NUMBER,)))
    with installed(reader(_reads, ending=".png")):
        machine_readings.run(session(opened), ReadingWish(cases=(NUMBER,)))
    with installed(reader(_reads, ending=".jpg")):
        machine_readings.run(session(opened), ReadingWish(cases=(NUMBER,)))
    yield opened
    opened.close()


def test_a_file_is_written_with_its_text_and_the_look_is_on_record(archive: Archive, tmp_path: Path) -> None:
    before = len(entries(archive, "object.viewed"))
    made = write_searchable(session(archive), NUMBER, tmp_path, SCAN, name="copy.pdf")
    assert made.path == tmp_path / "copy.pdf" and [one.name for one in tmp_path.iterdir()] == ["copy.pdf"]
    assert (made.files, made.pages, made.lines, made.kept, made.left_out) == (1, 2, 2, {"copied": 2}, ())
    assert made.pdfa and made.validator.startswith("pikepdf.pdfa ") and made.validator.endswith(": pass")
    check_by_qpdf(made.path)
    assert [by_pdfium(made.path, number) for number in (1, 2)] == [f"{SCAN}的第{number}页" for number in (1, 2)]
    (look,) = entries(archive, "object.viewed")[before:]
    with pikepdf.open(made.path) as pdf, pdf.open_metadata() as xmp:
        said = xmp["dc:description"]
        assert "机读，未核对" in said and "not checked" in said and "rapidocr" not in said
        assert "lines 1 plain sha256:" in said and look["actor"] in said
        assert made.objid in xmp["dc:source"] and xmp["dc:source"].count("sha256:") == 1
    assert not list(archive.home.work.glob("searchable-*"))
    assert look["subject"] == made.objid and look["details"]["what"] == "searchable"
    assert look["details"]["objects"] == [_identifier(archive, SCAN)]


def _identifier(archive: Archive, name: str) -> str:
    return next(one.identifier for one in viewing.contents(session(archive), NUMBER).files if one.name == name)


def test_a_case_is_one_document_in_the_order_of_its_description(archive: Archive, tmp_path: Path) -> None:
    made = write_searchable(session(archive), NUMBER, tmp_path)
    assert made.path.name == f"{NUMBER} (machine-read).pdf" and (made.files, made.pages) == (2, 3)
    with pikepdf.open(made.path) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == [SCAN, PHOTO]
    assert by_pdfium(made.path, 3) == f"{PHOTO}的第1页"
    with pytest.raises(Conflict):
        write_searchable(session(archive), NUMBER, tmp_path)
    assert write_searchable(session(archive), NUMBER, tmp_path / "new", _identifier(archive, PHOTO)).pages == 1


def test_who_may_only_look_gets_no_copy(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(NotPermitted):
        write_searchable(session(archive, "qian"), NUMBER, tmp_path, SCAN)
    assert not list(tmp_path.iterdir())


def test_the_inner_volume_is_for_those_who_may_see_it(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(NotPermitted):
        write_searchable(session(archive), NUMBER, tmp_path, INNER)
    made = write_searchable(session(archive), NUMBER, tmp_path)
    assert made.files == 2 and INNER not in by_pdfium(made.path, made.pages)
    with pytest.raises(NotPermitted):
        write_searchable(session(archive, "zhou"), NUMBER, tmp_path, SCAN)


def test_what_was_not_read_or_is_not_there_is_refused(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        write_searchable(session(archive), NUMBER, tmp_path, "no such file.pdf")
    with pytest.raises(Refused) as told:
        write_searchable(session(archive), NUMBER, tmp_path, "笔录.txt")
    assert told.value.code == "reading.nothing-read"
    with pytest.raises(Refused):
        write_searchable(session(archive), NUMBER, archive.home.path / "inside", SCAN)
    assert list(tmp_path.iterdir()) == []


def test_an_altered_original_is_not_copied(archive: Archive, tmp_path: Path) -> None:
    (path,) = archive.home.store.rglob("*.png")
    good, mode = path.read_bytes(), path.stat().st_mode
    path.chmod(0o600)
    path.write_bytes(good + b" ")
    try:
        with pytest.raises(NotIntact):
            write_searchable(session(archive), NUMBER, tmp_path, PHOTO)
    finally:
        path.write_bytes(good)
        path.chmod(mode)
    assert list(tmp_path.iterdir()) == []


def test_who_stops_it_leaves_nothing_behind(archive: Archive, tmp_path: Path) -> None:
    class Stopping(Silent):
        def __call__(self, moved: int, files: int = 0) -> None:
            raise Stopped("stopped")

    with pytest.raises(Stopped):
        write_searchable(session(archive, progress=Stopping()), NUMBER, tmp_path, SCAN)
    assert list(tmp_path.iterdir()) == [] and not list(archive.home.work.glob("searchable-*"))
