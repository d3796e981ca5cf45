"""Jobs as the door tells of them: a hundred open streams of events, and an ingest asked for against the command's own.

The streams follow a job that waits; what is told of it is written into its folder as its process would. The ingest is
of BENCHMARK_WEB_INGEST small files (10,000), so that the worker's half second of looking for work does not decide.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks import measure
from benchmarks.measure import PROGRAM, describe, row, scratch, settle, timed
from benchmarks.web import PEOPLE, home_of, people, slow, visitor
from benchmarks.web_uploads import packs
from preserve.home import open_home
from preserve.services import job_folders
from tests.support.broken_upload import Door
from tests.support.web import Served, start

STREAMS = 100
FILES = int(os.environ.get("BENCHMARK_WEB_INGEST", "10000"))
_SECONDS = 10
_TOLD = 10


def streams(served: Served) -> list[str]:
    """A hundred people who follow a job: the processor's share, and how late each event comes."""
    with visitor(served) as client:
        objid = client.get("/cases").text.split('href="/cases/aip-')[1].split('"')[0]
        door = Door(served.address, client.cookies["session"])
        cookies = dict(client.cookies)
    with door.client() as client:
        asked = client.post(f"/cases/aip-{objid}/history", headers={"idempotency-key": "history"})
        assert asked.status_code == 202, asked.text
        job = str(asked.json()["id"])
    process = psutil.Process(served.process.pid)
    share, late = asyncio.run(_followed(served, cookies, job, process))
    return [
        row(f"{STREAMS} open streams of events", f"{share:.1%} of a core", "—", "—", "< 5 %", share < 0.05),
        row("an event, from being written to the last of them", f"{late:.2f} s", "—", "—", "≤ 1 s", late <= 1),
    ]


async def _followed(served: Served, cookies: dict[str, str], job: str, process: psutil.Process) -> tuple[float, float]:
    """The share of a core over some quiet seconds, and the longest that an event took to reach all."""
    got: list[asyncio.Queue[float]] = [asyncio.Queue() for _ in range(STREAMS)]
    limits = httpx.Limits(max_connections=STREAMS + 10)
    async with httpx.AsyncClient(base_url=served.address, cookies=cookies, timeout=None, limits=limits) as client:

        async def follow(queue: asyncio.Queue[float]) -> None:
            async with client.stream("GET", f"/jobs/{job}/events") as answer:
                assert answer.status_code == 200, answer.status_code
                async for line in answer.aiter_lines():
                    if line.startswith(("data:", "retry:")):
                        queue.put_nowait(time.perf_counter())

        following = [asyncio.create_task(follow(queue)) for queue in got]
        for queue in got:
            await queue.get()  # the stream's first line: it is open
        await asyncio.sleep(2)
        for queue in got:
            while not queue.empty():
                queue.get_nowait()
        before = process.cpu_times()
        await asyncio.sleep(_SECONDS)
        after = process.cpu_times()
        share = (after.user + after.system - before.user - before.system) / _SECONDS
        late = 0.0
        for _ in range(_TOLD):
            begun = time.perf_counter()
            job_folders.note_state(open_home(served.home), job, "queued", "2026-01-01T00:00:00Z")
            late = max(late, *[await queue.get() - begun for queue in got])
        for one in following:
            one.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    return share, late


def ingests(served: Served, folder: Path) -> list[str]:
    """The same case taken in by a job of the door, and by the command into a home like it."""
    case = folder / "门口"
    case.mkdir()
    names = [f"{number:05}.txt" for number in range(FILES)]
    for number, name in enumerate(names):
        (case / name).write_text(f"{number} 现场检查笔录，当事人陈述。\n" * 20, encoding="utf-8")
    describe(case, "门口〔2026〕1号", names)
    other = folder / "other"
    shutil.copytree(served.home, other, symlinks=True)
    settle()
    floor = timed([PROGRAM, "ingest", str(case)], home=other).seconds
    settle()
    doors = [Door(served.address, served.client(account).cookies["session"]) for account in ("archivist", "head")]
    taken, objid = _through(*doors, case)
    pages, _ = people(served, PEOPLE, 1.0, lambda chosen: f"/cases/{objid}?from={chosen.randrange(1, FILES, 100)}")
    return [
        row(
            f"page of a case of {FILES:,} files, {PEOPLE} people, a second apart",
            f"95th percentile {slow(pages):.0f} ms",
            "—",
            "—",
            "≤ 300 ms",
            slow(pages) <= 300,
        ),
        row(
            f"ingest of {FILES:,} files through the door, from being asked for to being told",
            f"{taken:.1f} s",
            f"the command {floor:.1f} s",
            f"{taken / floor:.2f}",
            "≤ 1.02",
            taken <= 1.02 * floor,
        ),
    ]


def _through(door: Door, head: Door, case: Path) -> tuple[float, str]:
    """Seconds from asking for the ingest of what was handed in to its end, and the case's identifier.

    The head asks for it: the case lacks documents, for which somebody answers.
    """
    names = sorted(path.name for path in case.iterdir())
    lines: list[dict[str, object]] = [
        {"path": f"门口/{name}", "size": (case / name).stat().st_size, "mtime": 1_700_000_000_000} for name in names
    ]
    deposit = door.open("门口", lines)
    with door.client() as client, head.client() as deciding:

        def ask(path: str, key: str, by: httpx.Client = client, **values: Any) -> Any:
            answer = by.post(path, json=values, headers={"idempotency-key": f"{key}-{deposit}"})
            assert answer.status_code in (200, 202), answer.text
            return answer.json()

        for pack in packs(case, names):
            assert client.patch(f"/deposits/{deposit}/pack", content=pack).status_code == 200

        def finish(job: str, by: httpx.Client = client) -> None:
            while (state := by.get(f"/jobs/{job}").json()["state"]) in ("queued", "running"):
                time.sleep(0.1)
            assert state == "done", by.get(f"/jobs/{job}").text

        finish(ask(f"/deposits/{deposit}/closing", "closing")["id"])
        ask(f"/deposits/{deposit}/handing-in", "handing-in")
        begun = time.perf_counter()
        finish(ask("/ingests", "ingest", deciding, deposit=deposit)["id"], deciding)
        taken = time.perf_counter() - begun
        (found,) = client.get("/search", params={"q": "门口"}).json()["hits"]
    return taken, str(found["objid"])


def main() -> list[str]:
    """The rows: the streams of a door without a worker, the ingest of one with."""
    with scratch() as folder:
        home = home_of(folder)
        served = start(home, "--no-worker")
        try:
            rows = streams(served)
        finally:
            served.stop()
        served = start(home)
        try:
            return [*rows, *ingests(served, folder)]
        finally:
            served.stop()


if __name__ == "__main__":
    measure.RUNS = 1
    print(json.dumps(main(), ensure_ascii=False, indent=1))
