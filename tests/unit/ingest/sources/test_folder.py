"""A deposit that is a folder: every name in the order of its bytes, and never a byte from outside it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from preserve.errors import Refused
from preserve.ingest.sources.folder import FolderSource, open_beneath


def test_names_come_in_the_order_of_their_bytes_with_what_they_are(tmp_path: Path) -> None:
    for name in ("b", "B", "证"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "inner").write_bytes(b"12345")
    (tmp_path / os.fsdecode(b"\xff")).write_bytes(b"")
    os.symlink("/etc/passwd", tmp_path / "link")
    os.mkfifo(tmp_path / "pipe")
    entries = [
        (entry.path, entry.kind, entry.size) for entry in FolderSource(tmp_path).entries() if entry.kind != "symlink"
    ]
    assert entries == [
        ("B", "file", 1),
        ("a", "folder", 0),
        ("a/inner", "file", 5),
        ("b", "file", 1),
        ("pipe", "fifo", 0),
        ("证", "file", 1),
        (os.fsdecode(b"\xff"), "file", 0),
    ]
    assert {entry.path for entry in FolderSource(tmp_path).entries() if entry.kind == "symlink"} == {"link"}


def test_a_second_name_of_a_file_shows_by_its_inode(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    os.link(tmp_path / "a", tmp_path / "b")
    first, second = FolderSource(tmp_path).entries()
    assert (first.links, first.inode) == (2, second.inode)


@pytest.mark.parametrize("path", ["file-link", "folder-link/secret", "pipe", "absent", "folder", "folder/../../secret"])
def test_no_link_pipe_or_folder_is_opened(path: str, tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    for folder in (outside, root, root / "folder"):
        folder.mkdir()
    (outside / "secret").write_bytes(b"secret")
    os.symlink(outside / "secret", root / "file-link")
    os.symlink(outside, root / "folder-link")
    os.mkfifo(root / "pipe")
    with pytest.raises(Refused, match=r"sip\.unreadable"):
        open_beneath(root, path)


def test_a_socket_is_named_and_never_read(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        source = FolderSource(tmp_path)
        assert [entry.kind for entry in source.entries()] == ["socket"]
        assert list(source.stream(lambda entry: True)) == []


def test_only_what_is_wanted_is_streamed_and_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1234")
    (tmp_path / "b").write_bytes(b"5678")
    source = FolderSource(tmp_path)
    assert [(entry.path, stream.read()) for entry, stream in source.stream(lambda entry: entry.path == "b")] == [
        ("b", b"5678")
    ]
    assert source.read("a", 4) == b"1234"
    with pytest.raises(Refused, match=r"sip\.file-too-large"):
        source.read("a", 3)


def test_a_folder_that_is_too_deep_is_refused(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(203):
        deep = deep / "d"
        deep.mkdir()
    with pytest.raises(Refused, match=r"sip\.too-deep"):
        list(FolderSource(tmp_path).entries())


def test_a_folder_that_was_swapped_for_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a").write_bytes(b"x")
    swapped = tmp_path / "deposit"
    swapped.symlink_to(tmp_path / "secret")
    with pytest.raises(Refused, match=r"sip\.unreadable"):
        list(FolderSource(swapped).entries())
    with pytest.raises(Refused, match=r"sip\.unreadable"):
        open_beneath(swapped, "a")
