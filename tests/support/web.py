"""The web door as its users have it: a real `preserve serve` over a small archive with an account for each role."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from preserve.administration.appointing import add_person
from preserve.administration.duties import FOUNDER, Role
from preserve.administration.passwords import set_password
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management.archive import open_archive
from preserve.home import acting_person, given_catalogue
from preserve.profiles import SHIPPED
from tests.support.small_case import ingest, small_archive, small_case

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PROGRAM = Path(sys.executable).parent / "preserve"
PASSWORD = "a-long-password-of-the-tests"
CASE_NUMBER = "临文执〔2026〕1号"
ACCOUNTS = {
    "depositor": Role.DEPOSITOR,
    "archivist": Role.ARCHIVIST,
    "archivist2": Role.ARCHIVIST,
    "examiner": Role.EXAMINER,
    "head": Role.HEAD,
    "auditor": Role.AUDITOR,
    "system": Role.SYSTEM_ADMINISTRATOR,
    "security": Role.SECURITY_ADMINISTRATOR,
}
"""Account by role; two archivists, for what two people must do."""


def staffed_home(folder: Path, *, cases: int = 1) -> Path:
    """A home with these accounts, their passwords set, and so many small cases."""
    archive = small_archive(folder / "home")
    # A test is the same person in several browsers: the shipped profile gives an administrator one session at a time.
    own = (SHIPPED / "people.toml").read_text(encoding="utf-8")
    archive.home.profiles.mkdir(exist_ok=True)
    many = re.sub(r"(at_once|administrators) = \d+", r"\1 = 20", own)
    (archive.home.profiles / "people.toml").write_text(many, encoding="utf-8")
    try:
        for number in range(1, cases + 1):
            place = folder / f"case-{number}"
            place.mkdir()
            ingest(archive, small_case(place, CASE_NUMBER.replace("1号", f"{number}号")))
        by = Person(acting_person(), acting_person(), FOUNDER, founder=True)
        security = Person("security", "沈安全", frozenset({Role.SECURITY_ADMINISTRATOR}))
        for name in sorted(ACCOUNTS, key=lambda one: one != "security"):
            first = add_person(
                archive.catalogue,
                name,
                person=f"某{name}",
                roles=[ACCOUNTS[name].value],
                os_user="",
                actor=by if name == "security" else security,
                moment=now(),
            )
            set_password(archive.catalogue, name, first, PASSWORD, now())
    finally:
        archive.close()
    return folder / "home"


@dataclass
class Served:
    """A running door; `home` is its archive's."""

    home: Path
    address: str
    process: subprocess.Popen[str]
    log: list[str] = field(default_factory=list)
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def nobody(self, language: str = "zh") -> httpx.Client:
        """A client that has not logged in; it follows no redirect."""
        return httpx.Client(base_url=self.address, headers={"accept-language": language}, timeout=60)

    def client(self, role: str, language: str = "zh") -> httpx.Client:
        """A client logged in as this account, one for the life of the server."""
        name = f"{role}/{language}"
        if name not in self.clients:
            client = self.nobody(language)
            entered = client.post("/login", data={"account": role, "password": PASSWORD})
            assert entered.status_code in (200, 303), entered.text  # 200: what changed meanwhile is told first
            self.clients[name] = client
        return self.clients[name]

    def stop(self) -> None:
        """End it as a service manager does."""
        for client in self.clients.values():
            client.close()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(60)


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the last form of a page: its token and its key, and whatever else it carries."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return dict(found)


def send(client: httpx.Client, page: str, address: str, *, files: Any = None, **form: Any) -> httpx.Response:
    """Open a page as a person does, and send a form of it to this address."""
    shown = client.get(page)
    assert shown.status_code == 200, (page, shown.status_code, shown.text[-500:])
    given = fields(shown.text)
    return client.post(address, data={"csrf": given["csrf"], "key": given["key"], **form}, files=files)


def start(home: Path, *options: str, listen: str = "127.0.0.1:0", before: tuple[str, ...] = ()) -> Served:
    """Start the door over this home, by way of the program `before`, and wait until it says where it is."""
    process = subprocess.Popen(
        [*before, str(PROGRAM), "--home", str(home), "--lang", "en", "serve", "--listen", listen, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"(https?://\S+|unix:\S+)", line):
            break
    else:
        raise AssertionError("the door did not start:\n" + "".join(said))
    served = Served(home, found[1], process, said)
    threading.Thread(target=lambda: served.log.extend(process.stdout or ()), daemon=True).start()
    return served


@contextmanager
def serving(folder: Path, *, cases: int = 1, options: tuple[str, ...] = ()) -> Iterator[Served]:
    """A door over a copy of a small staffed home, in this folder; ended in the end.

    A catalogue on a server is not copied with its home: there each home is made anew.
    """
    if given_catalogue():
        staffed_home(folder, cases=cases)
    else:
        shutil.copytree(_template(cases), folder / "home", symlinks=True)
    served = start(folder / "home", *options)
    try:
        yield served
    finally:
        served.stop()


@cache
def _template(cases: int) -> Path:
    """The home that is copied, made once in a process."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="preserve-web-"))
    import atexit

    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return staffed_home(folder, cases=cases)


_OPEN: list[tuple[Any, Browser]] = []


def browser() -> Browser:
    """Debian's Chromium, one for a module of tests: `leave_browser` ends it."""
    from playwright.sync_api import sync_playwright

    if not _OPEN:
        playwright = sync_playwright().start()
        found = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        _OPEN.append((playwright, found))
    return _OPEN[0][1]


def leave_browser() -> None:
    """End the browser and what drives it: while that runs, this thread has an event loop, and no other may be run."""
    while _OPEN:
        playwright, found = _OPEN.pop()
        found.close()
        playwright.stop()


@contextmanager
def person(served: Served, role: str, language: str = "zh", *, refused: bool = False, **options: Any) -> Iterator[Page]:
    """Somebody at a browser of their own, logged in as that account, if any; what the console complains of fails.

    `refused`: they are told no on the way, or cut off, which a console takes for a fault.
    """
    context: BrowserContext = browser().new_context(
        base_url=served.address, locale="zh-CN" if language == "zh" else "en-GB", **options
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    try:
        if role:
            page.goto("/login")
            page.fill("[name=account]", role)
            page.fill("[name=password]", PASSWORD)
            with page.expect_navigation():
                page.click("form[action='/login'] button")
            page.goto("/")  # past what changed meanwhile, which is told first
        yield page
    finally:
        context.close()
    if refused:
        wrong = [one for one in wrong if not re.search(r"status of 4\d\d|ERR_CONNECTION", one)]
    assert not wrong, wrong


def opened(home: Path) -> Any:
    """The archive of a served home, for tests that look at its ledger beside the door."""
    return open_archive(home)
