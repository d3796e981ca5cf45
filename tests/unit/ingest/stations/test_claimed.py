"""A recording of the pool in a case: its path, its row of the description, and where it is from."""

from __future__ import annotations

import json

from preserve.clock import CHINA
from preserve.data_management.pool import Sighting, row_of
from preserve.data_management.pool_records import PoolRecord
from preserve.home import Home
from preserve.ingest.draft import read_drafting
from preserve.ingest.stations.claimed import file_in_case, provenance, row_of_description
from preserve.ingest.stations.profile import read_stations
from preserve.settings import Settings

PROFILE, DRAFTING = read_stations(None), read_drafting(None)
RECORD = PoolRecord(
    id="rec-" + "ab" * 13,
    sha256="ab" * 32,
    digests={"sha256": "ab" * 32},
    size=5,
    name="GMA000123_012345_20260301093000_0001.mp4",
    file="pool/x/bytes/recording.mp4",
    station="站1",
    path="20260301/a.mp4",
    key="k",
    modified="2026-03-01T01:40:00Z",
    taken="2026-03-01T01:30:00Z",
    taken_from="file-name",
    station_time="2026-03-01T10:00:00Z",
    due="2031-03-02",
    kind="video",
    device="GMA000123",
    officer="012345",
    officer_name="张三",
    collected="2026-03-02T00:00:00Z",
    account="li",
)


def test_recorder_and_station_keep_their_own_times() -> None:
    row = row_of_description(RECORD, PROFILE, DRAFTING, CHINA)
    assert row == {
        "file": file_in_case(RECORD.id, RECORD.name, PROFILE),
        "kind": "现场录像",
        "stage": "investigation",
        "date": "2026-03-01",
        "recording_start": "2026-03-01T09:30:00",
        "stored": "2026-03-01T18:00:00",
        "device": "GMA000123",
        "maker": "张三",
    }


def test_a_folder_tells_the_day_alone() -> None:
    told = RECORD.model_copy(update={"taken_from": "folder", "station_time": "", "device": "", "officer_name": ""})
    row = row_of_description(told, PROFILE, DRAFTING, CHINA)
    assert row["date"] == "2026-03-01" and not row.keys() & {"recording_start", "stored", "device", "maker"}


def test_no_name_leads_out_of_its_folder() -> None:
    for name in ("../../etc/passwd", "a/b.mp4", "..", "a\x00b.mp4", "C:\\a.mp4"):
        parts = file_in_case(RECORD.id, name, PROFILE).split("/")
        assert parts[:2] == ["执法记录", "abababababab"] and len(parts) == 3 and parts[2] not in ("", ".", "..")


def test_the_document_says_where_it_is_from() -> None:
    home = Home.__new__(Home)
    object.__setattr__(home, "settings", Settings(archive_id="arch", institution="局"))
    row = row_of(RECORD, "c" * 64)
    places = {row.id: [Sighting("k", row.id, "站1", "20260301/a.mp4", "2026-03-02T00:00:00Z")]}
    ((name, data),) = provenance(home, [row], [RECORD], places, PROFILE)
    told = json.loads(data)
    assert (name, told["archive"]) == ("pool-recordings.json", "arch")
    assert told["recordings"][0]["record"] == RECORD.model_dump(mode="json")
    assert told["recordings"][0]["places"][0]["path"] == "20260301/a.mp4"
