"""One deposit taken in by several attempts of a job: the last one says what became of it, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management import leases
from preserve.data_management.archive import Archive
from preserve.errors import Conflict
from preserve.services import deposits
from tests.support.people import entries, session, staffed
from tests.support.tiny_case import write_whole_case


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = staffed(tmp_path / "home", wu=Role.ARCHIVIST)
    yield opened
    opened.close()


def test_an_ingest_that_was_killed_before_it_said_so_is_done_and_not_refused(archive: Archive) -> None:
    sip = write_whole_case(archive.home.path / "inbox" / "a")
    with leases.taken_by("J", 1):
        first = deposits.ingest(session(archive, "wu"), sip, jobs=1)
    with leases.taken_by("J", 2):
        again = deposits.ingest(session(archive, "wu"), sip, jobs=1)
    assert (again.objid, again.files, again.resumed) == (first.objid, first.files, True)
    assert len(entries(archive, "case.registered")) == 1
    assert entries(archive, "ingest.refused") == []
    with leases.taken_by("K", 1), pytest.raises(Conflict):
        deposits.ingest(session(archive, "wu"), sip, jobs=1)
    (sip / "决定书.txt").write_text("另一份", encoding="utf-8")
    with leases.taken_by("J", 3), pytest.raises(Conflict):
        deposits.ingest(session(archive, "wu"), sip, jobs=1)
