"""Readings as files: the same lines give the same bytes, another byte is seen, and what goes is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.administration.founding import found
from preserve.data_management import reading_records
from preserve.errors import Busy, NotIntact
from preserve.home import Home, open_home
from preserve.machine_reading.records import Looked, line_of
from preserve.settings import ObjectStore, Settings
from storage_adapters.s3 import S3Adapter
from tests.support.buckets import bucket, server
from tests.support.machine_reading import ENGINE, page
from tests.support.object_store import ObjectStore as Server

__all__ = ["server"]

LINES = [
    line_of(Looked(file="甲.pdf", engine=ENGINE, what="ocr", sha256="0" * 64)),
    *(line_of(page("甲.pdf", number, "一行字" * 40)) for number in range(1, 400)),
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found(tmp_path / "home", institution="某局", policy="lossless", store=None, digests=("sha256",), language="zh")
    return open_home(tmp_path / "home")


def test_the_same_lines_give_the_same_bytes(home: Home) -> None:
    paths = [reading_records.path_of(home.store, "aip-1", number) for number in (1, 2)]
    (size, sha256), again = (reading_records.write(path, LINES) for path in paths)
    assert again == (size, sha256)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].stat().st_size == size
    assert [line_of(record) for record in reading_records.read(paths[0], sha256)] == LINES


@pytest.mark.parametrize("place", [0, 50, -3])
def test_another_byte_is_seen_before_a_line_is_read(home: Home, place: int) -> None:
    path = reading_records.path_of(home.store, "aip-1", 1)
    _, sha256 = reading_records.write(path, LINES)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(NotIntact, match=r"reading\.altered"):
        next(reading_records.read(path, sha256))


def test_one_that_is_not_there(home: Home) -> None:
    with pytest.raises(NotIntact, match=r"reading\.gone"):
        next(reading_records.read(reading_records.path_of(home.store, "aip-1", 1), "0" * 64))


def test_what_goes_is_gone_with_what_nobody_named(home: Home) -> None:
    for number in (1, 2):
        reading_records.write(reading_records.path_of(home.store, "aip-1", number), LINES)
    parts = reading_records.parts_of(home, "aip-1")
    parts.mkdir(parents=True)
    (parts / "x.jsonl").write_text("{}")
    assert len(reading_records.left(home, "aip-1")) == 2
    reading_records.drop(home, "aip-1")
    assert reading_records.left(home, "aip-1") == []
    reading_records.drop(home, "aip-1")


def versions(made: S3Adapter) -> list[str]:
    listed = made.client().list_object_versions(Bucket=made.bucket, Prefix="records/readings/")
    return [one["Key"] for kind in ("Versions", "DeleteMarkers") for one in listed.get(kind, ())]


def test_of_a_store_that_is_away_nothing_is_kept_here(server: Server, tmp_path: Path) -> None:
    """What one machine removes is gone for all, every version of it."""
    made = bucket(server)
    made.client().put_bucket_versioning(Bucket=made.bucket, VersioningConfiguration={"Status": "Enabled"})
    store = ObjectStore(kind="s3", bucket=made.bucket, endpoint=made.endpoint)
    one, other = (Home(tmp_path / name, Settings(archive_id="a", institution="局", store=store)) for name in "ab")
    path = reading_records.path_of(one.store, "aip-1", 1)
    for _ in range(2):
        _, sha256 = reading_records.write(path, LINES)
    for home in (one, other):
        there = reading_records.path_of(home.store, "aip-1", 1)
        assert len(list(reading_records.read(there, sha256))) == len(LINES)
        assert not there.exists()
        assert reading_records.left(home, "aip-1") == ["readings/aip-1/1.jsonl.gz"]
    assert len(versions(made)) == 2
    reading_records.drop(other, "aip-1")
    assert versions(made) == []
    assert reading_records.left(one, "aip-1") == []
    with pytest.raises(NotIntact, match=r"reading\.gone"):
        next(reading_records.read(path, sha256))


def test_one_at_a_time(home: Home) -> None:
    with reading_records.lock(home, "aip-1"), pytest.raises(Busy), reading_records.lock(home, "aip-1"):
        pass
    with reading_records.lock(home, "aip-1"):
        pass
