"""Which characters a font has: as another reader sees it, from tables made by hand, and refused where it is no font."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from preserve.typesetting.cmap import Coverage, read_coverage
from preserve.typesetting.fonts import face, font_files


def drawn(font: ImageFont.FreeTypeFont, character: str) -> bytes:
    picture = Image.new("L", (40, 40))
    ImageDraw.Draw(picture).text((5, 5), character, fill=255, font=font)
    return picture.tobytes()


def test_the_reader_of_fonts_agrees_with_another_one() -> None:
    for path in font_files():
        index = face()[1] if path == face()[0] else 0
        known = read_coverage(path, index)
        font = ImageFont.truetype(path, 20, index=index, layout_engine=ImageFont.Layout.BASIC)
        empty = drawn(font, "\U0010fffd")
        for code in range(0x20, 0x2FFFF, 997):
            if code not in known and not 0xD800 <= code < 0xE000:
                assert drawn(font, chr(code)) == empty, (path, hex(code))


def test_a_file_that_is_no_font_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.ttf"
    data = font_files()[2].read_bytes()
    for broken in (b"", b"ttcf", data[:300], b"\x00" * 400, data[:12] + b"cmap" + data[16:200]):
        path.write_bytes(broken)
        with pytest.raises(ValueError):
            read_coverage(path)


def font(*tables: tuple[int, int, bytes]) -> bytes:
    """A font file of one table, with these maps by platform and encoding."""
    heads, bodies, offset = b"", b"", 4 + 8 * len(tables)
    for platform, encoding, body in tables:
        heads += struct.pack(">HHI", platform, encoding, offset + len(bodies))
        bodies += body
    cmap = struct.pack(">HH", 0, len(tables)) + heads + bodies
    return struct.pack(">IHHHH", 0x00010000, 1, 0, 0, 0) + struct.pack(">4sIII", b"cmap", 0, 28, len(cmap)) + cmap


def groups(*runs: tuple[int, int, int]) -> bytes:
    """A map of format 12: first and last character, first glyph."""
    body = b"".join(struct.pack(">III", *run) for run in runs)
    return struct.pack(">HHIII", 12, 0, 16 + len(body), 0, len(runs)) + body


def segments(runs: list[tuple[int, int, int]]) -> bytes:
    """A map of format 4 without glyph arrays: first and last character, delta."""
    runs = [*runs, (0xFFFF, 0xFFFF, 1)]
    count = len(runs)
    columns = [[run[1] for run in runs], [0], [run[0] for run in runs], [run[2] for run in runs], [0] * count]
    body = b"".join(struct.pack(f">{len(column)}H", *column) for column in columns)
    return struct.pack(">HHHHHHH", 4, 14 + len(body), 0, 2 * count, 0, 0, 0) + body


def read(folder: Path, data: bytes) -> Coverage:
    (folder / "x.ttf").write_bytes(data)
    return read_coverage(folder / "x.ttf")


CODES = st.sets(st.integers(1, 0x2FFFF), max_size=60)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(codes=CODES)
def test_just_the_characters_that_have_a_glyph(codes: set[int], tmp_path: Path) -> None:
    coverage = read(tmp_path, font((3, 10, groups(*((code, code, 1) for code in sorted(codes))))))
    near = {beside for code in codes for beside in (code - 1, code, code + 1)} | {0, 0xFFFF, 0x10000, 0x2FFFF}
    assert {code for code in near if code in coverage} == codes
    small = sorted(code for code in codes if code < 0xFFFF)
    coverage = read(tmp_path, font((3, 1, segments([(code, code, (1 - code) & 0xFFFF) for code in small]))))
    assert {code for code in near if code in coverage} == set(small)


def test_runs_that_meet_become_one_and_glyph_zero_is_no_glyph(tmp_path: Path) -> None:
    runs = groups((10, 19, 5), (20, 29, 50), (40, 49, 0), (60, 60, 0))
    assert read(tmp_path, font((3, 10, runs))) == Coverage((10, 41), (29, 49))
    # The deltas of these lead the second of them to glyph 0.
    assert read(tmp_path, font((3, 1, segments([(100, 102, 0x10000 - 101)])))) == Coverage((100, 102), (100, 102))


def test_the_fullest_map_of_unicode_counts_and_no_other(tmp_path: Path) -> None:
    few, many = segments([(65, 70, 0)]), groups((65, 0x20000, 1))
    for tables in (((3, 1, few), (3, 10, many)), ((3, 10, many), (3, 1, few)), ((1, 0, few), (0, 4, many))):
        assert 0x20000 in read(tmp_path, font(*tables))
    with pytest.raises(ValueError, match="no map of Unicode"):
        read(tmp_path, font((1, 0, few)))
    assert read(tmp_path, font((3, 10, groups()))) == Coverage((), ())
