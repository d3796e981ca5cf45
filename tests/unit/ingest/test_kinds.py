"""What kind of thing a file is: each row of the table, and the order in which they are asked."""

from __future__ import annotations

import pytest

from preserve.ingest.facts import Identification
from preserve.ingest.kinds import kind_of


@pytest.mark.parametrize(
    ("mime", "title", "name", "kind"),
    [
        ("message/rfc822", "Internet Message Format", "a.eml", "email"),
        ("image/tiff", "Tagged Image File Format", "a.tif", "image"),
        ("audio/x-wav", "Waveform Audio", "a.wav", "sound"),
        ("audio/3gpp", "3GPP Audio/Video File", "a.3gp", "video"),
        ("audio/3gpp", "3GPP Audio/Video File", "a.amr", "sound"),
        ("video/mp4", "MPEG-4 Media File", "a.mp4", "video"),
        ("application/mp4", "MPEG-4 Media File", "a.M4A", "sound"),
        ("", "Matroska", "a.mkv", "video"),
        ("application/pdf", "Acrobat PDF 1.7", "a.pdf", "document"),
        ("application/ofd", "OFD", "a.ofd", "document"),
        ("application/msword", "Microsoft Word Document", "a.doc", "document"),
        ("", "WPS Writer", "a.wps", "document"),
        ("text/html", "Microsoft Word HTML", "a.html", "text"),
        ("", "Broadcast WAVE", "a.wav", "sound"),
        ("application/zip", "ZIP Format", "a.zip", "archive"),
        ("", "RAR Archive", "a.rar", "archive"),
        ("application/xml", "Extensible Markup Language", "a.xml", "text"),
        ("application/octet-stream", "unknown", "a.bin", "other"),
        ("", "", "a.m4a", "other"),
    ],
)
def test_the_first_row_that_fits_counts(mime: str, title: str, name: str, kind: str) -> None:
    assert kind_of(Identification(None, title, "", mime, "signature", ()), name) == kind
