"""The web door as its people feel it: lists, search, log-in, ranges and uploads, each beside its floor in the same run.

The floor of a page is the login page of the same server: the same template and headers, and no catalogue. Twenty people
with a second between their pages are twenty threads with a connection each; a closed loop is eight without a pause.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import shutil
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil

from benchmarks import imitated_home, measure
from benchmarks.measure import row, scratch, settle
from preserve.administration.appointing import add_person
from preserve.administration.duties import FOUNDER, Role
from preserve.administration.passwords import set_password
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management.archive import open_archive
from preserve.home import acting_person
from tests.support.web import PASSWORD, Served, start

CASES = int(os.environ.get("BENCHMARK_WEB_CASES", "100000"))
PEOPLE = 20
PAGES = 15
"""So many pages each of the people opens."""


def home_of(folder: Path) -> Path:
    """A home with so many imitated cases, and an archivist in it."""
    kept = os.environ.get("BENCHMARK_HOMES")
    source = Path(kept) / f"home-{CASES}" if kept else imitated_home.build(folder / "made", CASES)
    home = folder / "home"
    if kept:
        shutil.copytree(source, home, symlinks=True)
    else:
        source.rename(home)
    archive = open_archive(home)
    try:
        by = Person(acting_person(), acting_person(), FOUNDER, founder=True)
        security = Person("security", "安全", frozenset({Role.SECURITY_ADMINISTRATOR}))
        staff = (("security", "security-administrator", by), ("archivist", "archivist", security))
        for name, role, actor in staff:
            given = {"person": name, "roles": [role], "os_user": "", "actor": actor, "moment": now()}
            first = add_person(archive.catalogue, name, **given)  # type: ignore[arg-type]
            set_password(archive.catalogue, name, first, PASSWORD, now())
    finally:
        archive.close()
    return home


def visitor(served: Served) -> httpx.Client:
    """Somebody who is logged in; all of them share the one session."""
    return httpx.Client(base_url=served.address, cookies=served.client("archivist").cookies, timeout=120)


def people(
    served: Served, count: int, pause: float, address: Callable[[random.Random], str]
) -> tuple[list[float], float]:
    """Milliseconds of each page that so many people open, and pages a second."""
    taken: list[float] = []

    def visit(number: int) -> None:
        chosen = random.Random(number)
        with visitor(served) as client:
            time.sleep(pause * number / count)
            for _ in range(PAGES):
                begun = time.perf_counter()
                answer = client.get(address(chosen))
                taken.append(1000 * (time.perf_counter() - begun))
                assert answer.status_code == 200, answer.status_code
                time.sleep(pause)

    begun = time.perf_counter()
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(visit, range(count)))
    return taken, len(taken) / (time.perf_counter() - begun)


def slow(taken: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(taken, n=20)[-1]


def lists(served: Served) -> list[str]:
    """List pages and searches at any place, by people with a pause and in a closed loop."""
    cursors = [""]
    with visitor(served) as client:
        for _ in range(5):
            page = client.get("/cases" + cursors[-1]).text
            following = page.split('rel="next"')[0].rpartition('href="')[2].split('"')[0]
            cursors.append(following.removeprefix("/cases").replace("&amp;", "&"))
    floor, _ = people(served, PEOPLE, 1.0, lambda chosen: "/login")
    listed, _ = people(served, PEOPLE, 1.0, lambda chosen: "/cases" + chosen.choice(cursors))
    found, _ = people(served, PEOPLE, 1.0, lambda chosen: f"/cases?q={chosen.choice(['演出', '检查', '12号', '处罚'])}")
    _, rate = people(served, 8, 0.0, lambda chosen: "/cases" + chosen.choice(cursors))
    return [
        row(
            f"list page of {CASES:,} cases, {PEOPLE} people, a second apart",
            f"95th percentile {slow(listed):.0f} ms",
            f"login page {slow(floor):.0f} ms",
            f"{slow(listed) / slow(floor):.1f}",
            "≤ 120 ms, ≤ 3",
            slow(listed) <= min(120, 3 * slow(floor)),
        ),
        row("search, likewise", f"{slow(found):.0f} ms", "—", "—", "≤ 300 ms", slow(found) <= 300),
        row("list pages, 8 at once without a pause", f"{rate:.0f}/s", "—", "—", "≥ 80/s", rate >= 80),
    ]


def logins(served: Served) -> list[str]:
    """Log-ins one after the other; then others' pages while a stranger guesses as fast as it can."""
    taken: list[float] = []
    for _ in range(15):
        with served.nobody() as client:
            begun = time.perf_counter()
            answer = client.post("/login", data={"account": "security", "password": PASSWORD})
            taken.append(1000 * (time.perf_counter() - begun))
            assert answer.status_code in (200, 303), answer.status_code
    alone, _ = people(served, 4, 0.2, lambda chosen: "/login")
    over = threading.Event()

    def guess() -> None:
        with served.nobody() as client:
            while not over.is_set():
                client.post("/login", data={"account": "nobody-of-that-name", "password": "guess"})

    guesses = [threading.Thread(target=guess, daemon=True) for _ in range(4)]
    for one in guesses:
        one.start()
    beside, _ = people(served, 4, 0.2, lambda chosen: "/login")
    over.set()
    for one in guesses:
        one.join()
    return [
        row("log-in", f"95th percentile {slow(taken):.0f} ms", "—", "—", "≤ 500 ms", slow(taken) <= 500),
        row(
            "others' pages while a stranger guesses passwords without a pause",
            f"95th percentile {slow(beside):.0f} ms",
            f"without {slow(alone):.0f} ms",
            f"{slow(beside) / slow(alone):.1f}",
            "≤ 1.5",
            slow(beside) <= 1.5 * slow(alone),
        ),
    ]


