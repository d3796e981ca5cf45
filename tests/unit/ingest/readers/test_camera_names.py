"""Times in the names that cameras, telephones and programs give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from preserve.clock import CHINA
from preserve.ingest.readers.camera_names import read_name

_NINE = datetime(2026, 9, 15, 7, 30, 22, tzinfo=UTC)  # 15:30:22 in China


@pytest.mark.parametrize(
    "name",
    [
        "VID_20260915_153022.mp4",
        "VID_20260915_153022_123.mp4",
        "IMG20260915153022.jpg",
        "微信视频20260915153022.mp4",
        "微信视频2026-09-15_153022_456.mp4",
        "微信图片_20260915153022.jpg",
        "微信图片_20260915153022_1.jpg",
        "WeChat_20260915153022.mp4",
        "Screenrecorder-2026-09-15-15-30-22-123.mp4",
        "Screenrecord_20260915_153022.mp4",
        "Screen_Recording_20260915_153022_WeChat.mp4",
        "SVID_20260915_153022_1.mp4",
        "录屏_20260915_153022.mp4",
        "录音_20260915153022.m4a",
        "通话录音@13800000000_20260915153022.amr",
        "DJI_20260915153022_0001_D.MP4",
        "WIN_20260915_15_30_22_Pro.mp4",
        "NVR_ch1_main_20260915153022_20260915160000.dav",
        "ch01_20260915153022.mp4",
        "2026-09-15 15.30.22.mov",
        "20260915_153022.mp4",
        "现场/PXL_20260915_073022123.mp4",
        "PXL_20260915_073022123.TS.mp4",
    ],
)
def test_the_moment_in_a_name(name: str) -> None:
    read = read_name(name, CHINA)
    assert read is not None and read.moment == _NINE


def test_milliseconds_since_1970() -> None:
    read = read_name("mmexport1789471234567.mp4", CHINA)
    assert read is not None
    assert read.moment == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=1789471234)
    again = read_name("mmexport1789471234567(1).mp4", CHINA)
    assert again is not None and again.moment == read.moment


@pytest.mark.parametrize(
    "name",
    ["mmexport12.mp4", "IMG_0042.MOV", "微信视频.mp4", "VID_20261345_990000.mp4", "20260915.mp4", "GH010123.MP4"],
)
def test_a_name_without_a_moment(name: str) -> None:
    assert read_name(name, CHINA) is None
