"""What is left of a destroyed case: its digests and its decision, readable as the ledger knows it, and no parties."""

from __future__ import annotations

from datetime import timedelta

import pytest

from preserve.administration.disposal import tombstones
from preserve.administration.disposal.executing import execute
from preserve.clock import now
from preserve.data_management import cases, destroyed, object_index, reader_notes, retention_index, versions
from preserve.errors import NotIntact, PreserveError
from tests.support.due_case import Bureau

LATER = timedelta(days=31)


def test_what_is_known_is_written_down_before_it_goes(bureau: Bureau) -> None:
    disposal = bureau.decided(1)
    (entry,) = disposal.entries
    with bureau.archive.catalogue.begin() as connection:
        sha256 = tombstones.draw_up(bureau.archive.home, connection, disposal, entry, "2026-01-01T00:00:00Z")
        destroyed.begin(connection, entry.item.objid, "", disposal.number, sha256, actor="chen", moment=now())
        (gone,) = destroyed.of_case(connection, entry.item.objid)
        draft = tombstones.read_draft(bureau.archive.home, gone)
        listed = {(row.identifier, row.sha256) for row in object_index.of_case(connection, entry.item.objid)}
        (version,) = versions.of_case(connection, entry.item.objid)
    assert {(file.identifier, file.sha256) for file in draft.files} == listed
    assert [(package.name, package.manifest_sha256) for package in draft.packages] == [
        (version.name, version.manifest_sha256)
    ]
    assert draft.people == {"proposer": "chen", "supervisors": "wang, zhao", "head": "head", "on_behalf_of": ""}
    assert (draft.title, draft.closed, draft.destroyed, draft.copies) == ("测试案1", "2013-05-20", "", ())


def test_the_tombstone_says_how_each_copy_went(bureau: Bureau) -> None:
    number = bureau.decided().number
    disposal = execute(bureau.as_("chen", LATER), number).disposal
    with bureau.archive.catalogue.read() as connection:
        stones = tombstones.tombstones_of(bureau.archive.home, connection, disposal)
        assert [stone.objid for stone in stones] == list(bureau.objids)
        copies = tombstones.copies_gone(connection, bureau.objids[0], number)
        assert tombstones.copies_gone(connection, bureau.objids[0], "D1999-0001") == []
    assert list(stones[0].copies) == copies
    assert [(copy.kind, copy.name) for copy in copies] == [("directory", f"{bureau.objids[0]}_v0001")]
    assert stones[0].destroyed


def test_a_changed_tombstone_is_not_believed(bureau: Bureau) -> None:
    execute(bureau.as_("chen", LATER), bureau.decided(1).number)
    home, objid = bureau.archive.home, bureau.objids[0]
    path = home.store / "tombstones" / f"{objid}.destroyed.json"
    path.write_bytes(path.read_bytes().replace("测试案1".encode(), "测试案9".encode()))
    with bureau.archive.catalogue.read() as connection:
        (gone,) = destroyed.of_case(connection, objid)
    with pytest.raises(NotIntact, match=r"proceeding\.record-altered"):
        tombstones.read_draft(home, gone)


def test_the_catalogue_keeps_what_the_tombstone_tells_and_no_more(bureau: Bureau) -> None:
    execute(bureau.as_("chen", LATER), bureau.decided(1).number)
    with bureau.archive.catalogue.read() as connection:
        case = cases.read(connection, bureau.objids[0])
        assert (case.case_number, case.title, case.newest) == ("临文综罚〔2013〕1号", "测试案1", 0)
        assert (case.description.objects, case.description.parties, case.description.note) == ((), (), "")
        assert retention_index.rows_of(connection, case.objid) == []
        assert cases.read(connection, bureau.objids[1]).newest == 1


def _note(bureau: Bureau, *identifiers: str) -> None:
    with bureau.archive.catalogue.begin() as connection:
        for identifier in identifiers:
            reader_notes.add_mark(connection, "li", identifier, 12.5, "王某认错", "2026-11-28T08:00:00Z")


def _noted(bureau: Bureau, identifiers: list[str]) -> list[str]:
    with bureau.archive.catalogue.read() as connection:
        return [one for one in identifiers if reader_notes.marks_of(connection, "li", one)]


def test_what_readers_noted_goes_too_and_does_not_come_back_with_an_earlier_catalogue(bureau: Bureau) -> None:
    disposal = bureau.decided(1)
    with bureau.archive.catalogue.read() as connection:
        gone, kept = ([row.identifier for row in object_index.of_case(connection, one)] for one in bureau.objids)
    _note(bureau, *gone, *kept)
    execute(bureau.as_("chen", LATER), disposal.number)
    assert _noted(bureau, gone + kept) == kept
    _note(bureau, *gone)
    with bureau.archive.catalogue.begin() as connection:
        tombstones.after_rebuild(bureau.archive.home)(connection)
    assert _noted(bureau, gone + kept) == kept


def test_only_a_whole_case_is_buried(bureau: Bureau) -> None:
    execute(bureau.as_("chen", LATER), bureau.decided(1).number)
    with bureau.archive.catalogue.begin() as connection:
        (gone,) = destroyed.of_case(connection, bureau.objids[0])
        part = tombstones.read_draft(bureau.archive.home, gone).model_copy(update={"item": "object-1"})
        with pytest.raises(PreserveError, match=r"disposal\.not-of-it"):
            tombstones.bury(connection, part)


def test_a_rebuilt_catalogue_gets_the_case_back_from_its_tombstone(bureau: Bureau) -> None:
    execute(bureau.as_("chen", LATER), bureau.decided(1).number)
    objid = bureau.objids[0]
    with bureau.archive.catalogue.begin() as connection:
        before = cases.read(connection, objid)
        connection.exec_driver_sql("DELETE FROM cases WHERE objid = ?", (objid,))
        assert not cases.is_listed(connection, objid)
        tombstones.after_rebuild(bureau.archive.home)(connection)
        assert cases.read(connection, objid) == before
        assert [row.due for row in retention_index.rows_of(connection, bureau.objids[1])] == ["2024-01-01"]
