"""Media types that METS may name."""

from __future__ import annotations

import pytest

from metadata.media_types import is_registered, registered


@pytest.mark.parametrize(
    ("mime", "named"),
    [
        ("video/mp4", "video/mp4"),
        ("audio/amr", "audio/AMR"),
        ("VIDEO/h264", "video/H264"),
        ("text/plain; charset=GB18030", "text/plain"),
        ("application/ofd", "application/octet-stream"),
        ("application/vnd.ms-asf", "application/vnd.ms-asf"),
        ("audio/flac", "application/octet-stream"),
        ("TIFF", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_a_type_stands_in_the_registry_s_spelling_or_not_at_all(mime: str, named: str) -> None:
    assert registered(mime) == named
    assert is_registered(mime) == (named != "application/octet-stream")
