"""Hostile requests to the upload: numbers, sums and bodies that no client of ours sends, and connections cut off."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.web import Served, fields, serving

PIECE = "application/offset+octet-stream"
RECORDING = b"\0\0\0\x20ftypisom" + bytes(3 << 20)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("uploads")) as running:
        yield running


@pytest.fixture(scope="module")
def depositor(served: Served) -> httpx.Client:
    client = served.client("depositor")
    client.headers["x-csrf"] = fields(client.get("/me").text)["csrf"]
    return client


def _open(client: httpx.Client, name: str, size: int) -> str:
    rows = [{"name": name}, {"path": f"{name}/a.mp4", "size": size, "mtime": 1_700_000_000_000}]
    answer = client.post("/deposits/uploads", content="\n".join(map(json.dumps, rows)))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"upload-offset": "9" * 5000}, 400),
        ({"upload-offset": "-1"}, 400),
        ({"upload-offset": "0", "upload-checksum": "sha256 \u00e9"}, 400),
        ({"upload-offset": "1"}, 409),
    ],
)
def test_a_piece_with_a_wrong_head_is_refused(
    served: Served, depositor: httpx.Client, headers: dict[str, str], status: int
) -> None:
    deposit = _open(depositor, f"head-{len(headers)}-{len(headers['upload-offset'])}-{status}", 5)
    sent = {name: value.encode("latin-1") for name, value in {"content-type": PIECE, **headers}.items()}
    answer = depositor.patch(f"/deposits/{deposit}/upload/1", content=b"hello", headers=sent)
    assert answer.status_code == status, answer.text
    assert "defect" not in "".join(served.log)


def test_a_piece_without_an_end_is_refused_as_too_large(served: Served, depositor: httpx.Client) -> None:
    deposit = _open(depositor, "endless", 1 << 30)
    headers = {"content-type": PIECE, "upload-offset": "0"}
    answer = depositor.patch(f"/deposits/{deposit}/upload/1", content=iter([b"x" * (1 << 20)] * 18), headers=headers)
    assert answer.status_code == 413
    assert "defect" not in "".join(served.log)


def test_a_pack_with_a_number_beyond_all_is_refused(served: Served, depositor: httpx.Client) -> None:
    deposit = _open(depositor, "pack", 5)
    answer = depositor.patch(f"/deposits/{deposit}/pack", content=b'{"line":1e999,"size":5,"sha256":"a"}\nhello')
    assert answer.status_code == 422, answer.text
    assert "defect" not in "".join(served.log)


def test_no_file_stays_open_whoever_cuts_the_connection(served: Served, depositor: httpx.Client) -> None:
    deposit = _open(depositor, "cut", len(RECORDING))
    headers = {"content-type": PIECE, "upload-offset": "0"}
    sent = depositor.patch(f"/deposits/{deposit}/upload/1", content=RECORDING, headers=headers)
    assert sent.status_code == 204
    assert depositor.post(f"/deposits/{deposit}/close").status_code == 200
    address = f"/deposits/{deposit}/files/{hashlib.sha256(b'a.mp4').hexdigest()[:20]}"
    assert depositor.get(address, headers={"range": "bytes=0-9"}).status_code == 206
    assert depositor.head(address).status_code == 200
    assert depositor.get(address, headers={"range": "bytes=99999999-"}).status_code == 416
    assert depositor.get(address, headers={"range": "bytes=x"}).status_code == 400
    _cut_off(served, depositor, address)
    deadline = time.monotonic() + 20
    while (left := _held_open(served)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


def _cut_off(served: Served, client: httpx.Client, address: str) -> None:
    """Ask for it, and reset the connection before an answer can have gone."""
    host = urlsplit(served.address)
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    for _ in range(5):
        with socket.create_connection((host.hostname or "", host.port or 0)) as talk:
            talk.sendall(f"GET {address} HTTP/1.1\r\nHost: {host.netloc}\r\nCookie: {cookie}\r\n\r\n".encode())
            talk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _held_open(served: Served) -> list[str]:
    """The files of deposits that the server has open."""
    found = []
    for handle in Path(f"/proc/{served.process.pid}/fd").iterdir():
        try:
            found.append(os.readlink(handle))
        except FileNotFoundError:
            continue
    return [path for path in found if re.search(r"a\.mp4", path)]
