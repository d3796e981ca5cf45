"""Segments: any tar reads them, offsets hold, and the same names give the same bytes."""

from __future__ import annotations

import hashlib
import io
import tarfile

from hypothesis import given
from hypothesis import strategies as st

from storage_adapters.conformance import NAMES
from storage_adapters.tar_segments import end, header, padding, plan

FILES = [(name, 7 * place) for place, name in enumerate(NAMES)]


def content(path: str, size: int) -> bytes:
    return (path.encode() * (size + 1))[:size]


def made(package: str, files: list[tuple[str, int]]) -> bytes:
    (segment,) = plan(package, files)
    data = b"".join(
        header(package, m.path, m.size) + content(m.path, m.size) + padding(m.size) for m in segment.members
    )
    data += end()
    assert len(data) == segment.size
    for member in segment.members:
        assert data[member.offset : member.offset + member.size] == content(member.path, member.size)
    return data


def test_python_s_tar_reads_every_name_and_byte() -> None:
    with tarfile.open(fileobj=io.BytesIO(made("aip-x_v0001", FILES))) as opened:
        read = {member.name: opened.extractfile(member).read() for member in opened}  # type: ignore[union-attr]
    assert read == {f"aip-x_v0001/{path}": content(path, size) for path, size in FILES}


def test_the_bytes_of_a_release_stay_the_same() -> None:
    """A segment that is made again after a damage must be the one that the list has."""
    digest = hashlib.sha256(made("aip-x_v0001", FILES)).hexdigest()
    assert digest == "5e271d880fcf741ddea24620a73817e2eb14b24073f10f322a3bb4472fa704e8"


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=60), st.integers(4000, 20_000))
def test_no_segment_is_larger_than_it_may_be(sizes: list[int], largest: int) -> None:
    files = [(f"data/{place}", size) for place, size in enumerate(sizes)]
    segments = list(plan("aip-x_v0001", files, largest))
    assert [(m.path, m.size) for segment in segments for m in segment.members] == files
    assert all(segment.size <= largest or len(segment.members) == 1 for segment in segments)
    assert not list(plan("aip-x_v0001", []))
