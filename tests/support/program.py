"""The program as a person starts it: a process with a home and a language; and its archive seen from outside."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.started import Started, start

PROGRAM = Path(sys.executable).parent / "preserve"


@dataclass(frozen=True)
class Archive:
    """A home, and the program pointed at it."""

    home: Path

    def start(
        self, *arguments: str, lang: str = "en", path: str | None = None, token: str = "", stdin: Path | None = None
    ) -> Started | subprocess.Popen[str]:
        """Start a command in a process group of its own; with `token` as that person, with `stdin` reading a file."""
        environment = {**os.environ, "PRESERVE_HOME": str(self.home), "LC_ALL": "C.UTF-8"}
        if path is not None:
            environment["PATH"] = path
        if token:
            environment["PRESERVE_TOKEN"] = token
        return start(PROGRAM, ["--lang", lang, *arguments], environment, stdin)

    def run(
        self, *arguments: str, lang: str = "en", path: str | None = None, token: str = "", stdin: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        process = self.start(*arguments, lang=lang, path=path, token=token, stdin=stdin)
        out, error = process.communicate(timeout=240)
        return subprocess.CompletedProcess(arguments, process.returncode or 0, out, error)

    def json(self, *arguments: str, token: str = "") -> dict[str, Any]:
        """The document of a command with --json."""
        done = self.run("--json", *arguments, token=token)
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def packages(self) -> list[Path]:
        """What is published."""
        return sorted((self.home / "store" / "packages").iterdir())

    def leftovers(self) -> list[str]:
        """What an ended ingest must not leave: anything in `incoming`, anything in `work` but locks."""
        found = [f"incoming/{p.name}" for p in (self.home / "store" / "incoming").iterdir()]
        return found + [f"work/{p.name}" for p in (self.home / "work").iterdir() if p.suffix != ".lock"]

    def log_acts(self) -> list[str]:
        """The acts in the logs of all ingests so far."""
        acts = []
        for log in sorted((self.home / "log").glob("ingest-*.jsonl")):
            acts += [
                json.loads(line)["act"] for line in log.read_text(encoding="utf-8").splitlines() if line.endswith("}")
            ]
        return acts


def found(folder: Path, *options: str) -> Archive:
    """A new archive; under `lossless`, so that recordings are transcoded, unless the options say otherwise."""
    archive = Archive(folder)
    policy = () if "--policy" in options else ("--policy", "lossless")
    done = archive.run("init", "--institution", "临江市文化和旅游局", *policy, *options)
    assert done.returncode == 0, done.stderr
    return archive


def kill(process: subprocess.Popen[str] | Started) -> None:
    """SIGKILL to the whole process group; what it wrote is shown where the test fails."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    print(*process.communicate(), sep="\n")


def state_of(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Every file below a folder with size, time and digest: to show that nothing touched it."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_size,
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def manifest(package: Path) -> dict[str, str]:
    """Payload paths below the information package with their digests."""
    objid = package.name.partition("_")[0]
    lines = (package / "manifest-sha256.txt").read_text(encoding="utf-8").splitlines()
    return {line[66:].removeprefix(f"data/{objid}/"): line[:64] for line in lines}
