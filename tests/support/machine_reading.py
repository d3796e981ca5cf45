"""A reader of another kind than ours, as a bureau might bring one: it takes each line of a text for a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from preserve.data_management.object_index import ObjectRow
from preserve.machine_reading.records import Engine, Line, PageText, Record, Unread
from preserve.services import machine_readers
from preserve.services.machine_readers import Reader

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
