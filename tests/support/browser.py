"""A real browser (Chromium without a window) that opens pages from files and is handed files as a person would."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path


class Browser:
    """Chromium without a window, driven over pipes by its DevTools protocol."""

    def __init__(self, profile: Path) -> None:
        down, up = os.pipe(), os.pipe()

        def connect() -> None:
            # The protocol is spoken on descriptors 3 and 4; both are moved out of the way first.
            reading, writing = os.dup(down[0]), os.dup(up[1])
            while min(reading, writing) < 5:
                reading, writing = os.dup(reading), os.dup(writing)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        self.process = subprocess.Popen(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                f"--user-data-dir={profile}",
                "--remote-debugging-pipe",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=connect,
            pass_fds=(3, 4),
        )
        os.close(down[0])
        os.close(up[1])
        self.out, self.inward = os.fdopen(down[1], "wb", 0), os.fdopen(up[0], "rb")
        self.number = 0
        self.pending = b""
        self.events: list[dict[str, object]] = []
        self.session = ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = str(self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Runtime", "DOM", "Network", "Log"):
            self.ask(domain + ".enable")

    def message(self) -> dict[str, object]:
        """The next message, which ends with a zero byte."""
        while b"\0" not in self.pending:
            block = os.read(self.inward.fileno(), 1 << 20)
            assert block, "the browser has ended"
            self.pending += block
        one, _, self.pending = self.pending.partition(b"\0")
        said: dict[str, object] = json.loads(one)
        return said

    def ask(self, method: str, **parameters: object) -> dict[str, object]:
        """Call a method and return its result; events that come meanwhile are kept."""
        self.number += 1
        call: dict[str, object] = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            call["sessionId"] = self.session
        self.out.write(json.dumps(call).encode() + b"\0")
        while True:
            said = self.message()
            if said.get("id") == self.number:
                assert "error" not in said, (method, said["error"])
                return dict(said["result"])  # type: ignore[call-overload,no-any-return]
            self.events.append(said)

    def open(self, path: Path) -> None:
        """Load a page from a file and wait until it has loaded."""
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.message())

    def run(self, script: str) -> object:
        """What an expression, or the promise it gives, comes to."""
        said = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")  # type: ignore[attr-defined]

    def choose(self, name: str, *paths: Path) -> dict[str, list[str]]:
        """Give files or a folder to an input as a person would; the lists that the page shows afterwards."""
        document = self.ask("DOM.getDocument")["root"]["nodeId"]  # type: ignore[index]
        node = self.ask("DOM.querySelector", nodeId=document, selector=f"#{name}")["nodeId"]
        self.expect_end()
        self.ask("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])
        return self.told()

    def drop(self, *paths: Path) -> dict[str, list[str]]:
        """Drag files or a folder from elsewhere onto the page; the lists that it shows afterwards."""
        self.expect_end()
        self.run("element('pick').scrollIntoView(), 1")
        place = self.run("(r => ({x: r.x + 9, y: r.y + 9}))(element('pick').getBoundingClientRect())")
        assert isinstance(place, dict)
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.ask("Input.dispatchDragEvent", type=kind, **place, data=data)
        return self.told()

    def expect_end(self) -> None:
        """Take notice when the next verification ends."""
        self.run(
            "globalThis.ended = new Promise(yes => new MutationObserver(() => element('running').hidden && yes())"
            ".observe(element('running'), {attributes: true})), 1"
        )

    def told(self) -> dict[str, list[str]]:
        """Verdict (class and words) and lists by the first word of their headings, once the verification has ended."""
        self.run("ended")
        told = self.run(
            "({verdict: [element('verdict').className, element('verdict').textContent], ...Object.fromEntries("
            "[...document.querySelectorAll('#lists details')].map(one => [one.querySelector('summary').textContent"
            ".split(' ')[0], [...one.querySelectorAll('li')].map(line => line.textContent)]))})"
        )
        assert isinstance(told, dict)
        return told

    def complaints(self) -> list[str]:
        """Errors that scripts met, what the content policy refused, and requests for anything but files."""
        bad = [
            json.dumps(event)
            for event in self.events
            if event.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded")
        ]
        for event in self.events:
            if event.get("method") == "Network.requestWillBeSent":
                url = event["params"]["request"]["url"]  # type: ignore[index]
                bad += [] if url.startswith(("file:", "blob:")) else [url]
        return bad


@contextlib.contextmanager
def opened(profile: Path) -> Iterator[Browser]:
    """A browser with a new profile, ended afterwards."""
    one = Browser(profile)
    try:
        yield one
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait()
