"""OFD in the reading room: without a program it says so and shows the words, with one it shows pages as a view."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from preserve.access.viewing import reading_room
from preserve.data_management.archive import open_archive
from preserve.errors import NotFound, Refused
from preserve.home import acting_person
from preserve.services import reading_bytes
from preserve.services.case_use import show_use
from preserve.services.case_views import show
from preserve.services.reading import FileShown, open_reading
from preserve.services.session import Session, SystemUser
from tests.support.office import small_case
from tests.support.program import Archive, found
from tests.support.shared_cases import OFD

pytestmark = pytest.mark.samples

_DRAWS = """
import pathlib, sys
import pypdfium2
if sys.argv[1:] == ["--version"]:
    print("draws 1.2")
    raise SystemExit
if pathlib.Path(__file__).with_name("broken").exists():
    raise SystemExit("cannot")
document = pypdfium2.PdfDocument.new()
document.new_page(200, 100)
document.new_page(200, 100)
document.save(sys.argv[2])
"""


@dataclass
class Room:
    """An archive whose one case has a sealed OFD and an invoice, before and after a program is named."""

    archive: Archive
    folder: Path

    def session(self) -> Session:
        home = open_archive(self.archive.home)
        return Session(SystemUser(acting_person()), opened=home, opened_home=home.home)

    def name_program(self) -> None:
        script = self.folder / "draws.py"
        script.write_text(_DRAWS, encoding="utf-8")
        program = self.folder / "draws"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {script} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        settings = self.archive.home / "preserve.toml"
        told = settings.read_text(encoding="utf-8").partition("\n[viewing.ofd]")[0]
        named = f'\n[viewing.ofd]\nprogram = "{program}"\nversion = ["--version"]\n'
        settings.write_text(told + named, encoding="utf-8")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("rendered")
    archive = found(folder / "home")
    small_case(folder / "case")
    for name in ("SESV4SignDoc.ofd", "no_page_container.ofd"):
        shutil.copyfile(OFD / name, folder / "case" / name)
    description = folder / "case" / "case.json"
    told = json.loads(description.read_text(encoding="utf-8"))
    paper = next(one for one in told["objects"] if one["file"].endswith(".pdf"))
    for name in ("SESV4SignDoc.ofd", "no_page_container.ofd"):
        told["objects"].append({**paper, "file": name})
    description.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    done = archive.run("--json", "ingest", str(folder / "case"))
    assert done.returncode == 0, done.stdout + done.stderr
    yield Room(archive, folder)


def _shown(session: Session, name: str) -> FileShown:
    with session.archive.catalogue.read() as connection:
        case = connection_case(session)
        _, files = reading_room.contents(connection, session.home, case)
    identifier = next(one.identifier for one in files if one.name == name)
    shown = open_reading(session, case, identifier).shown
    assert shown is not None
    return shown


def connection_case(session: Session) -> str:
    from preserve.data_management import cases

    with session.archive.catalogue.read() as connection:
        (row,) = cases.list_cases(connection)
    return str(row.objid)


def test_seals_are_told_where_the_case_is_shown_and_kept_with_the_file(room: Room) -> None:
    session = room.session()
    case = connection_case(session)
    found = {one.code: one for one in show_use(session, case).findings}
    assert found["format.ofd-signatures"].severity == "note"
    assert "OFD R&W 测试用印章" in str(found["format.ofd-signatures"])
    assert show(session, case).case.objid == case


def test_without_a_program_the_words_are_shown_and_no_page(room: Room) -> None:
    session = room.session()
    shown = _shown(session, "no_page_container.ofd")
    assert (shown.file.way, shown.no_renderer, shown.pages, shown.renderer) == ("rendered", True, 0, "")
    assert "上海浪潮云计算服务有限公司" in "\n".join(shown.words)
    with pytest.raises(NotFound):
        reading_bytes.read_page(session, connection_case(session), shown.file.identifier, 1)


def test_with_one_its_pages_are_shown_as_a_view(room: Room) -> None:
    room.name_program()
    session = room.session()
    shown = _shown(session, "SESV4SignDoc.ofd")
    assert (shown.renderer, shown.pages, shown.no_renderer) == ("draws 1.2", 2, False)
    # It drew white pages: people are told, and have the words beside them.
    assert shown.words_lost and "OFD Reader&Writer" in "".join(shown.words)
    case = connection_case(session)
    assert reading_bytes.read_page(session, case, shown.file.identifier, 2).data.startswith(b"\xff\xd8")
    with pytest.raises(NotFound):
        reading_bytes.read_page(session, case, shown.file.identifier, 3)


def test_what_it_cannot_draw_is_told_with_the_words(room: Room) -> None:
    room.name_program()
    (room.folder / "broken").touch()
    session = room.session()
    shown = _shown(session, "no_page_container.ofd")
    assert (shown.unreadable, shown.renderer, shown.pages) == (True, "draws 1.2", 0) and shown.words
    with pytest.raises(Refused) as told:
        reading_bytes.read_page(session, connection_case(session), shown.file.identifier, 1)
    assert told.value.code == "look.not-drawn"
