"""A folder goes up in a real browser: 2,000 files and a large one, with cuts, and a server that is killed meanwhile."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

from tests.support.web import PASSWORD, Served, browser, person, serving, start

SMALL, LARGE = 2000, 30_000_000
MTIME = 1_767_225_600_123


def fill(folder: Path) -> None:
    for number in range(SMALL):
        path = folder / f"第{number // 100}卷" / f"文书{number} <b>.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{number}号文书\n".encode() * (number % 90))
    (folder / "录像").mkdir()
    (folder / "录像" / "执法记录.mp4").write_bytes(random.Random(3).randbytes(LARGE))
    for number, path in enumerate(path for path in folder.rglob("*") if path.is_file()):
        os.utime(path, ns=((MTIME + number) * 1_000_000,) * 2)


class Cuts:
    """Breaks the connection under the requests of the numbers that are wanted."""

    def __init__(self, page: Page) -> None:
        self.made = self._number = 0
        self._wanted: Callable[[int], bool] = lambda number: False
        page.route("**/deposits/up-*/**", self._each)

    def begin(self, wanted: Callable[[int], bool]) -> None:
        """From here on those are cut."""
        self._number, self._wanted = 0, wanted

    def _each(self, route: Route) -> None:
        self._number += 1
        if self._wanted(self._number):
            self.made += 1
            route.abort("connectionreset")
        else:
            route.continue_()


def kill_and_start_again(served: Served) -> Served:
    """The service is killed outright and started anew at the same address."""
    served.process.send_signal(signal.SIGKILL)
    served.process.wait(30)
    return start(served.home, listen=urlsplit(served.address).netloc)


def test_a_folder_comes_through_cuts_and_a_killed_server(tmp_path: Path) -> None:
    source = tmp_path / "临江案卷"
    fill(source)
    with serving(tmp_path) as served:
        running = served
        # Over plain HTTP a browser gives pages no SHA-256 of its own: the page's takes its place.
        context = browser().new_context(base_url=served.address, locale="zh-CN")
        context.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
        try:
            page = context.new_page()
            page.goto("/login")
            page.fill("[name=account]", "depositor")
            page.fill("[name=password]", PASSWORD)
            page.click("form[action='/login'] button")
            page.goto("/deposits/new")
            cuts = Cuts(page)
            cuts.begin(lambda number: number > 2)
            page.set_input_files("#folder", str(source))
            page.locator("#state", has_text="连接中断").wait_for()
            running = kill_and_start_again(served)
            page.reload()  # the browser forgot everything; the same folder is chosen again
            cuts.begin(lambda number: number % 2 == 1 and number < 10)
            page.set_input_files("#folder", str(source))
            page.wait_for_url("**/deposits/up-*", timeout=120_000)
            deposit = page.url.rpartition("/")[2]
            assert "2001 个文件" in page.inner_text("main")
            assert page.locator("main b").count() == 0
            assert cuts.made >= 5
        finally:
            context.close()
            running.stop()
    root = served.home / "inbox" / ".web" / deposit / "files" / source.name
    sent = {path.relative_to(source): path for path in source.rglob("*") if path.is_file()}
    there = {path.relative_to(root): path for path in root.rglob("*") if path.is_file()}
    assert set(there) == set(sent)
    for name, path in sent.items():
        assert there[name].read_bytes() == path.read_bytes()
        assert there[name].stat().st_mtime_ns == path.stat().st_mtime_ns


def test_what_cannot_be_taken_is_said_in_the_page(tmp_path: Path) -> None:
    folder = tmp_path / "案"
    folder.mkdir()
    (folder / ("字" * 80 + ".txt")).write_text("x", encoding="utf-8")
    with serving(tmp_path) as served:
        context = browser().new_context(base_url=served.address, locale="zh-CN")
        try:
            page = context.new_page()
            page.goto("/login")
            page.fill("[name=account]", "depositor")
            page.fill("[name=password]", PASSWORD)
            page.click("form[action='/login'] button")
            page.goto("/deposits/new")
            page.evaluate(
                """() => { const files = new DataTransfer();
                   files.items.add(new File(['x'], '..'.concat('/etc/passwd').replaceAll('/', '\\\\')));
                   const input = document.getElementById('folder'); input.files = files.files;
                   input.dispatchEvent(new Event('change')); }"""
            )
            page.locator("#wrong li").wait_for()
            assert "不能接收" in page.inner_text("#wrong")
        finally:
            context.close()


def test_an_upload_goes_on_in_another_browser_after_the_service_was_started_again(tmp_path: Path) -> None:
    """The browser ends with its file half sent, and the service too; another of each has the rest of it."""
    source = tmp_path / "续传案卷"
    source.mkdir()
    (source / "执法记录.mp4").write_bytes(random.Random(5).randbytes(LARGE))
    with serving(tmp_path) as served:
        running = served
        try:
            with person(served, "depositor", refused=True) as page:
                page.goto("/deposits/new")
                cuts = Cuts(page)
                cuts.begin(lambda number: number > 3)
                page.set_input_files("#folder", str(source))
                page.locator("#state", has_text="连接中断").wait_for()
                page.unroute_all()
            running = kill_and_start_again(served)
            with person(running, "depositor") as page:
                assert "续传案卷" in (page.goto("/deposits"), page.inner_text("main"))[1]
                begun: list[int] = []
                page.on("request", lambda one: begun.append(int(one.headers.get("upload-offset", -1))))
                page.goto("/deposits/new")
                page.set_input_files("#folder", str(source))
                page.wait_for_url("**/deposits/up-*", timeout=120_000)
                deposit = page.url.rpartition("/")[2]
        finally:
            running.stop()
    there = served.home / "inbox" / ".web" / deposit / "files" / source.name / "执法记录.mp4"
    assert there.read_bytes() == (source / "执法记录.mp4").read_bytes()
    assert len(list((served.home / "inbox" / ".web").glob("up-*"))) == 1, "it is the same deposit"
    pieces = [offset for offset in begun if offset >= 0]
    assert pieces and min(pieces) > 0, "what was there already is not sent again"
