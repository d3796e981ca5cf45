"""Frame sheet and wave form: every frame in its place with gaps to be seen, loudness that can be read off."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from preserve.access.viewing.drawing import About, draw_sheet, draw_wave, time_code

ABOUT = About(
    "临文综罚〔2026〕77号", "02/录像.mp4", "执法记录仪", 60.0, datetime(2026, 3, 1, 9, 30, tzinfo=UTC), "ab" * 32
)
SILENT, LOUD, GREY = (0xF6, 0xF8, 0xFA), (0xB0, 0x00, 0x20), (0xAF, 0xB8, 0xC1)


def frame(folder: Path, number: int, colour: tuple[int, int, int]) -> Path:
    path = folder / f"{number}.png"
    Image.new("RGB", (160, 90), colour).save(path)
    return path


def near(seen: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(seen, tuple)
    return max(abs(one - other) for one, other in zip(seen, wanted, strict=True)) < 20


def test_frames_lie_in_rows_and_a_gap_stays_a_gap(tmp_path: Path) -> None:
    colours = [(200, 0, 0), (0, 200, 0), (0, 0, 200)]
    frames = [(number * 20.0, frame(tmp_path, number, colour)) for number, colour in enumerate(colours)]
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    target = tmp_path / "sheet.jpg"
    draw_sheet(target, ABOUT, [frames[0], (10.0, None), frames[1], frames[2], (50.0, broken)], 3, 160, "")
    with Image.open(target) as sheet:
        assert sheet.format == "JPEG"

        def middle(place: int) -> object:
            left, top = 16 + place % 3 * (160 + 8), 72 + place // 3 * (90 + 26 + 8)
            return sheet.getpixel((left + 20, top + 20))

        assert [near(middle(place), colours[number]) for place, number in ((0, 0), (2, 1), (3, 2))] == [True] * 3
        assert all(near(middle(place), (0x30, 0x36, 0x3D)) for place in (1, 4))


def test_a_note_has_room_and_a_long_name_stays_within(tmp_path: Path) -> None:
    sizes = []
    for name, note in (("a.mp4", ""), ("很长的文件名" * 60 + ".mp4", "有 3 帧读不出来")):
        about = About(ABOUT.case_number, name, ABOUT.device, 60.0, None, ABOUT.sha256)
        draw_sheet(tmp_path / "sheet.jpg", about, [(0.0, None)], 4, 160, note)
        with Image.open(tmp_path / "sheet.jpg") as sheet:
            sizes.append(sheet.size)
            edge = sheet.convert("L").crop((sheet.width - 12, 0, sheet.width, 64))
            assert edge.getextrema()[0] > 200, "the name runs out of the picture"
    assert sizes[0][0] == sizes[1][0] and sizes[1][1] - sizes[0][1] == 22


def test_the_wave_is_red_where_it_is_clipped_grey_where_unread_and_flat_where_silent(tmp_path: Path) -> None:
    target = tmp_path / "wave.png"
    draw_wave(target, ABOUT, [-80.0, 0.0, None, -30.0], "")
    with Image.open(target) as picture:
        wave = picture.convert("RGB")
    columns = [16 + 90 + 300 * part for part in range(4)]
    middle = 72 + 120
    assert [wave.getpixel((column, middle - 100)) for column in columns] == [SILENT, LOUD, GREY, SILENT]
    assert wave.getpixel((columns[3], middle - 30)) == (0x1F, 0x6F, 0xEB), "30 dB below the loudest is half as high"
    assert wave.getpixel((columns[3], middle - 90)) == SILENT


def test_the_same_is_drawn_every_time_and_another_file_looks_different(tmp_path: Path) -> None:
    other = About(ABOUT.case_number, ABOUT.file, ABOUT.device, 60.0, ABOUT.began, "cd" * 32)
    for name, about in (("a", ABOUT), ("b", ABOUT), ("c", other)):
        draw_wave(tmp_path / f"{name}.png", about, [-10.0], "")
    first, again, different = (Image.open(tmp_path / f"{name}.png").convert("RGB") for name in "abc")
    assert ImageChops.difference(first, again).getbbox() is None
    assert ImageChops.difference(first, different).getbbox() is not None


def test_time_codes_and_the_lines_above() -> None:
    assert [time_code(seconds) for seconds in (0, 59.99, 3661, 8 * 3600)] == [
        "00:00:00",
        "00:00:59",
        "01:01:01",
        "08:00:00",
    ]
    first, second = ABOUT.lines()
    assert first == "02/录像.mp4" and "2026-03-01 09:30:00" in second and "执法记录仪" in second
    assert "　　" not in About("1", "a", "", 1.0, None, "").lines()[1]


@pytest.mark.parametrize(("length", "last"), [(6.0, False), (60.0, True)])
def test_short_recordings_have_tenths(tmp_path: Path, length: float, last: bool) -> None:
    """The marks below differ: a recording of six seconds would else read 00:00:01 at several of them."""
    about = About("1", "a", "", length, None, "")
    draw_wave(tmp_path / "wave.png", about, [-80.0], "")
    with Image.open(tmp_path / "wave.png") as picture:
        marks = picture.convert("L").crop((0, 72 + 242, picture.width, 72 + 262))
    second = marks.crop((16 + 200 - 60, 0, 16 + 200 + 60, 20))
    dark = ImageChops.invert(second).getbbox()
    assert dark is not None and (dark[2] - dark[0] < 62) == last
