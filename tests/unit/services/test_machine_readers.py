"""Readers of this machine: each under its own name, opened for what is asked, and absent where its tools are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from preserve.data_management.object_index import ObjectRow
from preserve.home import Home
from preserve.machine_reading import ocr
from preserve.machine_reading.records import What
from preserve.services.machine_readers import READERS, readers
from preserve.settings import Settings
from tests.support.machine_reading import installed, reader

ROW = ObjectRow("i", "o", 1, "original", "data/a.pdf", "a.pdf", 1, "0" * 64, None, "", "", "{}", None)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, Settings(archive_id="a", institution="某局"))


def test_each_reads_what_it_is_called(home: Home) -> None:
    assert set(READERS) <= set(get_args(What))
    for name in READERS:
        opened = READERS[name](home)
        assert opened is None or opened.what == name


def test_only_what_is_asked_for_is_opened(home: Home) -> None:
    with installed(reader()):
        assert [one.what for one in readers(home)] == ["ocr"]
        assert readers(home, ("clock",)) == ()


@pytest.mark.parametrize(
    ("path", "name", "wanted"),
    [
        ("data/送达回证.JPG", "", True),
        ("data/a.pdf", "", True),
        ("data/a.ofd", "", True),
        ("data/scan.dat", "Tagged Image File Format", True),
        ("data/a.mp4", "MPEG-4", False),
        ("data/笔录.docx", "Microsoft Word", False),
    ],
)
def test_pages_are_looked_for_in_pictures_and_paged_files(home: Home, path: str, name: str, wanted: bool) -> None:
    opened = READERS["ocr"](home)
    assert opened is not None
    assert len(opened.engine.digest) == 64
    assert opened.wants(replace(ROW, path=path, format_name=name)) == wanted


def test_without_the_extra_there_is_none(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "missing", lambda: ["rapidocr"])
    assert READERS["ocr"](home) is None
