"""What lies on carriers, and which of its bytes they do not give."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import Refused
from preserve.ingest.legacy.carriers import bad_ranges, look
from preserve.ingest.legacy.records import BadRange
from preserve.ingest.legacy.streams import Extents, OnDisc


def test_links_are_told_and_never_followed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "link").symlink_to("/etc")
    listed = look("C1", tmp_path)
    assert [file.path for file in listed.files] == ["a"]
    assert [(found.code, found.where) for found in listed.findings] == [("imports.not-a-file", "link")]


def test_bytes_that_are_not_there_are_named_by_sectors(tmp_path: Path) -> None:
    disc = tmp_path / "disc.img"
    disc.write_bytes(bytes(5000))
    file = OnDisc(disc, "a", Extents(9000, ((0, 9000),)))
    assert [(one.start, one.length) for one in bad_ranges(file)] == [(4096, 4904)]
    assert bad_ranges(file)[0] == BadRange("a", 4096, 4904, "the carrier ends before the file does")


@pytest.mark.parametrize(("sector", "code"), [(b"NSR02", "imports.carrier-udf"), (b"-----", "imports.carrier-no-disc")])
def test_a_disc_without_iso_9660_is_refused_with_the_reason(tmp_path: Path, sector: bytes, code: str) -> None:
    disc = tmp_path / "disc.img"
    disc.write_bytes(bytes(16 * 2048) + b"\0" + sector + bytes(200 * 2048))
    with pytest.raises(Refused, match=code):
        look("C1", disc)
