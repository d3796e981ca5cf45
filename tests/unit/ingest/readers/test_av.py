"""Sound and video by MediaInfo: streams, length, beginning and device; what is cut is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.ingest.readers.av import moment, read
from preserve.ingest.readers.report import Report
from tests.support.material.corpus import ffmpeg, make_media

CHINA = timezone(timedelta(hours=8))


def _read(path: Path) -> Report:
    report = Report(path.name)
    read(path, report, CHINA)
    return report


def test_a_recordings_streams_length_and_utc_beginning(tmp_path: Path) -> None:
    path = make_media(tmp_path, "h264.mp4")["h264.mp4"].rename(tmp_path / "现场录像 (一).mp4")
    report = _read(path)
    assert [(stream.kind, stream.codec) for stream in report.streams] == [("video", "AVC"), ("sound", "AAC")]
    assert dict(report.streams[0].properties)["Width"] == "160"
    assert report.duration == pytest.approx(1.0, abs=0.1)
    assert report.started == datetime(2026, 3, 12, 1, 30, 15, tzinfo=UTC)
    assert (report.started_from, dict(report.properties)["container-date-read-as"]) == ("container", "UTC")
    assert report.findings == []


def test_a_cut_recording_is_told(tmp_path: Path) -> None:
    path = make_media(tmp_path, "h264.mp4")["h264.mp4"]
    path.write_bytes(path.read_bytes()[:3000])
    assert [finding.code for finding in _read(path).findings] == ["format.truncated"]


def test_a_date_without_a_zone_is_the_cameras_clock(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "-metadata", "date=2026-03-12 09:30:15", "-metadata", "x=y", str(path))
    report = _read(path)
    assert report.started == datetime(2026, 3, 12, 1, 30, 15, tzinfo=UTC)
    assert dict(report.properties)["container-date-read-as"] == str(CHINA)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.booleans(),
)
def test_moments_come_back(written: datetime, local: bool) -> None:
    text = f"{written:%Y-%m-%d %H:%M:%S}" + ("" if local else " UTC")
    expected = written.replace(tzinfo=CHINA if local else UTC)
    assert moment(text, CHINA, local=local) == expected


@pytest.mark.parametrize("text", ["1904-01-01 00:00:00 UTC", "1970-01-01 00:00:00 UTC", "2026-03", "", "2026-13-01"])
def test_the_zero_of_a_clock_and_what_is_no_date_are_no_moments(text: str) -> None:
    assert moment(text, CHINA, local=False) is None
