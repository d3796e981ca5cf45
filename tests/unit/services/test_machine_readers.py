"""Every reader there may be: one for each thing that a file is read for, opened for a home with what is here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

from preserve.data_management import cases, object_index
from preserve.data_management.archive import Archive
from preserve.machine_reading.records import Place, What
from preserve.profiles import SHIPPED
from preserve.services.machine_readers import READERS, readers
from tests.support.drafting import ASTRONAUT, CASE, PAPER, PORTRAIT, SCAN, drafting_case
from tests.support.sessions import founded
from tests.support.small_case import ingest


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("readers")
    made = founded(folder)
    ingest(made, drafting_case(folder / "case"))
    yield made
    made.close()


def wanted(archive: Archive, what: What) -> set[str]:
    """The names of the files of the case that are read for that."""
    (reader,) = readers(archive.home, (what,))
    assert reader.what == what and reader.engine.tool
    with archive.catalogue.read() as connection:
        rows = object_index.of_version(connection, cases.objid_of(connection, CASE), 1, "original")
        return {row.name for row in rows if reader.wants(row)}


def test_each_thing_has_its_reader() -> None:
    assert set(READERS) == set(get_args(What))


def test_pages_are_read_for_text_and_pictures_for_faces(archive: Archive) -> None:
    assert wanted(archive, "ocr") == {SCAN, PAPER, PORTRAIT}
    assert wanted(archive, "place") == {SCAN, PAPER, PORTRAIT}
    assert wanted(archive, "voice") == set()


def test_a_home_without_the_model_looks_for_plates_alone(archive: Archive) -> None:
    own = archive.home.profiles / "models.toml"
    own.parent.mkdir(exist_ok=True)
    kept, _, _ = (SHIPPED / "models.toml").read_text(encoding="utf-8").partition("# Finds faces")
    own.write_text(kept, encoding="utf-8")
    try:
        (reader,) = readers(archive.home, ("place",))
        assert reader.engine.tool.startswith("rapidocr") and wanted(archive, "place") == set()
    finally:
        own.unlink()
    (reader,) = readers(archive.home, ("place",))
    assert reader.engine.model == "CenterFace"


def test_a_face_is_read_with_the_name_that_the_file_has_in_the_case(archive: Archive) -> None:
    (reader,) = readers(archive.home, ("place",))
    (place,) = reader.read(ASTRONAUT, PORTRAIT)
    assert isinstance(place, Place) and (place.file, place.what, place.page) == (PORTRAIT, "face", 1)
