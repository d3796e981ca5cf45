"""A recording played through the door: the first picture, jumps, and one stream, beside nginx on the same file.

It is one noisy clip repeated to BENCHMARK_WEB_BYTES (1 GiB), so that jumps go to places of their own. Where there is no
nginx (`apt-get install nginx-light`), its figures are wanting and the rows say so.
"""

from __future__ import annotations

import getpass
import json
import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from benchmarks import measure
from benchmarks.measure import PROGRAM, describe, row, scratch, timed
from benchmarks.web import home_of, slow, visitor
from tests.support.web import Served, browser, leave_browser, start

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZE = int(os.environ.get("BENCHMARK_WEB_BYTES", str(1 << 30)))
_JUMPS = 50

_PLAY = """async ([address, moments]) => {
  const video = document.createElement('video'); video.muted = true; video.preload = 'auto';
  const until = (name) => new Promise((done, failed) => {
    video.addEventListener(name, done, {once: true});
    video.addEventListener('error', () => failed(new Error('not played')), {once: true});
  });
  const begun = performance.now(); const first = until('loadeddata');
  video.src = address; document.body.append(video); await first;
  const taken = [performance.now() - begun];
  for (const share of moments) {
    const from = performance.now(); const there = until('seeked');
    video.currentTime = share * video.duration; await there;
    taken.push(performance.now() - from);
  }
  video.remove(); return taken;
}"""


def _recording(folder: Path) -> Path:
    """An MP4 that begins with its index, of so many bytes."""
    clip, whole = folder / "clip.mp4", folder / "recording.mp4"
    quiet = ["ffmpeg", "-v", "error", "-y"]
    picture = ["-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25:d=4,noise=alls=40:allf=t", "-pix_fmt", "yuv420p"]
    subprocess.run([*quiet, *picture, "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", str(clip)], check=True)
    times = max(1, SIZE // clip.stat().st_size)
    looped = ["-stream_loop", str(times), "-i", str(clip), "-c", "copy", "-movflags", "+faststart", str(whole)]
    subprocess.run([*quiet, *looped], check=True)
    return whole


@contextmanager
def _nginx(folder: Path) -> Iterator[str]:
    """nginx over a folder; its address, empty where it is not installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        yield ""
        return
    (folder / "index.html").write_text("<!DOCTYPE html><title>x</title><body></body>", encoding="utf-8")
    port = 18_000 + os.getpid() % 2_000
    (folder / "nginx.conf").write_text(
        f"daemon off; user {getpass.getuser()}; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\nevents {{}}\n"
        "http { access_log off; sendfile on; types { text/html html; video/mp4 mp4; }\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    try:
        address = f"http://127.0.0.1:{port}"
        _ready(address)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _ready(address: str) -> None:
    for _ in range(100):
        try:
            httpx.get(address, timeout=5)
            return
        except httpx.ConnectError:
            time.sleep(0.05)
    raise RuntimeError(f"{address} does not answer")


def _ranges(client: httpx.Client, address: str) -> float:
    """Bytes a second of one stream over the whole file, in the ranges of a player."""
    begun, got = time.perf_counter(), 0
    with client.stream("GET", address, headers={"range": "bytes=0-"}) as answer:
        assert answer.status_code == 206, answer.status_code
        for block in answer.iter_raw():
            got += len(block)
    return got / (time.perf_counter() - begun)


def _played(page: Page, where: str, address: str) -> tuple[float, float]:
    """Milliseconds to the first picture, and the 95th percentile of jumps."""
    page.goto(where)
    chosen = random.Random(4)
    first, *jumps = page.evaluate(_PLAY, [address, [chosen.random() for _ in range(_JUMPS)]])
    return float(first), slow([float(one) for one in jumps])


def recordings(served: Served, folder: Path) -> list[str]:
    """The first picture, jumps, and one stream, beside nginx on the same file."""
    case = folder / "case"
    case.mkdir()
    _recording(folder).rename(case / "recording.mp4")
    describe(case, "录像〔2026〕1号", ["recording.mp4"])
    timed([PROGRAM, "ingest", str(case)], home=served.home)
    with visitor(served) as client, _nginx(case) as peer:
        objid = client.get("/cases?words=录像").text.split('href="/cases/aip-')[1].split('"')[0]
        file = client.get(f"/cases/aip-{objid}").text.split(f"/cases/aip-{objid}/view/")[1].split('"')[0]
        address = f"/cases/aip-{objid}/files/{file}"
        while client.get(address, headers={"range": "bytes=0-9"}).status_code != 206:
            time.sleep(0.5)  # it is brought into the viewing room
        ours, theirs = _ranges(client, address), 0.0
        context = browser().new_context(base_url=served.address)
        context.add_cookies([{"name": "session", "value": client.cookies["session"], "url": served.address}])
        first, jump = _played(context.new_page(), served.address + "/login", address)
        peers = (0.0, 0.0)
        if peer:
            with httpx.Client(timeout=120) as other:
                theirs = _ranges(other, f"{peer}/recording.mp4")
            peers = _played(browser().new_page(), peer + "/index.html", "/recording.mp4")
        leave_browser()
    name = f"a recording of {SIZE >> 20:,} MiB"
    return [
        _beside(f"{name}: first picture in Chromium", first, peers[0], 1000),
        _beside(f"{name}: a jump, 95th percentile of {_JUMPS}", jump, peers[1], 500),
        row(
            f"{name}: one stream",
            f"{ours / 1e6:.0f} MB/s",
            f"nginx {theirs / 1e6:.0f} MB/s" if theirs else "nginx is not installed",
            f"{ours / theirs:.2f}" if theirs else "—",
            "≥ 0.6",
            ours >= 0.6 * theirs if theirs else None,
        ),
    ]


def _beside(what: str, ours: float, theirs: float, most: float) -> str:
    return row(
        what,
        f"{ours:.0f} ms",
        f"nginx {theirs:.0f} ms" if theirs else "nginx is not installed",
        f"{ours / theirs:.1f}" if theirs else "—",
        f"≤ {most:.0f} ms, ≤ 1.5",
        ours <= most and ours <= 1.5 * theirs if theirs else ours <= most,
    )


def main() -> list[str]:
    """The rows, over one server."""
    with scratch() as folder:
        served = start(home_of(folder), "--no-worker")
        try:
            return recordings(served, folder)
        finally:
            served.stop()


if __name__ == "__main__":
    measure.RUNS = 1
    print(json.dumps(main(), ensure_ascii=False, indent=1))
