"""The only room that starts other programs on media and documents: argument lists, no shell, no network, stoppable."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from functools import cache
from pathlib import Path
from typing import Any

from preserve.errors import ToolMissing
from storage_adapters.programs import ask, kill_group, start

Pulse = Callable[[float], None]
"""Called with seconds of media done so far; raises Stopped when the person asked to stop."""

STALLED = 600.0
"""Seconds without any sign of progress after which a program is taken to hang."""

# No playlist and no document may make a program reach the network or other files: neither by a protocol nor by a
# reader that opens what a file names (hls, dash, concat, image2, lavfi).
_READERS = (
    "aac,ac3,act,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dhav,dss,dv,eac3,ffmetadata,flac,flv,gxf,h264,hevc,ivf,m4v,matroska,"
    "mjpeg,mov,mp3,mpeg,mpegts,mpegvideo,mxf,ogg,rm,tta,vc1,w64,wav,wv"
)
FFMPEG_INPUT = (
    "-nostdin",
    "-hide_banner",
    "-loglevel",
    "error",
    "-protocol_whitelist",
    "file,pipe",
    "-format_whitelist",
    _READERS,
)


class ToolFailed(Exception):
    """A program ended badly; `words` are its last ones."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@cache
def find(name: str) -> str:
    """The program's path. Raises ToolMissing."""
    path = shutil.which(name)
    if path is None:
        raise ToolMissing("tool.missing", name, name=name)
    return path


@cache
def version(name: str) -> str:
    """Program and version as PREMIS names it: `ffmpeg 5.1.6-0+deb12u1`."""
    option = "--version" if name == "soffice" else "-version"
    said = ask([find(name), option]).said
    match = re.search(r"(?:version|LibreOffice)\s+(\S+)", said)
    return f"{'LibreOffice' if name == 'soffice' else name} {match[1] if match else 'unknown'}"


def run(
    command: list[str],
    pulse: Pulse | None = None,
    stalled: float = STALLED,
    complaints: list[str] | None = None,
    heard: Callable[[str], None] | None = None,
) -> str:
    """Run a program to its end and return what it wrote on standard output.

    `pulse` is called about once a second, with ffmpeg's progress in seconds of media; when it raises, the program
    and its children are killed and the error goes on. `complaints` receives what the program said on standard error
    although it succeeded: with ffmpeg, the damage that it met; `heard` every line of it as it comes. Raises ToolFailed,
    with the end of what it said, on any exit but 0 or when nothing moved for `stalled` seconds.
    """
    measured = pulse is not None and Path(command[0]).name == "ffmpeg"
    if measured:
        command = [command[0], "-progress", "pipe:1", *command[1:]]
    with start(command, text=True) as process:
        running = _Running(process, pulse, stalled, heard)
        said = running.read(measured=measured)
    if complaints is not None:
        complaints += running.errors
    if process.returncode != 0:
        raise ToolFailed("".join(running.errors)[-4000:] or f"exit status {process.returncode}")
    return said


class _Running:
    """A program that runs: one thread reads its complaints, one asks whether it is to stop, the caller's its output."""

    def __init__(
        self, process: subprocess.Popen[str], pulse: Pulse | None, stalled: float, heard: Callable[[str], None] | None
    ) -> None:
        self.errors: list[str] = []
        self._heard = heard
        self._process, self._pulse, self._stalled = process, pulse, stalled
        self._alive = time.monotonic()
        self._reached = 0.0
        self._stop: BaseException | None = None

    def read(self, *, measured: bool) -> str:
        """What it writes to its end; where `measured` only ffmpeg's progress is read. Raises what the pulse raises."""
        said: list[str] = []
        # The pulse asks whether this piece of work is to stop, which only its own context knows.
        threads = [
            threading.Thread(target=self._listen, daemon=True),
            threading.Thread(target=copy_context().run, args=(self._watch,), daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            assert self._process.stdout is not None
            for line in self._process.stdout:
                self._alive = time.monotonic()
                if not measured:
                    said.append(line)
                elif line.startswith("out_time_us="):
                    value = line.partition("=")[2].strip()
                    self._reached = max(0.0, int(value) / 1e6) if value.lstrip("-").isdigit() else self._reached
            self._process.wait()
        except BaseException:
            kill_group(self._process)
            self._process.wait()
            raise
        for thread in threads:
            thread.join(5)
        if self._stop is not None:
            raise self._stop
        return "".join(said)

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._alive = time.monotonic()
            self.errors.append(line)
            if self._heard is not None:
                self._heard(line)
            del self.errors[:-200]

    def _watch(self) -> None:
        while self._process.poll() is None:
            if time.monotonic() - self._alive > self._stalled:
                self.errors.append("no progress; stopped\n")
                kill_group(self._process)
                return
            try:
                if self._pulse is not None:
                    self._pulse(self._reached)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                self._stop = error
                kill_group(self._process)
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)


def file_argument(path: Path) -> str:
    """A path as ffmpeg takes it literally, whatever characters it has."""
    return f"file:{path}"


def probe(path: Path, options: Sequence[str] = ()) -> dict[str, Any]:
    """ffprobe's account of streams, format and chapters; `options` are the reader's. Raises ToolFailed."""
    text = run(
        [
            find("ffprobe"),
            *FFMPEG_INPUT[1:],
            *options,
            "-print_format",
            "json",
            "-show_streams",
            "-show_format",
            "-show_chapters",
            file_argument(path),
        ]
    )
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
