"""A body is hashed while it arrives, and its blocks are written as they came."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from preserve.services.receiving import Received, receive


async def _sent(blocks: list[bytes]) -> AsyncIterator[bytes]:
    for block in blocks:
        await asyncio.sleep(0)
        yield block


@pytest.mark.parametrize("sizes", [[], [0], [1], [65_536] * 100, [3, 0, 1 << 20, 7], [1 << 20, 1], [300] * 2_000])
def test_what_comes_is_what_is_hashed_and_written(tmp_path: Path, sizes: list[int]) -> None:
    chosen = random.Random(len(sizes))
    blocks = [chosen.randbytes(size) for size in sizes]
    whole = b"".join(blocks)
    received = asyncio.run(receive(_sent(blocks)))
    assert (received.size, received.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert received == Received(blocks, received.size, received.sha256)
    handle = os.open(tmp_path / "part", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        assert received.write(handle, 5) == 5 + len(whole)
    finally:
        os.close(handle)
    assert (tmp_path / "part").read_bytes() == (b"\0" * 5 + whole if whole else b"")


def test_a_sender_that_goes_away_leaves_nothing_behind() -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield bytes(3 << 20)
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        asyncio.run(receive(breaks()))


def test_bytes_that_are_whole_are_one_block() -> None:
    assert Received.of(b"abc") == Received((b"abc",), 3, hashlib.sha256(b"abc").hexdigest())
