"""Files that an operation wrote go with their room, however the sending ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.types import Message

from preserve.api.sending import send_folder


def _send(folder: Path, headers: dict[str, str], most: int) -> list[Message]:
    """What is sent to a connection that breaks after so many messages."""
    room = folder / "room"
    (room / "answer").mkdir(parents=True)
    (room / "answer" / "report.pdf").write_bytes(bytes(1 << 20))
    told: list[Message] = []

    async def send(message: Message) -> None:
        if len(told) == most:
            raise OSError("the connection was cut")
        told.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    scope = {"type": "http", "method": "GET", "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}
    asyncio.run(send_folder(room / "answer", "report", room)(scope, receive, send))
    return told


@pytest.mark.parametrize(
    ("asked", "status"), [("", 200), ("bytes=0-9", 206), ("bytes=x", 400), ("bytes=9999999-", 416)]
)
def test_the_room_is_gone_when_it_was_sent(asked: str, status: int, tmp_path: Path) -> None:
    told = _send(tmp_path, {"range": asked} if asked else {}, 1000)
    assert told[0]["status"] == status
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("most", [0, 1, 3])
def test_the_room_is_gone_when_the_connection_was_cut(most: int, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cut"):
        _send(tmp_path, {}, most)
    assert list(tmp_path.iterdir()) == []
