"""The only room that starts other programs for transcoding: argument lists, no shell, no network, stoppable."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

from preserve.errors import ToolMissing
from preserve.ingest.transcoders import Pulse

STALLED = 600.0
"""Seconds without any sign of progress after which a program is taken to hang."""

# No playlist and no document may make a program reach the network or other files.
FFMPEG_INPUT = ("-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe")


class ToolFailed(Exception):
    """A program ended badly; `words` are its last ones."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@cache
def find(name: str) -> str:
    """The program's path. Raises ToolMissing."""
    found = shutil.which(name)
    if found is None:
        raise ToolMissing("tool.missing", name, name=name)
    return found


@cache
def version(name: str) -> str:
    """Program and version as PREMIS names it: `ffmpeg 5.1.6-0+deb12u1`."""
    option = "--version" if name == "soffice" else "-version"
    said = subprocess.run([find(name), option], capture_output=True, text=True, timeout=60, check=False).stdout
    found = re.search(r"(?:version|LibreOffice)\s+(\S+)", said)
    return f"{'LibreOffice' if name == 'soffice' else name} {found[1] if found else 'unknown'}"


def run(command: list[str], pulse: Pulse | None = None, stalled: float = STALLED) -> str:
    """Run a program to its end and return what it wrote on standard output.

    ffmpeg's `-progress pipe:1` lines become calls of `pulse`; when that raises, the program and its children
    are killed. Raises ToolFailed, with the end of what it said, on any exit but 0 or when it stalls.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
        # A locale that is not installed would keep some programs from opening Chinese names.
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    said: list[str] = []
    errors: list[str] = []
    alive = [time.monotonic()]

    def listen() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            alive[0] = time.monotonic()
            errors.append(line)
            del errors[:-200]

    def watch() -> None:
        while process.poll() is None:
            if time.monotonic() - alive[0] > stalled:
                errors.append("no progress; stopped\n")
                _kill(process)
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)

    threads = [threading.Thread(target=listen, daemon=True), threading.Thread(target=watch, daemon=True)]
    for thread in threads:
        thread.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            alive[0] = time.monotonic()
            if line.startswith(("out_time_us=", "out_time_ms=")) and pulse is not None:
                value = line.partition("=")[2].strip()
                pulse(max(0.0, int(value) / 1e6) if value.lstrip("-").isdigit() else 0.0)
            elif pulse is None:
                said.append(line)
        status = process.wait()
    except BaseException:
        _kill(process)
        process.wait()
        raise
    for thread in threads:
        thread.join(5)
    if status != 0:
        raise ToolFailed("".join(errors)[-4000:] or f"exit status {status}")
    return "".join(said)


def _kill(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def file_argument(path: Path) -> str:
    """A path as ffmpeg takes it literally, whatever characters it has."""
    return f"file:{path}"


def probe(path: Path) -> dict[str, Any]:
    """ffprobe's account of streams, format and chapters. Raises ToolFailed."""
    text = run(
        [find("ffprobe"), "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe", "-print_format",
         "json", "-show_streams", "-show_format", "-show_chapters", file_argument(path)]
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(text)
    return answer


def shown(command: list[str], names: dict[str, str]) -> tuple[str, ...]:
    """An argument list with file names replaced (`SOURCE`, `RESULT`) and the program's path by its name."""
    out = [Path(command[0]).name]
    for argument in command[1:]:
        for name, word in names.items():
            argument = argument.replace(name, word)
        out.append(argument)
    return tuple(out)
