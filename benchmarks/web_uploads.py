"""Uploads through the door against cp on the same disk, whole and over a line that breaks, each in the same run.

The bytes are sent from this process, which reckons the SHA-256 of each piece as a browser does.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks import measure
from benchmarks.measure import row, scratch, settle
from benchmarks.web import home_of, slow, visitor
from tests.support.broken_upload import PIECE, Door, checksum, send_with_breaks
from tests.support.web import Served, start

SIZE = int(os.environ.get("BENCHMARK_WEB_BYTES", str(1 << 30)))
SMALL = int(os.environ.get("BENCHMARK_WEB_FILES", "20000"))
_CHUNK = 8 << 20
_BREAKS = 50
_PACK = 8 << 20


def one_large(served: Served, door: Door, folder: Path) -> list[str]:
    """One large file over tus, against cp and fsync on the same disk; and what the server's memory is then."""
    source = folder / "source.bin"
    with source.open("wb") as out:
        block = os.urandom(_CHUNK)
        for number in range(SIZE // _CHUNK):
            out.write(number.to_bytes(8, "big") + block[8:])
    settle()
    begun = time.perf_counter()
    with source.open("rb") as read, (folder / "copy.bin").open("wb") as out:
        shutil.copyfileobj(read, out, _CHUNK)
        os.fsync(out.fileno())
    floor = time.perf_counter() - begun
    (folder / "copy.bin").unlink()
    size = source.stat().st_size
    process = psutil.Process(served.process.pid)
    before = process.memory_info().rss
    rates = {summed: _sent(door, source, f"large-{summed}", summed=summed) for summed in (False, True)}
    rows = []
    for summed, least in ((False, 0.4), (True, 0.25)):
        share = rates[summed] * floor / size
        what = f"upload of {size >> 20:,} MiB{', a SHA-256 a piece' if summed else ''}"
        figures = f"{rates[summed] / 1e6:.0f} MB/s", f"cp + fsync {size / floor / 1e6:.0f} MB/s"
        rows.append(row(what, *figures, f"{share:.2f}", f"≥ {least}", share >= least))
    grown = (process.memory_info().rss - before) / 1e6
    rows.append(row("memory that it added", f"{grown:.0f} MB", "—", "—", "< 100 MB", grown < 100))
    return rows


def _sent(door: Door, source: Path, name: str, *, summed: bool) -> float:
    """Bytes a second of a file that is sent by pieces."""
    size = source.stat().st_size
    line: dict[str, object] = {"path": f"{name}/0001.mp4", "size": size, "mtime": 1_700_000_000_000}
    deposit = door.open(name, [line])
    begun, offset = time.perf_counter(), 0
    with source.open("rb") as read, door.client() as client:
        while piece := read.read(_CHUNK):
            headers = {"upload-offset": str(offset), "content-type": PIECE}
            if summed:
                headers["upload-checksum"] = checksum(piece)
            sent = client.patch(f"/deposits/{deposit}/files/1", content=piece, headers=headers)
            assert sent.status_code == 204, sent.text
            offset += len(piece)
    return size / (time.perf_counter() - begun)


def broken_off(served: Served, door: Door, folder: Path) -> list[str]:
    """A file whose line is cut fifty times at random."""
    source = folder / "broken.bin"
    source.write_bytes(random.Random(5).randbytes(200 << 20))
    line: dict[str, object] = {"path": "断/broken.bin", "size": source.stat().st_size, "mtime": 1_700_000_000_000}
    deposit = door.open("断", [line])
    again = send_with_breaks(door, deposit, source, _CHUNK, _BREAKS, random.Random(6))
    (arrived,) = [one for one in served.home.rglob("broken.bin") if deposit in str(one)]
    same = hashlib.file_digest(arrived.open("rb"), "sha256").digest() == hashlib.sha256(source.read_bytes()).digest()
    most = max(again, default=0)
    return [
        row(
            f"upload broken off {len(again)} times at random",
            f"{'identical' if same else 'NOT identical'}, at most {most / 1e6:.1f} MB sent twice",
            f"a piece of {_CHUNK / 1e6:.1f} MB",
            f"{most / _CHUNK:.2f}",
            "identical, ≤ 1",
            same and most <= _CHUNK,
        )
    ]


def many_small(served: Served, door: Door, folder: Path) -> list[str]:
    """Small files in packs, against cp -r and sync; and how long others' pages take meanwhile."""
    source = folder / "small"
    source.mkdir()
    block = os.urandom(30_000)
    for number in range(SMALL):
        (source / f"{number:05}.bin").write_bytes(number.to_bytes(8, "big") + block[8:])
    settle()
    begun = time.perf_counter()
    shutil.copytree(source, folder / "copied")
    settle()
    floor = time.perf_counter() - begun
    shutil.rmtree(folder / "copied")
    names = sorted(path.name for path in source.iterdir())
    lines: list[dict[str, object]] = [
        {"path": f"小/{name}", "size": 30_000, "mtime": 1_700_000_000_000} for name in names
    ]
    over, pages = threading.Event(), list[float]()

    def look() -> None:
        with visitor(served) as client:
            while not over.wait(0.25):
                asked = time.perf_counter()
                client.get("/cases")
                pages.append(1000 * (time.perf_counter() - asked))

    looking = threading.Thread(target=look)
    looking.start()
    begun = time.perf_counter()
    deposit = door.open("小", lines)
    with door.client() as client:
        for pack in packs(source, names):
            assert client.patch(f"/deposits/{deposit}/pack", content=pack).status_code == 200
    taken = time.perf_counter() - begun
    over.set()
    looking.join()
    late = slow(pages) if len(pages) > 1 else statistics.mean(pages or [0.0])
    return [
        row(
            f"upload of {SMALL:,} files of 30 kB",
            f"{taken:.1f} s",
            f"cp -r + sync {floor:.1f} s",
            f"{taken / floor:.1f}",
            "≤ 6",
            taken <= 6 * floor,
        ),
        row("others' list pages meanwhile", f"95th percentile {late:.0f} ms", "—", "—", "≤ 100 ms", late <= 100),
    ]


def packs(folder: Path, names: list[str]) -> Iterator[bytes]:
    """The files in packs as the door takes them."""
    pack, size = list[bytes](), 0
    for line, name in enumerate(names, 1):
        data = (folder / name).read_bytes()
        head = json.dumps({"line": line, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}).encode()
        pack += [head, b"\n", data]
        size += len(data)
        if size >= _PACK:
            yield b"".join(pack)
            pack, size = [], 0
    if pack:
        yield b"".join(pack)


def main() -> list[str]:
    """The rows, over one server."""
    with scratch() as folder:
        served = start(home_of(folder), "--no-worker")
        door = Door(served.address, served.client("archivist").cookies["session"])
        try:
            rows = [*one_large(served, door, folder), *many_small(served, door, folder)]
            return [*rows, *broken_off(served, door, folder)]
        finally:
            served.stop()


if __name__ == "__main__":
    measure.RUNS = 1
    print(json.dumps(main(), ensure_ascii=False, indent=1))
