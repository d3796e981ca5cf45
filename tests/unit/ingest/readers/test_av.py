"""Sound and video by MediaInfo: streams, length, beginning and device; what is cut is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from preserve.ingest.readers.av import read
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
    assert dict(report.properties)["recorded-date-read-as"] == str(CHINA)


def test_a_clip_that_was_exported_later_keeps_the_day_of_its_recording(tmp_path: Path) -> None:
    path = tmp_path / "IMG_0042.MOV"
    keys = {"creationdate": "2026-11-05T15:30:00+0800", "make": "Apple", "model": "iPhone 15"}
    tags = [part for key, value in keys.items() for part in ("-metadata", f"com.apple.quicktime.{key}={value}")]
    picture = ("-f", "lavfi", "-i", "testsrc2=d=1:s=64x48:r=10", "-c:v", "libx264", "-movflags", "use_metadata_tags")
    ffmpeg(*picture, "-metadata", "creation_time=2026-11-18T02:00:00Z", *tags, str(path))
    report = _read(path)
    assert report.started == datetime(2026, 11, 5, 7, 30, tzinfo=UTC)
    assert (report.started_from, report.device) == ("recorded", "Apple iPhone 15")
    properties = dict(report.properties)
    assert properties["recorded-date"] == "2026-11-05T15:30:00+0800"
    assert properties["container-date"].startswith("2026-11-18 02:00:00")
    assert [(finding.code, finding.severity) for finding in report.findings] == [("format.moments-differ", "note")]
