"""Encapsulations read as a stream: every byte comes out, in little memory, and what is hostile is refused."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.errors import Refused
from preserve.ingest.foreign import eep_stream
from preserve.ingest.foreign.eep_names import read_names
from tests.support.eep_files import coding, encapsulation

NAMES = read_names(None)


class Repeated:
    """An encapsulation of a file of zeros, made while it is read."""

    def __init__(self, pieces: int) -> None:
        head, tail = encapsulation(coding("零.bin", b"")).split("<编码数据>".encode())
        self._parts = [head + "<编码数据>".encode(), *[b"AAAA" * (1 << 14)] * pieces, tail]

    def read(self, size: int) -> bytes:
        return self._parts.pop(0) if self._parts else b""


def whole(data: bytes) -> list[bytes]:
    return [coded.read() for coded in eep_stream.decoded(io.BytesIO(data), NAMES, "a.eep")]


@given(st.lists(st.binary(max_size=500), min_size=1, max_size=4), st.integers(1, 97))
def test_every_byte_comes_out_however_it_is_asked_for(files: list[bytes], piece: int) -> None:
    data = encapsulation(*(coding(f"{n}.bin", one) for n, one in enumerate(files)))
    assert whole(data) == files
    for coded, wanted in zip(eep_stream.decoded(io.BytesIO(data), NAMES, "a.eep"), files, strict=True):
        parts = list(iter(lambda coded=coded: coded.read(piece), b""))  # type: ignore[misc]
        assert b"".join(parts) == wanted
        assert all(len(part) <= piece for part in parts)
    assert [one.size for one in eep_stream.read(io.BytesIO(data), NAMES, "a.eep").documents] == list(map(len, files))


def test_memory_does_not_grow_with_the_file() -> None:
    tracemalloc.start()
    try:
        for coded in eep_stream.decoded(Repeated(200), NAMES, "a.eep"):  # 13 MiB of base64
            while coded.read(1 << 16):
                pass
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_one_that_is_passed_over_does_not_disturb_the_next() -> None:
    data = encapsulation(coding("a", b"1" * 9999), coding("b", b"2"))
    found = [coded.read(1) for coded in eep_stream.decoded(io.BytesIO(data), NAMES, "a.eep")]
    assert found == [b"1", b"2"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a/>",
        b"no xml",
        encapsulation(coding("a", b"x"))[:-9],
        encapsulation(coding("a", b"x").replace("eA==", "eA=")),
        encapsulation(coding("a", b"x").replace("eA==", "eA==eA==")),
        encapsulation(coding("a", b"x").replace("eA==", "e!==")),
        encapsulation(coding("a", b"x").replace("eA==", "字字字字")),
        b'<!DOCTYPE a [<!ENTITY x "y">]>' + encapsulation(),
        encapsulation(more="<题名>" * 100 + "</题名>" * 100),
        encapsulation(more=f"<题名>{'长' * 300_000}</题名>"),
        encapsulation(more=f'<题名 a="{"x" * (6 << 20)}"/>'),
    ],
    ids=map(str, range(12)),
)
def test_what_is_none_or_hostile_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match=r"foreign\.unreadable"):
        whole(data)


@pytest.mark.parametrize("declared", ["GB18030", "gb2312"])
def test_encapsulations_in_gb_18030_are_read(declared: str) -> None:
    text = encapsulation(*(coding("录像.mp4", b"x" * 400_000) for _ in range(2))).decode()
    data = text.replace('encoding="UTF-8"', f'encoding="{declared}"').encode("gb18030")
    assert whole(data) == [b"x" * 400_000] * 2
    assert eep_stream.read(io.BytesIO(data), NAMES, "a.eep").said["title"] == "某案"
    with pytest.raises(Refused, match=r"foreign\.encoding"):
        whole(data.replace("某案".encode("gb18030"), b"\xff\xff"))


def test_unknown_elements_are_named() -> None:
    found = eep_stream.read(io.BytesIO(encapsulation(more="<自定义>值</自定义>")), NAMES, "a.eep")
    assert (found.unknown, found.said["title"]) == ({"自定义"}, "某案")
