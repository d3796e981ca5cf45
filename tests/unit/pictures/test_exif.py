"""EXIF as cameras write it: names in UTF-8 and GBK, times with and without zones, places that are none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from PIL.TiffImagePlugin import IFDRational

from preserve.clock import CHINA
from preserve.pictures import exif

_NAN = IFDRational(0, 0)


def _latin(text: str, encoding: str) -> str:
    """As Pillow gives a text of EXIF."""
    return text.encode(encoding).decode("latin-1")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("DSJ-A9\0\0", "DSJ-A9"),
        (_latin("警翼执法仪", "utf-8"), "警翼执法仪"),
        (_latin("警翼执法仪", "gb18030"), "警翼执法仪"),
        (b"\xca\xd3\xd2\xf4\0", "视音"),
        ("caf\xe9", "caf\xe9"),
        ("a\nb", "a b"),
        (None, ""),
        ("\0", ""),
    ],
)
def test_names_are_read_in_the_encoding_they_are_in(value: object, text: str) -> None:
    assert exif.words(value) == text


@pytest.mark.parametrize(
    ("value", "little", "text"),
    [
        (b"UNICODE\0" + "现场照片 3".encode("utf-16-le"), True, "现场照片 3"),
        (b"UNICODE\0" + "现场照片 3".encode("utf-16-be"), True, "现场照片 3"),
        (b"UNICODE\0" + "现场照片".encode("utf-16"), False, "现场照片"),
        (b"UNICODE\0" + "现场照片".encode(), False, "现场照片"),
        (b"ASCII\0\0\0" + "现场".encode("gbk") + b"\0\0", True, "现场"),
        (b"ASCII\0\0\0scene", True, "scene"),
        (b"JIS\0\0\0\0\0" + "現場".encode("iso2022_jp"), True, "現場"),
        (b"JIS\0\0\0\0\0" + "現場".encode("shift_jis"), True, "現場"),
        (bytes(8) + "现场".encode(), True, "现场"),
        ("现场照片说明".encode("gbk"), True, "现场照片说明"),
        (b"ASCII\0\0\0" + bytes(40), True, ""),
        (None, True, ""),
    ],
)
def test_a_comment_is_read_by_its_prefix_or_despite_it(value: object, little: bool, text: str) -> None:
    assert exif.comment(value, little=little) == text


def _gps(**changed: Any) -> dict[int, Any]:
    gps = {1: "N", 2: (30.0, 35.0, 12.5), 3: "E", 4: (114.0, 18.0, 0.0)}
    return gps | {int(key[1:]): value for key, value in changed.items()}


def test_a_place_is_told() -> None:
    assert exif.place(_gps()) == "30.586806,114.3"
    assert exif.place(_gps(_1="S", _3="W")) == "-30.586806,-114.3"
    assert exif.place(_gps(_1="n\0")) == "30.586806,114.3"


@pytest.mark.parametrize(
    "changed",
    [
        {"_2": (_NAN, _NAN, _NAN)},
        {"_2": (IFDRational(30, 1), _NAN, IFDRational(0, 1))},
        {"_2": (float("nan"), 0.0, 0.0)},
        {"_2": (float("inf"), 0.0, 0.0)},
        {"_2": (91.0, 0.0, 0.0)},
        {"_4": (180.0, 0.0, 1.0)},
        {"_2": (30.0, 61.0, 0.0)},
        {"_2": (-30.0, 0.0, 0.0)},
        {"_2": ("x", "y", "z")},
        {"_2": 30.0},
        {"_2": ()},
        {"_2": None},
        {"_1": None},
        {"_1": "X"},
        {"_2": (0.0, 0.0, 0.0), "_4": (0.0, 0.0, 0.0)},
        {"_9": "V"},
    ],
    ids=str,
)
def test_what_is_no_place_is_not_told(changed: dict[str, Any]) -> None:
    assert exif.place(_gps(**changed)) == ""


@pytest.mark.parametrize(
    ("written", "offset", "subseconds", "text", "zone", "moment"),
    [
        ("2026:11:02 10:20:30", None, None, "2026:11:02 10:20:30", "", "02 02:20:30"),
        ("2026:11:02 10:20:30", "+09:00", "25", "2026:11:02 10:20:30.25", "+09:00", "02 01:20:30"),
        ("2026:11:02 10:20:30", "-0330", "000", "2026:11:02 10:20:30", "-0330", "02 13:50:30"),
        ("2026:11:02 10:20:30", "Z", None, "2026:11:02 10:20:30", "Z", "02 10:20:30"),
        ("2026:11:02 10:20:30", "+99:00", None, "2026:11:02 10:20:30", "+99:00", "02 02:20:30"),
        ("2026:11:02 10:20:30", "北京", None, "2026:11:02 10:20:30", "北京", "02 02:20:30"),
        ("2026-11-02T10:20:30.5+08:00", None, None, "2026:11:02 10:20:30.5", "+08:00", "02 02:20:30"),
        ("2026/11/2 9:20:30", None, None, "2026:11:02 09:20:30", "", "02 01:20:30"),
    ],
)
def test_times_are_read_as_written(
    written: str, offset: str | None, subseconds: str | None, text: str, zone: str, moment: str
) -> None:
    detail = {0x9003: written, 0x9011: offset and offset.encode(), 0x9291: subseconds}
    assert exif.taken(detail) == (text, zone)
    assert exif.moment(text, zone, CHINA) == datetime.strptime(f"2026-11-{moment}", "%Y-%m-%d %H:%M:%S").replace(
        tzinfo=UTC
    )


@pytest.mark.parametrize(
    "written", ["    :  :     :  :  ", "0000:00:00 00:00:00", "2026:13:40 25:61:61", "heute", "", None]
)
def test_what_is_no_time_is_none(written: str | None) -> None:
    text, offset = exif.taken({0x9003: written})
    assert exif.moment(text, offset, CHINA) is None
