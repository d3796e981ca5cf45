"""Pictures as facts: damage on any page is an error, what the camera wrote is read, and nothing reaches the terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from preserve.clock import CHINA
from preserve.ingest.readers.image import read
from preserve.ingest.readers.report import Report
from tests.support.material.pictures import encoded, exif, noise


def _read(path: Path) -> Report:
    report = Report(path.name)
    read(path, report, CHINA)
    return report


def test_camera_time_and_comment(tmp_path: Path) -> None:
    data = exif()
    data[0x0110] = "m" * 18
    data.get_ifd(0x8769)[0x9003] = "2026:11:02 10:20:30"
    data.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + "现场".encode("gbk")
    raw = data.tobytes().replace(b"m" * 18, "警翼执法仪".encode("gbk").ljust(18, b"\0"))
    (tmp_path / "a.jpg").write_bytes(encoded(noise(), "JPEG", exif=raw))
    report = _read(tmp_path / "a.jpg")
    known = dict(report.properties)
    assert report.device == known["Camera"] == "Apple 警翼执法仪"
    assert known["UserComment"] == "现场"
    assert (report.started, report.started_from) == (datetime(2026, 11, 2, 2, 20, 30, tzinfo=UTC), "exif")


def test_damage_is_an_error_of_this_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fax = bytearray(encoded(noise("1", (400, 300)), "TIFF", compression="group4"))
    fax[len(fax) // 2] ^= 0x55
    cases = {
        "cut.jpg": encoded(noise(), "JPEG")[:-40],
        "cut.png": encoded(noise(), "PNG")[:-2],
        "bent.tif": bytes(fax),
        "none.png": b"no picture at all",
    }
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
        findings = _read(tmp_path / name).findings
        assert [(one.code, one.severity) for one in findings] == [
            ("format.unreadable" if name == "none.png" else "format.truncated", "error")
        ], name
    assert capfd.readouterr().err == ""
