"""What a record says of a recording: whose word counts, until when it is kept, and by what its file is known again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from preserve.clock import CHINA
from preserve.data_management.pool_records import PoolRecord
from preserve.ingest.stations.collecting import Copied, Rules, Source, record_of
from preserve.ingest.stations.folders import look_into
from preserve.ingest.stations.profile import read_stations
from storage_adapters.reading import digest_file
from tests.support.stations import write_side, write_sound

PROFILE = read_stations(None)
RULES = Rules(PROFILE, CHINA, 5)
CAME = datetime(2026, 4, 1, tzinfo=UTC)


def _record(root: Path, name: str, side: dict[str, str] | None = None) -> PoolRecord:
    path = write_sound(root / "20260301" / name)
    if side is not None:
        write_side(path.parent / "info.json", [{"wjbm": name, **side}])
    (file,) = look_into(root, PROFILE, now=0.0, settled=0).recordings
    size, digests = digest_file(path, ("sha256", "sm3", "md5"))
    return record_of(Source(root, "站"), file, Copied(path, size, digests), RULES, ("li", CAME))


@pytest.mark.parametrize(
    ("name", "side", "taken", "taken_from", "due"),
    [
        ("GMA000123_012345_20260301093000_0001.wav", None, "2026-03-01T01:30:00Z", "file-name", "2031-03-02"),
        ("a.wav", {"pssj": "2026-03-01 09:30:00"}, "2026-03-01T01:30:00Z", "side-file", "2031-03-02"),
        ("a.wav", None, "2026-02-28T16:00:00Z", "folder", "2031-03-02"),
        # A clock that stands in another year shortens no term: it counts from when the recording came in.
        ("GMA000123_012345_20100301093000_0001.wav", None, "2010-03-01T01:30:00Z", "file-name", "2031-04-02"),
        ("GMA000123_012345_20400301093000_0001.wav", None, "2040-03-01T01:30:00Z", "file-name", "2031-04-02"),
        ("GMA000123_012345_20240229093000_0001.wav", None, "2024-02-29T01:30:00Z", "file-name", "2029-03-01"),
    ],
)
def test_whose_time_counts_and_until_when_it_is_kept(
    tmp_path: Path, name: str, side: dict[str, str] | None, taken: str, taken_from: str, due: str
) -> None:
    record = _record(tmp_path, name, side)
    assert (record.taken, record.taken_from, record.due) == (taken, taken_from, due)


def test_sizes_and_digests_of_side_files_are_held_against_the_bytes(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "20260301" / "a.wav")
    right = digest_file(path, ("sm3", "md5"))[1]
    record = _record(tmp_path, "a.wav", {"sm3": right["sm3"].upper(), "md5": "0" * 32, "wjdx": "7"})
    assert [(one.code, one.values.get("algorithm")) for one in record.findings if one.code.startswith("pool.")] == [
        ("pool.size-differs", None),
        ("pool.digest-differs", "md5"),
    ]


def test_a_file_is_known_by_its_place_size_and_time(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav")
    (file,) = look_into(tmp_path, PROFILE, now=0.0, settled=0).recordings
    (tmp_path / "a.wav").write_bytes(b"other")
    (other,) = look_into(tmp_path, PROFILE, now=0.0, settled=0).recordings
    here = Source(tmp_path, "站")
    assert here.key(file) == Source(tmp_path / ".", "other name").key(file) != here.key(other)
