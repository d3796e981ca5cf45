"""Reading copies back against sha256sum, OpenSSL and the bare disk; planning over ten million copies."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measure import row, scratch, settle
from preserve.archival_storage.checking import check_copy
from preserve.data_management.proof.anchors import Anchor
from preserve.work import executor
from storage_adapters.directory import DirectoryAdapter, prepare

_SMALL, _LARGE = 20_000, 2 << 30


def _package(root: Path, name: str, sizes: list[int]) -> Anchor:
    """A bag on a server directory, with its anchor."""
    chance = random.Random(1)
    block = chance.randbytes(1 << 20)
    lines = []
    for number, size in enumerate(sizes):
        path = root / "packages" / name / f"data/{number // 500:03d}/{number:06d}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        running = hashlib.sha256()
        with path.open("wb") as out:
            out.write(head := number.to_bytes(8, "big"))
            running.update(head)
            left = size - 8
            while left > 0:
                part = block[: min(left, len(block))]
                out.write(part)
                running.update(part)
                left -= len(part)
        lines.append(f"{running.hexdigest()}  {path.relative_to(root / 'packages' / name)}\n")
    top = root / "packages" / name
    (top / "bagit.txt").write_bytes(b"BagIt-Version: 1.0\n")
    manifest = "".join(lines).encode()
    (top / "manifest-sha256.txt").write_bytes(manifest)
    tags = "".join(
        f"{hashlib.sha256((top / tag).read_bytes()).hexdigest()}  {tag}\n"
        for tag in ("bagit.txt", "manifest-sha256.txt")
    ).encode()
    (top / "tagmanifest-sha256.txt").write_bytes(tags)
    return Anchor(name, name, 1, hashlib.sha256(manifest).hexdigest(), hashlib.sha256(tags).hexdigest())


def _median(action: Callable[[], object], times: int = 3) -> float:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _ours(adapter: DirectoryAdapter, anchor: Anchor, *, cold: bool) -> None:
    check = check_copy(adapter, "store", anchor, lambda moved: None, from_medium=cold)
    assert check.outcome == "intact", check


def _sha256sum(top: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--quiet", "manifest-sha256.txt"], cwd=top, check=True)


def _openssl(processes: int) -> float:
    """Bytes a second of OpenSSL's SHA-256 over 1 MiB blocks, on so many cores."""
    command = ["openssl", "speed", "-seconds", "2", "-bytes", "1048576", "-evp", "sha256"]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(processes)
    ]
    total = 0.0
    for process in running:
        said = process.communicate()[0]
        total += float(re.findall(r"([\d.]+)k", said)[-1]) * 1000
    return total


def _drop(top: Path) -> None:
    for path in top.rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def _read(top: Path) -> None:
    """The bare sequential read: every byte in large blocks, one file after the other, and nothing done with it."""
    buffer = bytearray(4 << 20)
    for path in sorted(path for path in top.rglob("*") if path.is_file()):
        with path.open("rb", buffering=0) as stream:
            while stream.readinto(buffer):
                continue