def uploads(served: Served, folder: Path) -> list[str]:
    """One file of a gigabyte over tus, against cp and fsync on the same disk; and what the server's memory is then."""
    size, chunk = 1 << 30, 8 << 20
    source = folder / "source.bin"
    with source.open("wb") as out:
        block = os.urandom(chunk)
        for number in range(size // chunk):
            out.write(number.to_bytes(8, "big") + block[8:])
    settle()
    begun = time.perf_counter()
    with source.open("rb") as read, (folder / "copy.bin").open("wb") as out:
        shutil.copyfileobj(read, out, chunk)
        os.fsync(out.fileno())
    floor = time.perf_counter() - begun
    token = served.client("archivist").cookies["session"]
    headers = {"authorization": f"Bearer {token}", "tus-resumable": "1.0.0"}
    client = httpx.Client(base_url=f"{served.address}/api/v1", headers=headers, timeout=300)
    line = {"path": "录像/0001.mp4", "size": size, "mtime": 1_700_000_000_000}
    opened = client.post("/deposits", json={"name": "一件", "files": [line]}, headers={"idempotency-key": "benchmark"})
    assert opened.status_code == 201, opened.text
    number = opened.json()["id"]
    begun, offset = time.perf_counter(), 0
    with source.open("rb") as read:
        while piece := read.read(chunk):
            sum_ = hashlib.sha256(piece).digest()
            sent = client.patch(
                f"/deposits/{number}/files/1",
                content=piece,
                headers={
                    "upload-offset": str(offset),
                    "content-type": "application/offset+octet-stream",
                    "upload-checksum": f"sha256 {base64.b64encode(sum_).decode()}",
                },
            )
            assert sent.status_code == 204, sent.text
            offset += len(piece)
    taken = time.perf_counter() - begun
    memory = psutil.Process(served.process.pid).memory_info().rss / 1e6
    return [
        row(
            "upload of 1 GiB, a SHA-256 a chunk",
            f"{size / taken / 1e6:.0f} MB/s",
            f"cp + fsync {size / floor / 1e6:.0f} MB/s",
            f"{floor / taken:.2f}",
            "≥ 0.25",
            floor >= 0.25 * taken,
        ),
        row("memory of the web process after it", f"{memory:.0f} MB", "—", "—", "≤ 200 MB", memory <= 200),
    ]


def weight(served: Served) -> list[str]:
    """Bytes of script and sheet of the heaviest pages."""
    from preserve.web.render import STATIC

    total = sum(path.stat().st_size for path in STATIC.iterdir() if path.suffix in (".js", ".css"))
    return [row("script and sheets, all pages", f"{total / 1000:.0f} kB", "—", "—", "≤ 150 kB", total <= 150_000)]


def main() -> list[str]:
    """The rows, over one server."""
    with scratch() as folder:
        served = start(home_of(folder), "--no-worker")
        try:
            return [*lists(served), *logins(served), *uploads(served, folder), *weight(served)]
        finally:
            served.stop()


if __name__ == "__main__":
    measure.RUNS = 1
    print(json.dumps(main(), ensure_ascii=False, indent=1))
