"""Programs that a container names, under stable names."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.clock import CHINA
from preserve.ingest.readers.av import read
from preserve.ingest.readers.av_marks import marks
from preserve.ingest.readers.report import Report
from tests.support.material.corpus import ffmpeg

_SHORT = ("-f", "lavfi", "-i", "testsrc=d=0.2:s=64x48:r=10", "-c:v", "mpeg4")


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.avi"])
def test_a_comment_of_an_editor_is_a_fact_in_every_container(name: str, tmp_path: Path) -> None:
    extra = ("-movflags", "use_metadata_tags") if name == "a.mov" else ()
    ffmpeg(*_SHORT, *extra, "-metadata", "comment=剪映专业版 5.9.0 导出", str(tmp_path / name))
    report = Report(name)
    read(tmp_path / name, report, CHINA)
    assert ("comment", "剪映专业版 5.9.0 导出") in report.properties


def test_each_is_said_once_and_a_stream_has_its_own() -> None:
    general = {"Encoded_Application": "Lavf59", "extra": {"software": "Lavf59", "com_apple_quicktime_software": "17.1"}}
    assert list(marks(general)) == [("writing-software", "Lavf59"), ("writing-software", "17.1")]
    stream = {"Title": {"@dt": "binary.base64", "#value": "CUdvUHJvIFRDRA=="}, "Encoded_Library": "x264", "extra": []}
    assert list(marks(stream, of_a_stream=True)) == [("writing-library", "x264"), ("handler-name", "GoPro TCD")]