def _reading() -> list[str]:
    rows = []
    cores = len(os.sched_getaffinity(0))
    with scratch() as folder, ExitStack() as stack:
        prepare(folder / "store", "store", "bench")
        pool = stack.enter_context(executor())
        list(pool.map(abs, range(100)))  # its processes are there for a whole night
        adapter = DirectoryAdapter(folder / "store", "store", pool=pool)
        chance = random.Random(2)
        small = _package(folder / "store", "aip-small_v0001", [chance.randint(10_000, 50_000) for _ in range(_SMALL)])
        large = _package(folder / "store", "aip-large_v0001", [_LARGE])
        several = _package(folder / "store", "aip-several_v0001", [_LARGE // 8] * 8)
        settle()
        for anchor, what in ((small, "600 MB in 20,000 files"), (large, "one file of 2 GiB")):
            top = adapter.root / "packages" / anchor.name
            peer = _median(lambda top=top: _sha256sum(top))
            ours = _median(lambda anchor=anchor: _ours(adapter, anchor, cold=False))
            rows.append(
                row(
                    f"audit of {what}, warm",
                    f"{ours:.2f} s",
                    f"sha256sum -c {peer:.2f} s",
                    f"{peer / ours:.2f}",
                    "≥ 3",
                    peer / ours >= 3,
                )
            )
        for anchor, processes, what in ((large, 1, "one large file"), (several, cores, "eight files, all cores")):
            speed = _openssl(processes)
            ours = _LARGE / _median(lambda anchor=anchor: _ours(adapter, anchor, cold=False))
            rows.append(
                row(
                    f"hashing {what}, warm",
                    f"{ours / 1e6:.0f} MB/s",
                    f"openssl speed on {processes} core(s) {speed / 1e6:.0f} MB/s",
                    f"{ours / speed:.2f}",
                    "≥ 0.85",
                    ours / speed >= 0.85,
                )
            )
        top = adapter.root / "packages" / large.name
        raw, ours_cold = [], []
        for _ in range(3):
            _drop(top)
            began = time.perf_counter()
            _read(top)
            raw.append(time.perf_counter() - began)
            _drop(top)
            began = time.perf_counter()
            _ours(adapter, large, cold=True)
            ours_cold.append(time.perf_counter() - began)
        share = statistics.median(raw) / statistics.median(ours_cold)
        rows.append(
            row(
                "audit of one file of 2 GiB, cold",
                f"{_LARGE / statistics.median(ours_cold) / 1e6:.0f} MB/s",
                f"bare sequential read {_LARGE / statistics.median(raw) / 1e6:.0f} MB/s",
                f"{share:.2f}",
                "≥ 0.95",
                share >= 0.95,
            )
        )
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        rows.append(row("memory of the auditing process", f"{memory / 1e6:.0f} MB", "—", "—", "flat", None))
    return rows


_PLAN = """
import json, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlalchemy import text
from preserve.archival_storage import schedule
from preserve.archival_storage.policy import Audit, read_policy
from preserve.data_management import holdings
from preserve.data_management.database import create_catalogue
catalogue = create_catalogue(Path(sys.argv[1]))
start = datetime(2026, 1, 1, tzinfo=UTC)
count = int(sys.argv[2])
with catalogue.begin() as connection:
    holdings.add_medium(connection, "store", kind="directory", label="s", location="", actor="b", moment=start)
    for first in range(0, count, 50_000):
        connection.execute(text(
            "INSERT INTO copies (name, medium, objid, version, state, written, verified, part, parts, \\"set\\")"
            " VALUES (:o || '_v0001', 'store', :o, 1, 'verified', '', :v, 1, 1, '')"
        ), [{"o": f"aip-{n:026d}", "v": (start + timedelta(seconds=n * 61 % 31_000_000)).strftime("%Y-%m-%dT%H:%M:%SZ")}
            for n in range(first, first + 50_000)])
rule = Audit(days=90, share=1.0)
profile = read_policy().model_copy(update={"audit": {"directory": rule}})
moment = start + timedelta(days=365)
with catalogue.read() as connection:
    began = time.perf_counter()
    (due,) = schedule.plan(connection, profile, moment, {"store"})
    whole = time.perf_counter() - began
    began = time.perf_counter()
    rows = schedule.due_copies(connection, due, rule, moment, 200)
    listed = time.perf_counter() - began
assert len(rows) == 200 and due.total == count and rows[0].verified == min(row.verified for row in rows)
print(json.dumps({"plan": whole, "list": listed, "due": due.copies}))
"""


def _planning(count: int = 10_000_000) -> list[str]:
    with scratch() as folder:
        done = subprocess.run(
            [sys.executable, "-c", _PLAN, str(folder / "plan.sqlite"), str(count)],
            capture_output=True,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout)
    return [
        row(
            f"due list over {count:,} copies",
            f"{1000 * found['list']:.0f} ms",
            "50 ms",
            f"{found['list'] / 0.05:.2f}",
            "≤ 1",
            found["list"] <= 0.05,
        ),
        row(
            f"whole plan over {count:,} copies",
            f"{found['plan']:.1f} s",
            "10 s",
            f"{found['plan'] / 10:.2f}",
            "≤ 1",
            found["plan"] <= 10,
        ),
    ]


def main() -> list[str]:
    """Reading, then planning."""
    return [*_reading(), *_planning()]
