"""Side files of stations are read as somebody's word: several makers, sloppy and hostile ones too."""

from __future__ import annotations

import codecs
from datetime import UTC, datetime

import pytest

from preserve.clock import CHINA
from preserve.ingest.stations.profile import read_stations
from preserve.ingest.stations.side_files import SideRecord, read_moment, read_side_file
from tests.support.shared_cases import PACKAGES

PROFILE = read_stations(None)
SAMPLES = PACKAGES / "made"
RECORDED = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)


def _read(name: str, data: bytes | str) -> tuple[SideRecord, ...]:
    found = read_side_file(name, data.encode() if isinstance(data, str) else data, PROFILE)
    assert found.findings == ()
    return found.records


@pytest.mark.samples
@pytest.mark.parametrize("name", ["station-fileinfo.json", "station-records.xml"])
def test_the_samples_of_stations_are_read(name: str) -> None:
    (record,) = _read(name, _sample(name))
    assert (record.get("device"), record.get("officer"), record.get("officer_name")) == ("GMA000123", "012345", "张三")
    assert (record.get("size"), record.get("mark")) == ("73400320", "1")
    assert record.moment("taken", CHINA) == RECORDED
    assert record.moment("collected", CHINA) == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.samples
def test_an_ini_speaks_of_the_recorder_and_of_no_file() -> None:
    (record,) = _read("station_bind.ini", _sample("station_bind.ini"))
    assert (record.name, record.get("device"), record.get("model")) == ("", "GMA000123", "DEMO-1")
    assert record.digests == {"sm3": "0" * 64}


def _sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def test_tables_and_lists_of_digests_are_read_in_each_encoding() -> None:
    text = "文件名;警号;拍摄时间;备注\nD:\\视频\\a.mp4;012345;2026/03/01 09:30:00;第一段\n"
    for data in (text.encode("gb18030"), codecs.BOM_UTF8 + text.encode(), text.encode("utf-16")):
        (record,) = _read("list.csv", data)
        assert (record.name, record.get("officer"), record.get("remark")) == ("a.mp4", "012345", "第一段")
        assert record.moment("taken", CHINA) == RECORDED
    (record,) = _read("sums.sm3", f"{'A' * 64} *a.mp4\nno line\n")
    assert record.digests == {"sm3": "a" * 64}
    (record,) = _read("sums.txt", f"{'b' * 32}  a.mp4\n")
    assert record.digests == {"md5": "b" * 32}


def test_keys_are_known_without_case_and_all_others_are_kept() -> None:
    (record,) = _read("a.json", '{"WJBM": "a.mp4", "SZMD5": "x", "custom": "y", "list": []}')
    assert (record.name, dict(record.rest), record.digests) == ("a.mp4", {"custom": "y"}, {})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", "{"),
        ("a.json", '{"wjbm": 1, "wjbm": 2}'),
        ("a.json", "[" * 100_000),
        ("a.xml", "<a>"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a wjbm="&b;"/>'),
        ("a.ini", "no section"),
        ("a.csv", 'a,b\n"unclosed'),
        ("a.json", b"\xff\xfe\x00"),
    ],
)
def test_what_cannot_be_read_is_a_finding(name: str, data: str | bytes) -> None:
    found = read_side_file(name, data.encode() if isinstance(data, str) else data, PROFILE)
    assert (found.records, [one.code for one in found.findings]) == ((), ["pool.side-file-unread"])


def test_a_side_file_is_bounded() -> None:
    small = PROFILE.model_copy(update={"most_records": 2, "largest_side_file": 100})
    assert read_side_file("a.json", b'[{"wjbm":"a"},{"wjbm":"b"},{"wjbm":"c"}]', small).findings
    assert read_side_file("a.json", b" " * 101, small).findings


@pytest.mark.parametrize(
    "text", ["2026-03-01 09:30:00", "2026-03-01T01:30:00Z", "20260301093000", "20260301093000123", "1772328600000"]
)
def test_moments_are_read_as_stations_write_them(text: str) -> None:
    found = read_moment(text, CHINA)
    assert found is not None and found.replace(microsecond=0) == RECORDED


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "20261301093000", "9" * 50])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert read_moment(text, CHINA) is None
