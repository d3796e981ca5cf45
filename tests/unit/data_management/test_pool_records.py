"""A recording and its record are written whole, held to their digests, and removed on demand alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management import pool_records
from preserve.data_management.pool_records import PoolRecord
from preserve.errors import NotIntact
from preserve.home import Home, open_home
from tests.support.people import staffed


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """The home of a new archive."""
    staffed(tmp_path / "home").close()
    yield open_home(tmp_path / "home")


def _published(home: Home, data: bytes = b"bytes") -> tuple[PoolRecord, str]:
    sha256 = hashlib.sha256(data).hexdigest()
    name = pool_records.identifier_of(sha256)
    record = PoolRecord(
        id=name,
        sha256=sha256,
        digests={"sha256": sha256},
        size=len(data),
        name="a.MP4",
        file=pool_records.file_of(name, "a.MP4"),
        station="s",
        path="a.MP4",
        key="k",
        modified="2026-03-01T00:00:00Z",
        due="2031-03-02",
        collected="2026-03-01T00:00:00Z",
        account="li",
    )
    pool_records.top(home).mkdir(exist_ok=True)
    part = pool_records.top(home) / "1.part"
    part.write_bytes(data)
    return record, pool_records.publish(home, record, part)


def test_what_was_published_is_read_as_it_was(home: Home) -> None:
    record, digest = _published(home)
    assert record.file.endswith("/bytes/recording.mp4")
    assert pool_records.read_record(home, record.id, digest) == record
    assert pool_records.digest_of(home, record.id) == digest
    assert pool_records.bring(home, record.file).read_bytes() == b"bytes"
    assert pool_records.check(home, record.file, record.sha256, lambda moved: None) == ""
    assert not list(pool_records.left_over(home))
    assert _published(home)[1] == digest  # in the place of what a run left that was cut off


def test_a_record_of_another_digest_counts_for_nothing(home: Home) -> None:
    record, _ = _published(home)
    for identifier, sha256 in ((record.id, "0" * 64), ("rec-none", "")):
        with pytest.raises(NotIntact):
            pool_records.read_record(home, identifier, sha256)


def test_removed_bytes_leave_the_record(home: Home) -> None:
    record, digest = _published(home)
    for _ in range(2):
        pool_records.drop_recording(home, record.file)
    assert pool_records.check(home, record.file, record.sha256, lambda moved: None) == "absent"
    assert pool_records.read_record(home, record.id, digest) == record


@pytest.mark.parametrize("name", ["a", "a.", "a.é", "a.../..", "a.mp4/..", "x.toolongending"])
def test_no_ending_leads_elsewhere(name: str) -> None:
    path = pool_records.file_of("rec-1", name)
    assert path.startswith("pool/rec-1/bytes/recording") and ".." not in path and path.count("/") == 3


def test_a_side_file_is_kept_once(home: Home) -> None:
    first = pool_records.keep_side_file(home, "day/info.JSON", b"{}")
    assert pool_records.keep_side_file(home, "other/info.json", b"{}") == first
    assert [path.name for path in (pool_records.top(home) / pool_records.SIDES).iterdir()] == [f"{first}.json"]
