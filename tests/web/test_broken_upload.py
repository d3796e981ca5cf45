"""A file comes whole over a line that breaks, whoever sends the same twice, and ranges of it are its bytes."""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.broken_upload import Door, checksum, send_with_breaks
from tests.support.web import Served, serving

PIECE, SIZE, BREAKS = 64 << 10, 2_000_003, 12


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("broken")) as running:
        yield running


@pytest.fixture(scope="module")
def door(served: Served) -> Door:
    return Door(served.address, served.client("depositor").cookies["session"])


def _arrived(served: Served, deposit: str) -> list[Path]:
    return [path for path in served.home.rglob("*") if path.is_file() and deposit in str(path) and path.name == "a.bin"]


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_broken_off_comes_whole(served: Served, door: Door, tmp_path: Path, seed: int) -> None:
    source = tmp_path / "a.bin"
    source.write_bytes(random.Random(seed).randbytes(SIZE))
    line = {"path": "案/a.bin", "size": SIZE, "mtime": 1_700_000_000_000 + seed * 1000}
    deposit = door.open(f"案{seed}", [line])
    again = send_with_breaks(door, deposit, source, PIECE, BREAKS, random.Random(seed))
    assert again and len(again) <= BREAKS and all(0 <= sent <= PIECE for sent in again)
    (arrived,) = _arrived(served, deposit)
    assert hashlib.sha256(arrived.read_bytes()).digest() == hashlib.sha256(source.read_bytes()).digest()


def test_of_two_who_send_the_same_piece_one_is_told_where_it_ends(door: Door, served: Served) -> None:
    data = random.Random(3).randbytes(PIECE)
    deposit = door.open("两处", [{"path": "案/a.bin", "size": 4 * PIECE, "mtime": 1_700_000_000_000}])
    status: list[int] = []
    ready = threading.Barrier(4)

    def send() -> None:
        headers = {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
        with door.client() as client:
            ready.wait(60)
            sent = client.patch(
                f"/deposits/{deposit}/files/1", content=data, headers={**headers, "upload-checksum": checksum(data)}
            )
            status.append(sent.status_code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(status) == [204, 409, 409, 409]
    with door.client() as client:
        assert client.head(f"/deposits/{deposit}/files/1").headers["upload-offset"] == str(PIECE)
