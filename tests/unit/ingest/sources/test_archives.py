"""Deposits that are archives: names as they were meant, bounds that are kept, damage that is refused by its code."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.errors import Refused
from preserve.ingest.opening import open_source
from preserve.ingest.sources.archives import Bounded, TarSource, ZipSource

RECORD = "现场检查笔录".encode()


def _zip_of(path: Path, *members: tuple[zipfile.ZipInfo, bytes]) -> ZipSource:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members:
            archive.writestr(member, data)
    return ZipSource(path)


def _named(path: Path, name: bytes, extra: bytes = b"") -> ZipSource:
    """A zip whose one member has these very bytes for its name, without the flag for UTF-8."""
    stand_in = "n" * len(name)
    member = zipfile.ZipInfo(stand_in)
    member.extra = extra
    source = _zip_of(path, (member, RECORD))
    path.write_bytes(path.read_bytes().replace(stand_in.encode(), name))
    return source


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_name_without_flag_is_utf8_or_as_chinese_windows_writes_it(encoding: str, tmp_path: Path) -> None:
    source = _named(tmp_path / "a.zip", "现场笔录.txt".encode(encoding))
    assert [entry.path for entry in source.entries()] == ["现场笔录.txt"]
    assert source.read("现场笔录.txt", 100) == RECORD


@pytest.mark.parametrize(("named", "expected"), [(b"plain.txt", "笔录.txt"), (b"other.txt", "plain.txt")])
def test_info_zips_name_counts_while_it_belongs_to_the_plain_one(named: bytes, expected: str, tmp_path: Path) -> None:
    body = b"\1" + struct.pack("<I", zlib.crc32(named)) + "笔录.txt".encode()
    extra = struct.pack("<HH", 0x7075, len(body)) + body
    assert [entry.path for entry in _named(tmp_path / "a.zip", b"plain.txt", extra).entries()] == [expected]


def test_links_and_pipes_of_a_zip_are_no_files(tmp_path: Path) -> None:
    members = []
    for name, mode in (("file", 0o100644), ("link", 0o120777), ("pipe", 0o010644), ("disk", 0o060644), ("folder/", 0)):
        member = zipfile.ZipInfo(name)
        member.create_system, member.external_attr = 3, mode << 16
        members.append((member, b""))
    source = _zip_of(tmp_path / "a.zip", *members)
    kinds = {entry.path: entry.kind for entry in source.entries()}
    assert kinds == {"file": "file", "link": "symlink", "pipe": "fifo", "disk": "device", "folder": "folder"}
    assert [entry.path for entry, _ in source.stream(lambda entry: True)] == ["file"]


@given(st.binary(max_size=64), st.integers(0, 64), st.integers(1, 9))
def test_no_more_comes_than_was_listed(data: bytes, listed: int, piece: int) -> None:
    bounded = Bounded(io.BytesIO(data), listed, "a.txt")
    read = b""
    try:
        while part := bounded.read(piece):
            read += part
    except Refused as refusal:
        assert refusal.code == "sip.member-larger"
        assert len(data) > listed
        assert len(read) <= listed
    else:
        assert len(data) <= listed
        assert read == data


def test_damage_and_lies_are_refused_by_their_code(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.txt", RECORD)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(RECORD, b"x" * len(RECORD)))
    with pytest.raises(Refused, match=r"sip\.member-damaged"):
        ZipSource(path).read("a.txt", 100)
    path.write_bytes(whole[:-30])
    with pytest.raises(Refused, match=r"sip\.archive-damaged"):
        list(ZipSource(path).entries())
    with pytest.raises(Refused, match=r"sip\.unreadable"):
        list(ZipSource(tmp_path / "absent.zip").entries())
    with pytest.raises(Refused, match=r"sip\.unreadable"):
        list(TarSource(tmp_path / "absent.tar").entries())


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_a_tar_is_read_front_to_end_whatever_packs_it(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, kind in (("./笔录.txt", tarfile.REGTYPE), ("l", tarfile.SYMTYPE), ("h", tarfile.LNKTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.mtime = kind, 5
            member.linkname = "" if kind == tarfile.REGTYPE else "./笔录.txt"
            member.size = len(RECORD) if kind == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(RECORD))
    source = TarSource(path)
    entries = [(entry.path, entry.kind, entry.modified_ns, entry.target) for entry in source.entries()]
    assert entries == [
        ("笔录.txt", "file", 5_000_000_000, ""),
        ("l", "symlink", 5_000_000_000, "./笔录.txt"),
        ("h", "hardlink", 5_000_000_000, "./笔录.txt"),
    ]
    assert [stream.read() for _, stream in source.stream(lambda entry: True)] == [RECORD]
    with pytest.raises(Refused, match=r"sip\.file-too-large"):
        source.read("笔录.txt", len(RECORD) - 1)
    with pytest.raises(Refused, match=r"sip\.unreadable"):
        source.read("无.txt", 100)


def test_a_flag_that_says_utf8_of_other_bytes_is_named(tmp_path: Path) -> None:
    _zip_of(tmp_path / "a.zip", (zipfile.ZipInfo("é" * 5), RECORD))
    (tmp_path / "a.zip").write_bytes(
        (tmp_path / "a.zip").read_bytes().replace("é".encode() * 5, "现场笔录甲".encode("gbk"))
    )
    with pytest.raises(Refused, match=r"sip\.archive-names"):
        list(ZipSource(tmp_path / "a.zip").entries())


def _tar_of(*names: str, mode: str = "w:") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(RECORD)
            archive.addfile(member, io.BytesIO(RECORD))
    return packed.getvalue()


@pytest.mark.parametrize("packed", [lambda data: data, gzip.compress, bz2.compress, lzma.compress])
def test_what_lies_behind_a_tar_is_never_passed_over(packed: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    two = _tar_of("a.txt", "b.txt")
    path.write_bytes(packed(two))
    assert [entry.path for entry in TarSource(path).entries()] == ["a.txt", "b.txt"]
    hidden = packed(two) + packed(_tar_of("c.txt"))
    damaged = packed(two[:1024] + bytes([two[1024] ^ 1]) + two[1025:])  # in the header of the second file
    for bad in (hidden, damaged):
        path.write_bytes(bad)
        with pytest.raises(Refused) as refused:
            list(TarSource(path).entries())
        assert refused.value.code == "sip.archive-behind"


def test_a_tar_may_be_filled_up_with_zeros_or_end_without_any(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    for data in (_tar_of("a.txt") + bytes(1 << 19), _tar_of("a.txt")[:1024]):
        path.write_bytes(data)
        assert [entry.path for entry in TarSource(path).entries()] == ["a.txt"]


def test_the_checksum_of_a_packed_tar_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    data = gzip.compress(_tar_of("a.txt"))
    path.write_bytes(data[:-8] + bytes([data[-8] ^ 1]) + data[-7:])
    with pytest.raises(Refused) as refused:
        list(TarSource(path).entries())
    assert refused.value.code == "sip.archive-damaged"


def test_what_lies_around_a_zip_is_never_passed_over(tmp_path: Path) -> None:
    source = _zip_of(tmp_path / "a.zip", (zipfile.ZipInfo("甲.txt"), RECORD))
    good = source.path.read_bytes()
    for bad in (good + good, b"MZ" * 100 + good, good + b"evidence"):
        source.path.write_bytes(bad)
        with pytest.raises(Refused) as refused:
            list(source.entries())
        assert refused.value.code == "sip.archive-around"
        assert refused.value.values["size"] == len(bad) - len(good)
    with zipfile.ZipFile(source.path, "w") as archive:
        archive.comment = "卷宗".encode()
    for harmless in (good + b"\r\n", source.path.read_bytes()):
        source.path.write_bytes(harmless)
        list(source.entries())


def test_a_zip_that_lost_its_end_is_called_damaged(tmp_path: Path) -> None:
    source = _zip_of(tmp_path / "a.zip", (zipfile.ZipInfo("甲.txt"), RECORD))
    source.path.write_bytes(source.path.read_bytes()[:-30])
    with pytest.raises(Refused) as refused:
        open_source(source.path)
    assert refused.value.code == "sip.archive-damaged"
