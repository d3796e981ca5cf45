"""The catalogue made again from packages and ledger equals the lost one."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from metadata.entities import Event, FileObject, Format, IntellectualEntity
from metadata.premis import write_premis
from preserve.archival_storage import copies, media, policy
from preserve.data_management import cases, checkpoints, ledger, package_index, sealing, search
from preserve.data_management.case_life import read_life
from preserve.data_management.database import open_catalogue
from preserve.data_management.rebuild import rebuild
from preserve.home import Home
from preserve.settings import Settings
from tests.support.catalogue_state import state
from tests.support.catalogues import new_catalogue
from tests.support.ledgers import export_segments

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
OBJID = "aip-01hzzzzzzzzzzzzzzzzzzzzzzz"
NAME = f"{OBJID}_v0001"


def _package(home: Home) -> None:
    root = home.store / "packages" / NAME
    inside = root / "data" / OBJID
    original = inside / "representations" / "original" / "metadata" / "preservation"
    for folder in (inside / "metadata" / "preservation", inside / "metadata" / "descriptive", original):
        folder.mkdir(parents=True)
    described = {
        "case_number": "沪文执罚〔2026〕12号",
        "case_type": "penalty",
        "title": "擅自举办营业性演出",
        "cause": "擅自演出",
        "producer": {"name": "执法总队"},
        "start": "2026-01-02",
        "closed": "2026-03-04",
        "objects": [{"file": "a.txt", "kind": "立案审批表", "stage": "initiation"}],
    }
    (inside / "metadata/descriptive/case.json").write_text(json.dumps(described), encoding="utf-8")
    (inside / "METS.xml").write_text(
        '<mets xmlns="http://www.loc.gov/METS/" OBJID="x"><metsHdr CREATEDATE="2026-11-23T08:00:00Z"/></mets>'
    )
    event = Event("e1", "ingestion start", "2026-11-23T08:00:00Z")
    write_premis(inside / "metadata/preservation/premis.xml", [IntellectualEntity(OBJID)], [event])
    file = FileObject("f1", "data/a.txt", 3, {"sha256": "ab" * 32}, Format("Plain text", "", "x-fmt/111"), "甲.txt")
    write_premis(original / "premis.xml", [file])
    (root / "bag-info.txt").write_text("Payload-Oxum: 3.1\n")
    (root / "manifest-sha256.txt").write_text("")


@pytest.mark.sqlite
def test_equal_after_loss(tmp_path: Path) -> None:
    home = Home(tmp_path, Settings(archive_id="a1", institution="总队"))
    checkpoints.create_keys(home.keys)
    store = media.establish_store(home)
    _package(home)
    catalogue = new_catalogue(home.catalogue)
    with catalogue.begin() as connection:
        media.register_store(connection, home, actor="z", moment=MOMENT)
        package_index.index_package(connection, home.store / "packages" / NAME)
        for step in ("planned", "written", "verified"):
            assert not policy.standing(connection, OBJID, 1, policy.read_policy()).sealed
            copies.change_copy(connection, NAME, store.identity, step, actor="z", moment=MOMENT)
        assert policy.standing(connection, OBJID, 1, policy.read_policy()).sealed
        checkpoints.checkpoint(connection, home.keys, "a1", MOMENT)
        export_segments(connection, home.store / "ledger")
        newest = checkpoints.newest(connection)
        assert newest is not None
        sealing.write_head(home, newest)
        before = state(connection)
        assert cases.find_case(connection, "沪文执罚〔2026〕12号") == OBJID
        assert read_life(connection, OBJID).copies[0].state == "verified"
        assert len(ledger.about(connection, OBJID)) == 3
        assert [row.objid for row in cases.list_cases(connection)] == [OBJID]
    catalogue.close()
    assert rebuild(home, [store]).from_old
    home.catalogue.unlink()
    report = rebuild(home, [store])
    assert (report.cases, report.entries, report.from_old) == (1, 4, False)
    again = open_catalogue(home)
    with again.read() as connection:
        assert state(connection) == before
        assert [hit.objid for hit in search.find(connection, "演出")] == [OBJID]
    again.close()
