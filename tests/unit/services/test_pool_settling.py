"""The pool keeps no bytes of a recording once its case has every copy, and keeps them until then."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

from preserve.data_management import pool, pool_records
from preserve.data_management.tables import pool as table
from preserve.profiles import locate
from preserve.services.pool import PoolWish, list_pool
from preserve.services.pool_claims import claim
from preserve.services.pool_collecting import collect, verify, watch
from preserve.services.pool_settling import settle
from preserve.services.waiting import waiting
from preserve.services.waiting_deeds import take_in
from tests.support.people import entries, session
from tests.support.stations import NAMES, tree, write_station
from tests.support.waiting import archive_with_inbox

DRIVE = '[[ordinary]]\nkind = "drive"\ncount = 1\n\n[[long_term]]'


def test_bytes_stay_until_the_case_is_whole_everywhere(tmp_path: Path) -> None:
    archive = archive_with_inbox(tmp_path)
    own = archive.home.profiles / "storage.toml"
    own.parent.mkdir(exist_ok=True)
    own.write_text(locate("storage.toml").read_text(encoding="utf-8").replace("[[long_term]]", DRIVE, 1), "utf-8")
    try:
        station = write_station(tmp_path / "station", NAMES[0])
        collect(session(archive), station, settled=0)
        (row,) = list_pool(session(archive)).recordings
        deposit = next(one.id for one in waiting(session(archive)).deposits if one.name == "整案")
        claim(session(archive), deposit, [row.id])
        taken = take_in(session(archive), deposit)
        assert not taken.sealed and settle(session(archive), deposit, taken.objid) == 0  # twice is once
        assert watch(session(archive), settled=0).cleared == 0
        assert (archive.home.store / row.file).exists()
        with archive.catalogue.begin() as connection:  # many older ones of a case that lacks its copies
            kept = pool.find(connection, row.id)
            assert kept is not None
            older = [
                replace(kept, id=f"rec-{n}", sha256=f"{n:064}", taken="", objid="aip-of-another") for n in range(10_001)
            ]
            connection.execute(table.insert(), [asdict(one) for one in older])
        own.unlink()  # the server's copy is enough from now on
        assert watch(session(archive), settled=0).cleared == 1
        assert not (archive.home.store / row.file).exists()
        assert pool_records.read_record(archive.home, row.id, row.record).sha256 == row.sha256
        assert list_pool(session(archive), PoolWish(state="cleared")).count == 1
        assert [entry["subject"] for entry in entries(archive, "pool.cleared")] == [row.id]
        before = tree(station)
        assert collect(session(archive), station, settled=0).known == 1 and tree(station) == before
        with archive.catalogue.begin() as connection:
            connection.execute(table.delete().where(table.c.objid == "aip-of-another"))
        assert verify(session(archive)).checked == 0
    finally:
        archive.close()
