"""Work asked for in a browser outlives the browser, its own process, the worker and the service, each killed outright."""

from __future__ import annotations

import hashlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from preserve.data_management import cases, jobs, journal
from preserve.data_management.jobs import JobRow
from tests.support.tiny_case import write_whole_case
from tests.support.web import PROGRAM, Served, opened, person, serving, start

NUMBER = "临文综罚〔2026〕71号"
Answer = TypeVar("Answer")
OPEN = {"queued", "running", "stopping"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door whose inbox has a case with a recording that takes some seconds, and a small one."""
    folder = tmp_path_factory.mktemp("killed")
    with serving(folder, cases=0) as first:
        first.stop()
        slow = write_whole_case(folder / "share" / "录像案", case_number=NUMBER)
        film(slow / "现场录像.mp4")
        told = json.loads((slow / "case.json").read_text(encoding="utf-8"))
        told["objects"].append({"file": "现场录像.mp4", "kind": "现场录像", "stage": "调查"})
        (slow / "case.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        write_whole_case(folder / "share" / "小案", case_number=NUMBER.replace("71", "72"))
        with (first.home / "preserve.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[web]\ninbox = ["{folder / "share"}"]\n')
        running = start(first.home)
        yield running
        running.stop()


def until(ask: Callable[[], Answer], what: str, patience: float = 120) -> Answer:
    """What `ask` gives as soon as it gives something."""
    end, pause = time.monotonic() + patience, threading.Event()
    while time.monotonic() < end:
        if found := ask():
            return found
        pause.wait(0.05)  # between two questions to other processes
    raise AssertionError(f"not in time: {what}")


def film(target: Path) -> None:
    """A quarter of a minute that is not quickly turned into anything else."""
    picture = ["-f", "lavfi", "-i", "testsrc2=size=960x540:rate=25:duration=15"]
    made = ["ffmpeg", "-loglevel", "error", *picture, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    subprocess.run([*made, str(target)], check=True)


def row_of(served: Served, job: str) -> JobRow:
    archive = opened(served.home)
    try:
        with archive.catalogue.read() as connection:
            return jobs.read(connection, job)
    finally:
        archive.close()


def at_work(served: Served, job: str, attempt: int) -> JobRow:
    """The job once its process of this attempt has told how far it is."""

    def begun() -> JobRow | None:
        row = row_of(served, job)
        assert row.state in OPEN, (row.state, row.failure)
        lines = [line for line in (served.home / "work" / "jobs" / job).glob("progress*") if line.stat().st_size]
        return row if row.state == "running" and row.attempt == attempt and lines and row.pid else None

    found = until(begun, f"attempt {attempt}")
    assert found is not None
    return found


def objid_of_ingest(served: Served) -> str:
    """What the package will be called that an ingest of this case makes; empty while none has begun."""
    archive = opened(served.home)
    try:
        with archive.catalogue.read() as connection:
            row = journal.live(connection, NUMBER)
            return row.objid if row else ""
    finally:
        archive.close()


def child_of(served: Served, job: str) -> int:
    """The process that does this job."""

    def there() -> int:
        for place in Path("/proc").glob("[0-9]*"):
            try:
                words = (place / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if "run" in words and job in words and str(served.home) in words:
                return int(place.name)
        return 0

    return int(until(there, "the process of the job"))


def worker_of(served: Served) -> int:
    """The process that takes this home's jobs."""
    own = {str(served.home), "worker"}

    def there() -> int:
        for place in Path("/proc").glob("[0-9]*"):
            try:
                words = set((place / "cmdline").read_bytes().decode(errors="replace").split("\0"))
            except OSError:
                continue
            if own <= words:
                return int(place.name)
        return 0

    return int(until(there, "the worker"))


def ask_to_take_in(page: Page, name: str) -> str:
    """From the list of deposits to the page of the job, as somebody who clicks; the job."""
    page.goto("/deposits")
    page.click(f"main table a:has-text('{name}')")
    page.click("form[action$='/take-in'] button")
    page.wait_for_url("**/jobs/*")
    return page.url.partition("?")[0].rpartition("/")[2]


def test_an_ingest_comes_through_every_kind_of_death(served: Served) -> None:
    with person(served, "archivist") as page:
        job = ask_to_take_in(page, NUMBER)
        at_work(served, job, 1)
    with person(served, "archivist") as page:  # the browser was closed, and is opened again at the address
        page.goto(f"/jobs/{job}")
        assert page.locator("[data-job-state]").inner_text() in ("等待中", "进行中")
    begun = until(lambda: objid_of_ingest(served), "an ingest that has begun")

    os.kill(child_of(served, job), signal.SIGKILL)
    at_work(served, job, 2)  # once it goes on by itself
    before = worker_of(served)
    os.kill(before, signal.SIGKILL)
    until(lambda: worker_of(served) != before, "another worker")
    served.process.send_signal(signal.SIGKILL)
    served.process.wait(30)
    served.process = start(served.home, listen=urlsplit(served.address).netloc).process
    goes_on_until_done(served, job)
    taken_in_as_it_was(served, begun)


def settled(served: Served, job: str) -> JobRow:
    """The job when it is at work, or has ended."""

    def row() -> JobRow | None:
        found = row_of(served, job)
        return found if found.state not in ("queued", "stopping") else None

    found = until(row, "a start")
    assert found is not None
    return found


def goes_on_until_done(served: Served, job: str) -> None:
    """Its process dies until it does not go on by itself any more; then somebody lets it go on."""
    with person(served, "archivist") as page:
        while (row := settled(served, job)).state in OPEN:
            os.kill(child_of(served, job), signal.SIGKILL)
            until(lambda old=row: row_of(served, job) != old, "what becomes of it")  # type: ignore[misc]
        assert row_of(served, job).state in ("lost", "stopped")
        page.goto(f"/jobs/{job}")
        assert page.locator(".badge").first.inner_text() in ("已中断", "已停止")
        page.click(f"form[action='/jobs/{job}/resume'] button")
        page.locator(".badge.job-done").wait_for(timeout=120_000)


def taken_in_as_it_was(served: Served, objid: str) -> None:
    """One case, one package, the one that was begun; every byte of it is the depositor's, and it verifies."""
    archive = opened(served.home)
    try:
        with archive.catalogue.read() as connection:
            (row,) = [row for row in cases.list_cases(connection) if row.case_number == NUMBER]
    finally:
        archive.close()
    assert row.objid == objid
    (package,) = (served.home / "store" / "packages").glob(f"{objid}_*")
    source = served.home.parent / "share" / "录像案"
    sent = {hashlib.sha256(path.read_bytes()).hexdigest() for path in source.iterdir()}
    manifest = (package / "manifest-sha256.txt").read_text(encoding="utf-8")
    assert sent <= {line.split()[0] for line in manifest.splitlines()}
    subprocess.run([PROGRAM, "verify", str(package)], check=True, capture_output=True)


def test_a_double_click_and_a_form_sent_again_are_one_job(served: Served) -> None:
    with person(served, "archivist") as page:
        page.goto("/deposits")
        page.click(f"main table a:has-text('{NUMBER.replace('71', '72')}')")
        with page.expect_request(lambda one: one.method == "POST") as sent:
            page.dblclick("form[action$='/check'] button")
        page.wait_for_url("**/jobs/*")
        again = page.request.post(  # as a browser does whose connection broke before the answer
            sent.value.url, data=sent.value.post_data or "", headers={**sent.value.headers, "origin": served.address}
        )
        assert again.url.partition("?")[0] == page.url.partition("?")[0]
        page.goto("/jobs")
        assert page.locator("main table a", has_text="检查").count() == 1


def test_a_hundred_follow_one_job_and_the_pages_go_on(tmp_path: Path) -> None:
    with serving(tmp_path, options=("--no-worker",)) as idle, person(idle, "archivist") as page:
        page.goto("/audits")
        page.click("form[action='/audits/run'] button")
        page.wait_for_url("**/jobs/*")
        job = page.url.partition("?")[0].rpartition("/")[2]
        (session,) = [one["value"] for one in page.context.cookies() if "session" in one["name"]]
        place = urlsplit(idle.address)
        asked = f"GET /jobs/{job}/events HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: session={session}\r\n\r\n"
        lines = [socket.create_connection((place.hostname, place.port)) for _ in range(100)]
        try:
            for line in lines:
                line.sendall(asked.encode())
            heard = dict.fromkeys(lines, b"")
            follow(heard, b"retry:")
            page.goto("/cases")
            assert page.locator("h1").inner_text() == "案卷"
            page.goto(f"/jobs/{job}")
            page.click(f"form[action='/jobs/{job}/stop'] button")
            follow(heard, b'"state": "stopped"')
        finally:
            for line in lines:
                line.close()


def follow(heard: dict[socket.socket, bytes], word: bytes, patience: float = 60) -> None:
    """Read all of these until each has heard this word."""
    while waiting := [line for line, said in heard.items() if word not in said]:
        ready, _, _ = select.select(waiting, [], [], patience)
        assert ready, f"{len(waiting)} of {len(heard)} did not hear {word!r}"
        for line in ready:
            piece = line.recv(65536)
            assert piece, heard[line][-300:]
            heard[line] += piece
