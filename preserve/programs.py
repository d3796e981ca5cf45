"""The only room that starts other programs on media and documents: argument lists, no shell, no network, stoppable."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
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
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dhav,dv,eac3,ffmetadata,flac,flv,gxf,h264,hevc,ivf,m4v,matroska,"
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
    found = shutil.which(name)
    if found is None:
        raise ToolMissing("tool.missing", name, name=name)
    return found


@cache
def version(name: str) -> str:
    """Program and version as PREMIS names it: `ffmpeg 5.1.6-0+deb12u1`."""
    option = "--version" if name == "soffice" else "-version"
    said = ask([find(name), option]).said
    found = re.search(r"(?:version|LibreOffice)\s+(\S+)", said)
    return f"{'LibreOffice' if name == 'soffice' else name} {found[1] if found else 'unknown'}"


def run(
    command: list[str], pulse: Pulse | None = None, stalled: float = STALLED, complaints: list[str] | None = None
) -> str:
    """Run a program to its end and return what it wrote on standard output.

    `pulse` is called about once a second, with ffmpeg's progress in seconds of media; when it raises, the program
    and its children are killed and the error goes on. `complaints` receives what the program said on standard error
    although it succeeded: with ffmpeg, the damage that it met. Raises ToolFailed, with the end of what it said, on
    any exit but 0 or when nothing moved for `stalled` seconds.
    """
    measured = pulse is not None and Path(command[0]).name == "ffmpeg"
    if measured:
        command = [command[0], "-progress", "pipe:1", *command[1:]]
    with start(command, text=True) as process:
        return _to_its_end(process, measured, pulse, stalled, complaints)


def _to_its_end(
    process: subprocess.Popen[str], measured: bool, pulse: Pulse | None, stalled: float, complaints: list[str] | None
) -> str:
    said: list[str] = []
    errors: list[str] = []
    alive = [time.monotonic()]
    reached = [0.0]
    stop: list[BaseException] = []

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
                kill_group(process)
                return
            try:
                if pulse is not None:
                    pulse(reached[0])
            except BaseException as error:  # noqa: BLE001 - raised again below, in the caller's thread
                stop.append(error)
                kill_group(process)
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)

    # `pulse` asks whether this piece of work is to stop, which only its own context knows.
    watched = copy_context()
    threads = [
        threading.Thread(target=listen, daemon=True),
        threading.Thread(target=watched.run, args=(watch,), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            alive[0] = time.monotonic()
            if not measured:
                said.append(line)
            elif line.startswith("out_time_us="):
                value = line.partition("=")[2].strip()
                reached[0] = max(0.0, int(value) / 1e6) if value.lstrip("-").isdigit() else reached[0]
        status = process.wait()
    except BaseException:
        kill_group(process)
        process.wait()
        raise
    for thread in threads:
        thread.join(5)
    if stop:
        raise stop[0]
    if complaints is not None:
        complaints += errors
    if status != 0:
        raise ToolFailed("".join(errors)[-4000:] or f"exit status {status}")
    return "".join(said)


def file_argument(path: Path) -> str:
    """A path as ffmpeg takes it literally, whatever characters it has."""
    return f"file:{path}"


def probe(path: Path) -> dict[str, Any]:
    """ffprobe's account of streams, format and chapters. Raises ToolFailed."""
    text = run(
        [
            find("ffprobe"),
            *FFMPEG_INPUT[1:],
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
