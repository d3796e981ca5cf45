"""What a browser fetches of a file: the right kinds, of the right copies, and nothing of what was found altered."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.access.viewing import reading_room
from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.media import server_store
from preserve.data_management import holdings
from preserve.errors import NotFound, NotIntact, Refused
from preserve.services import reading_bytes
from preserve.services.reading import open_reading
from storage_adapters.contract import CopyRef
from tests.support.bureau import Bureau


def identifiers(bureau: Bureau) -> dict[str, str]:
    with bureau.archive.catalogue.read() as connection:
        _, files = reading_room.contents(connection, bureau.archive.home, bureau.case)
    return {file.name.rpartition("/")[2]: file.identifier for file in files}


def one_of(bureau: Bureau, suffix: str) -> str:
    return next(identifier for name, identifier in identifiers(bureau).items() if name.endswith(suffix))


def test_a_recording_is_bytes_and_a_paper_is_pictures(bureau: Bureau) -> None:
    session = bureau.session(bureau.askers["archivist"])
    sent = reading_bytes.read_bytes(session, bureau.case, one_of(bureau, ".mp4"))
    assert (sent.media_type, sent.state) == ("video/mp4", "intact") and sent.path.stat().st_size == sent.size
    assert sent.path.is_relative_to(bureau.archive.home.path / "viewing") and reading_bytes.still_shown(sent.path)
    page = reading_bytes.read_page(session, bureau.case, one_of(bureau, ".pdf"), 1)
    assert page.media_type == "image/jpeg"
    with pytest.raises(Refused):
        reading_bytes.read_bytes(session, bureau.case, one_of(bureau, ".pdf"))
    for identifier, number in ((one_of(bureau, ".mp4"), 1), (one_of(bureau, ".jpg"), 2), (one_of(bureau, ".pdf"), 99)):
        with pytest.raises(NotFound):
            reading_bytes.read_page(session, bureau.case, identifier, number)


def test_a_strip_is_there_once_it_was_made(bureau: Bureau) -> None:
    session, file = bureau.session(bureau.askers["archivist"]), one_of(bureau, ".mp4")
    assert reading_bytes.read_strip(session, bureau.case, file).state == "waiting"
    with pytest.raises(NotFound):
        reading_bytes.read_strip_picture(session, bureau.case, file, "frames")
    assert reading_bytes.prepare(session, bureau.case, file).strip
    told = reading_bytes.read_strip(session, bureau.case, file)
    assert told.state == "ready" and len(told.moments) >= 6
    assert reading_bytes.read_strip_picture(session, bureau.case, file, "poster").data[:2] == b"\xff\xd8"


def test_the_first_to_see_an_altered_copy_writes_it_down_once(bureau: Bureau) -> None:
    session, file = bureau.session(bureau.askers["archivist"]), one_of(bureau, ".jpg")
    shown = open_reading(session, bureau.case, file).shown
    assert shown is not None and shown.state == "intact"
    path = _stored(bureau, file)
    good, mode, before = path.read_bytes(), path.stat().st_mode, bureau.size()
    path.chmod(0o600)
    path.write_bytes(good + b" ")
    try:
        for _ in range(3):
            with pytest.raises(NotIntact):
                reading_bytes.read_page(session, bureau.case, file)
        after = open_reading(session, bureau.case, file).shown
        assert after is not None and after.state == "altered" and after.pages == 0
        told = [entry for entry in bureau.entries(before) if entry["action"] == "object.altered"]
        assert [(entry["actor"], entry["details"]["object"]) for entry in told] == [("archivist", file)]
        with bureau.archive.catalogue.read() as connection:
            assert {row.state for row in holdings.copies_of(connection, bureau.objid)} == {"suspect"}
    finally:
        path.write_bytes(good)
        path.chmod(mode)
        with bureau.archive.catalogue.begin() as connection:
            (row,) = holdings.copies_of(connection, bureau.objid)
            moment = bureau.archive.now()
            change_copy(connection, row.name, row.medium, "verified", actor="archivist", moment=moment)
    assert reading_bytes.read_page(session, bureau.case, file).data


def _stored(bureau: Bureau, file: str) -> Path:
    """Where the copy that is shown lies in the store."""
    with bureau.archive.catalogue.read() as connection:
        case, files = reading_room.contents(connection, bureau.archive.home, bureau.case)
    viewed = next(one for one in files if one.identifier == file)
    return Path(server_store(bureau.archive.home).path(CopyRef(case.package))) / viewed.path
