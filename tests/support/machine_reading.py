"""A reader of another kind than ours, as a bureau might bring one: it takes each line of a text for a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.clock import stamp
from preserve.data_management import reading_records, readings
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.object_index import ObjectRow
from preserve.data_management.readings import Reading
from preserve.machine_reading.records import Engine, Line, Looked, PageText, Record, Unread, What, line_of
from preserve.services import cases, machine_readers
from preserve.services.deposits import ingest
from preserve.services.machine_readers import Reader
from preserve.settings import ObjectStore
from tests.support.people import session, staffed
from tests.support.tiny_case import write_whole_case

WHOLE = (0.0, 0.0, 1000.0, 0.0, 1000.0, 1000.0, 0.0, 1000.0)
ENGINE = Engine(tool="lines 1", model="plain", digest="a" * 64)

Reads = Callable[[Path, str], Iterator[Record]]


def page(name: str, number: int, *texts: str, score: float = 0.9, engine: Engine = ENGINE) -> PageText:
    """A page with these lines."""
    lines = tuple(Line(text=text, box=WHOLE, score=score) for text in texts)
    return PageText(file=name, engine=engine, page=number, lines=lines)


def lines_as_pages(path: Path, name: str) -> Iterator[Record]:
    """Each line is a page; one that begins with `?` cannot be read."""
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if text.startswith("?"):
            yield Unread(file=name, engine=ENGINE, page=number, what="ocr", code="reading.failed")
        else:
            yield page(name, number, text)


def reader(read: Reads = lines_as_pages, engine: Engine = ENGINE, ending: str = ".txt") -> Reader:
    """A reader for pages of texts."""

    def reads(path: Path, name: str) -> Iterator[Record]:
        for record in read(path, name):
            yield record.model_copy(update={"engine": engine})

    def wants(original: ObjectRow) -> bool:
        return original.path.endswith(ending)

    return Reader("ocr", engine, wants, reads)


@contextmanager
def installed(*readers: Reader) -> Iterator[None]:
    """Within it these readers are those of this machine, and no others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine_readers, "READERS", {one.what: lambda home, one=one: one for one in readers})
        yield


NUMBER = "临文综罚〔2026〕77号"
STATEMENT, DECISION = "笔录.txt", "决定书.txt"


def archive_with_a_case(
    place: Path, settings: str = "", store: ObjectStore | None = None, **changes: object
) -> Archive:
    """An archive with one case, an auditor, a system administrator, and who handed the case in."""
    opened = staffed(place / "home", store=store, song=Role.AUDITOR, li=Role.SYSTEM_ADMINISTRATOR, zhou=Role.DEPOSITOR)
    if settings:
        opened.close()
        with (place / "home" / "preserve.toml").open("a", encoding="utf-8") as file:
            file.write(settings)
        opened = open_archive(place / "home")
    ingest(session(opened, "zhou"), write_whole_case(place / "case", **changes), jobs=1)
    return opened


def objid_of(archive: Archive) -> str:
    """The case of such an archive."""
    return cases.list_cases(session(archive)).cases[0].objid


def found(archive: Archive, words: str, *, machine: bool = True) -> list[cases.Hit]:
    """The hits of a search."""
    return list(cases.search_cases(session(archive), cases.SearchWish(words, machine=machine)).hits)


def a_van(path: Path, name: str) -> Iterator[Record]:
    """What no document and no description says, on page 17 of one file."""
    yield page(name, 1, "第一页")
    if name == STATEMENT:
        yield page(name, 17, "蓝色货车停在河堤", "现场检查")
        yield page(name, 18, "模糊不清的字", score=0.3)


def publish(archive: Archive, objid: str, *records: Record) -> Reading:
    """A reading of a case with these records, as a run makes one."""
    with archive.catalogue.read() as connection:
        number = readings.next_number(connection, objid)
    moment = archive.now()
    path = reading_records.path_of(archive.home.store, objid, number)
    size, sha256 = reading_records.write(path, map(line_of, records))
    reading = Reading(objid, number, 1, stamp(moment), "li", size, sha256)
    with archive.catalogue.begin() as connection:
        readings.enter(connection, reading, records, {"what": ["ocr"]}, moment)
    return reading


def looked(file: str = STATEMENT, what: What = "ocr") -> Looked:
    """That a file was read through."""
    return Looked(file=file, engine=ENGINE, what=what, sha256="c" * 64)
