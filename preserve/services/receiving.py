"""The body of a request as one piece of an upload: hashed in a thread while the rest of it arrives."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence

from preserve.ingest.handing_in.received import Received as Received

_TOGETHER = 1 << 20  # bytes that are hashed at once


async def receive(stream: AsyncIterator[bytes]) -> Received:
    """All that comes, in the blocks in which it came. Raises what the stream raises."""
    hasher = hashlib.sha256()
    blocks: list[bytes] = []
    size = hashed = waiting = 0
    hashing: asyncio.Future[None] | None = None

    def update(some: Sequence[bytes]) -> None:
        for block in some:
            hasher.update(block)

    try:
        async for block in stream:
            blocks.append(block)
            size += len(block)
            waiting += len(block)
            if waiting >= _TOGETHER and (hashing is None or hashing.done()):
                hashing = asyncio.get_running_loop().run_in_executor(None, update, blocks[hashed:])
                hashed, waiting = len(blocks), 0
    finally:
        if hashing is not None:
            await hashing
    rest = blocks[hashed:]
    if sum(map(len, rest)) >= _TOGETHER:
        await asyncio.get_running_loop().run_in_executor(None, update, rest)
    else:
        update(rest)
    return Received(blocks, size, hasher.hexdigest())
