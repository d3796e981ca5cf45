"""A file sent by pieces over a line that breaks: what a client sends, and goes on sending from where the door says."""

from __future__ import annotations

import base64
import hashlib
import random
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

BASE = "/api/v1"
PIECE = "application/offset+octet-stream"


@dataclass(frozen=True)
class Door:
    """The REST door at an address, as whoever shows this token asks it."""

    address: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"authorization": f"Bearer {self.token}", "tus-resumable": "1.0.0"}

    def client(self) -> httpx.Client:
        """For whole requests."""
        return httpx.Client(base_url=self.address + BASE, headers=self.headers, timeout=300)

    def open(self, name: str, files: list[dict[str, object]]) -> str:
        """A deposit of these files; its identifier."""
        with self.client() as client:
            asked = {"name": name, "files": files}
            opened = client.post("/deposits", json=asked, headers={"idempotency-key": f"open {name!a}"})
        assert opened.status_code == 201, opened.text
        identifier: str = opened.json()["id"]
        return identifier


def checksum(data: bytes) -> str:
    """The header that names the SHA-256 of a piece."""
    return "sha256 " + base64.b64encode(hashlib.sha256(data).digest()).decode()


def send_with_breaks(
    door: Door, deposit: str, source: Path, piece: int, breaks: int, chosen: random.Random
) -> list[int]:
    """Send line 1 of a deposit in pieces; as often the line is cut at some byte of a piece, with or without a word.

    Returns for each break how many bytes had to be sent twice.
    """
    size = source.stat().st_size
    at = sorted(chosen.sample(range(size), breaks))
    again: list[int] = []
    offset = 0
    with source.open("rb") as read, door.client() as client:
        while offset < size:
            read.seek(offset)
            data = read.read(piece)
            if at and at[0] < offset + len(data):
                upto = max(0, at.pop(0) - offset)
                _cut(door, f"/deposits/{deposit}/files/1", offset, data, upto, abrupt=chosen.random() < 0.5)
                known = _settled(client, deposit, offset, len(data))
                again.append(offset + upto - known if known < offset + upto else 0)
                offset = known
                continue
            offset = _whole(client, deposit, offset, data)
    return again


def _whole(client: httpx.Client, deposit: str, offset: int, data: bytes) -> int:
    headers = {"upload-offset": str(offset), "content-type": PIECE, "upload-checksum": checksum(data)}
    sent = client.patch(f"/deposits/{deposit}/files/1", content=data, headers=headers)
    if sent.status_code == 409:  # a piece that was cut at its very end had arrived
        return int(client.head(f"/deposits/{deposit}/files/1").headers["upload-offset"])
    assert sent.status_code == 204, sent.text
    return int(sent.headers["upload-offset"])


def _settled(client: httpx.Client, deposit: str, offset: int, length: int) -> int:
    known = int(client.head(f"/deposits/{deposit}/files/1").headers["upload-offset"])
    assert known in (offset, offset + length), "half a piece was taken"
    return known


def _cut(door: Door, path: str, offset: int, data: bytes, upto: int, *, abrupt: bool) -> None:
    """Send so many bytes of a piece and no more; an abrupt end is a reset, as of a network that is gone."""
    place = urlsplit(door.address)
    head = {
        **door.headers,
        "host": place.netloc,
        "content-type": PIECE,
        "content-length": str(len(data)),
        "upload-offset": str(offset),
        "upload-checksum": checksum(data),
    }
    lines = [f"PATCH {BASE}{path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=60) as line:
        line.sendall("\r\n".join(lines).encode())
        line.sendall(data[:upto])
        if abrupt:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
