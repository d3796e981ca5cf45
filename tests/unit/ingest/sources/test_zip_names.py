"""Names of zip members as they were meant: backslashes, GBK bytes, Info-ZIP's field, each alone and all in one zip."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from preserve.ingest.sources import Entry
from preserve.ingest.sources.archives import ZipSource

RECORD = b"x"


def _zip_of(path: Path, *members: tuple[str, int]) -> list[Entry]:
    with zipfile.ZipFile(path, "w") as archive:
        for name, system in members:
            member = zipfile.ZipInfo(name)
            member.create_system = system
            archive.writestr(member, b"" if name.endswith(("\\", "/")) else RECORD)
    return list(ZipSource(path).entries())


@pytest.mark.parametrize("system", [0, 10, 14])
def test_made_on_windows_a_backslash_parts_folders(system: int, tmp_path: Path) -> None:
    made = _zip_of(
        tmp_path / "a.zip", ("02调查\\照片\\说明.txt", system), ("02调查\\", system), ("其他/甲.txt", system)
    )
    assert [(entry.path, entry.kind) for entry in made] == [
        ("02调查/照片/说明.txt", "file"),
        ("02调查", "folder"),
        ("其他/甲.txt", "file"),
    ]
    assert made[0].read_as == ("backslashes",) and made[2].read_as == ()


def test_made_elsewhere_it_parts_them_where_nothing_else_does(tmp_path: Path) -> None:
    alone = _zip_of(tmp_path / "a.zip", ("a\\b.txt", 3), ("c.txt", 3))
    assert [entry.path for entry in alone] == ["a/b.txt", "c.txt"]
    beside = _zip_of(tmp_path / "b.zip", ("a\\b.txt", 3), ("d/c.txt", 3))
    assert [entry.path for entry in beside] == ["a\\b.txt", "d/c.txt"]


def test_no_bytes_are_lost_in_a_name_that_looks_like_a_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("甲\\", RECORD)
    assert [(entry.path, entry.kind) for entry in ZipSource(tmp_path / "a.zip").entries()] == [("甲\\", "file")]


@pytest.mark.parametrize("name", ["誠\\許.txt", "乗\\事.txt"])
def test_a_backslash_inside_a_letter_of_gbk_parts_nothing(name: str, tmp_path: Path) -> None:
    """The second byte of 誠 (D55C) and 乗 (81 5C in GBK) is that of a backslash."""
    raw = name.encode("gb18030")
    assert raw.count(b"\\") > 1
    stand_in = "n" * len(raw)
    _zip_of(tmp_path / "a.zip", (stand_in, 0))
    (tmp_path / "a.zip").write_bytes((tmp_path / "a.zip").read_bytes().replace(stand_in.encode(), raw))
    (entry,) = ZipSource(tmp_path / "a.zip").entries()
    assert (entry.path, entry.read_as) == (name.replace("\\", "/"), ("gb18030", "backslashes"))


def test_utf8_by_chance_is_gbk_where_the_archive_was_made_so(tmp_path: Path) -> None:
    """一 in GBK is һ in UTF-8; Info-ZIP on Linux and a Mac do write UTF-8 without the flag, Windows does not."""

    def made(system: int, *names: bytes) -> list[str]:
        _zip_of(tmp_path / "a.zip", *((f"{chr(97 + place) * len(name)}", system) for place, name in enumerate(names)))
        data = (tmp_path / "a.zip").read_bytes()
        for place, name in enumerate(names):
            data = data.replace(bytes([97 + place]) * len(name), name)
        (tmp_path / "a.zip").write_bytes(data)
        return [entry.path for entry in ZipSource(tmp_path / "a.zip").entries()]

    assert made(0, "一.jpg".encode("gbk"), "二.jpg".encode("gbk")) == ["一.jpg", "二.jpg"]
    assert made(3, "一.jpg".encode("gbk"), "现场.jpg".encode("gbk")) == ["一.jpg", "现场.jpg"]
    assert made(3, "Café Привет.jpg".encode()) == ["Café Привет.jpg"]


def test_each_member_of_one_zip_may_have_a_name_of_another_kind(tmp_path: Path) -> None:
    body = b"\1" + struct.pack("<I", zlib.crc32(b"plain.txt")) + "补充.txt".encode()
    beside = zipfile.ZipInfo("plain.txt")
    beside.extra = struct.pack("<HH", 0x7075, len(body)) + body
    gbk = "现场/笔录.txt".encode("gb18030")
    both = "照片/".encode() + "一.jpg".encode("gb18030")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for member in ("立案.txt", beside, "g" * len(gbk), "b" * len(both)):
            archive.writestr(member, RECORD)
    data = (tmp_path / "a.zip").read_bytes()
    for raw, letter in ((gbk, b"g"), (both, b"b")):
        data = data.replace(letter * len(raw), raw)
    (tmp_path / "a.zip").write_bytes(data)
    entries = list(ZipSource(tmp_path / "a.zip").entries())
    assert [entry.path for entry in entries] == ["立案.txt", "补充.txt", "现场/笔录.txt", "照片/一.jpg"]
    assert [entry.read_as for entry in entries] == [(), (), ("gb18030",), ("gb18030",)]
    assert ZipSource(tmp_path / "a.zip").read("照片/一.jpg", 10) == RECORD
