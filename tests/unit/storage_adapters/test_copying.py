"""Copies with digests: right bytes, right digests, nothing half-written."""

import hashlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage_adapters import copying, digests
from storage_adapters.errors import Changed, SourceUnreadable

ALGORITHMS = ("sha256", "sha512", "sm3", "md5", "sha1")


def _ignore(_: int) -> None:
    return None


@pytest.mark.parametrize("size", [0, 1, copying.BLOCK - 1, copying.BLOCK, copying.BLOCK + 1, 5 * copying.BLOCK + 7])
def test_bytes_and_digests(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "a").write_bytes(data)
    moved: list[int] = []
    seen: list[bytes] = []
    got = copying.copy_file_checked(tmp_path / "a", tmp_path / "sub" / "b", ALGORITHMS, moved.append, seen=seen.append)
    assert (tmp_path / "sub" / "b").read_bytes() == data
    assert got == (size, {name: hashlib.new(name, data).hexdigest() for name in ALGORITHMS})
    assert sum(moved) == size
    assert seen == ([data] if size <= 1 << 20 else [])
    assert [path.name for path in (tmp_path / "sub").iterdir()] == ["b"]


@pytest.mark.parametrize("sizes", [(10, 20), (3 << 20, 20), (10, 3 << 20), (3 << 20, 4 << 20)])
@pytest.mark.parametrize("order", [1, -1])
def test_a_depositors_half_downloaded_file_lies_beside_the_whole_one(
    sizes: tuple[int, int], order: int, tmp_path: Path
) -> None:
    """`film.mp4` and `film.mp4.part`, in whichever order they are copied."""
    files = {"film.mp4": bytes(sizes[0]), "film.mp4.part": b"!" * sizes[1]}
    for name, data in list(files.items())[::order]:
        (tmp_path / name).write_bytes(data)
        copying.copy_file_checked(tmp_path / name, tmp_path / "to" / name, ("sha256",), _ignore)
    assert {path.name: path.read_bytes() for path in (tmp_path / "to").iterdir()} == files


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=5000))
def test_sm3_without_openssl_is_the_same(data: bytes) -> None:
    own = digests._SM3()
    own.update(data[:10])
    own.update(memoryview(data[10:]))
    assert own.hexdigest() == hashlib.new("sm3", data).hexdigest()


def test_a_stream(tmp_path: Path) -> None:
    data = os.urandom(3 * copying.BLOCK + 1)
    size, seen = copying.copy_stream(io.BytesIO(data), tmp_path / "b", ("sha256",), _ignore)
    assert (size, seen["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())


def test_links_and_devices_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "absent"):
        with pytest.raises(SourceUnreadable):
            copying.copy_file_checked(tmp_path / name, tmp_path / "out", (), _ignore)
    assert not (tmp_path / "out").exists()


def test_a_source_that_changes_is_named(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"x" * (4 * copying.BLOCK))

    def grow(_: int) -> None:
        with source.open("ab") as out:
            out.write(b"y")

    with pytest.raises(Changed):
        copying.copy_file_checked(source, tmp_path / "b", ("sha256",), grow)
